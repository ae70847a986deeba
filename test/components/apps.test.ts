import { describe, expect, it } from "vitest";
import { emptyKey, isKeyDraft, keyDraftOf, toKeyEdit } from "@/components/apps/key-draft";
import { key } from "./fixtures";

describe("a key as it is typed", () => {
  it("says of an existing one what it is, and nothing else", () => {
    const { strictBudget: _strict, ...limits } = key.limits;
    expect(toKeyEdit(keyDraftOf(key))).toEqual({ name: "The shop", limits });
  });

  it("is named as in the call log where the name is empty, and not limited where a field is", () => {
    expect(keyDraftOf({ ...key, name: "shop" }).name).toBe("");
    expect(toKeyEdit({ ...emptyKey, id: " shop " })).toMatchObject({
      name: "shop",
      limits: { rpm: null, budgetUsdPerMonth: null, allowedModels: null, allowedRegions: null },
    });
  });

  it("ticks nothing for a key that may call everything", () => {
    const all = { ...key.limits, allowedModels: ["*"] };
    expect(keyDraftOf({ ...key, limits: all }).models).toEqual([]);
  });

  it("reads 1,000 as a thousand, and leaves what is no number for the server to refuse", () => {
    const limits = { ...emptyKey.limits, rpm: "1,000", tpm: "many" };
    expect(toKeyEdit({ ...emptyKey, limits }).limits).toMatchObject({ rpm: 1000, tpm: -1 });
  });

  it("is brought back only in its own shape", () => {
    expect(isKeyDraft(keyDraftOf(key))).toBe(true);
    expect(isKeyDraft({ id: "shop", limits: emptyKey.limits })).toBe(false);
  });
});
