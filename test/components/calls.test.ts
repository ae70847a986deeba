import { describe, expect, it } from "vitest";
import { filterQuery, filterWords, readFilter } from "@/components/calls/filter";

describe("the filter of calls", () => {
  it.each([
    ["", {}],
    ["model:gpt-4.1  region:us-east", { model: "gpt-4.1", region: "us-east" }],
    ["outcome:failed is:rescued", { outcome: "failed", rescued: true }],
    ["is:not-rescued app:shop code:budget_exceeded", expect.objectContaining({ rescued: false })],
    ["model:a:b", { model: "a:b" }],
    ["model:first model:second", { model: "second" }],
  ])("%s", (text, filter) => {
    expect(readFilter(text)).toEqual({ filter, unknown: [] });
  });

  it.each(["hello", "outcome:maybe", "is:fast", "model:", ":x", "constructor:x", "__proto__:x"])(
    "does not understand %s, and says so",
    (text) => {
      expect(readFilter(`region:eu ${text}`)).toEqual({
        filter: { region: "eu" },
        unknown: [text],
      });
    },
  );

  it("is written as it was read", () => {
    const text = "outcome:failed is:rescued model:gpt region:eu app:shop code:timeout";
    expect(filterWords(readFilter(text).filter).join(" ")).toBe(text);
  });

  it("is asked of the server by its own names", () => {
    const { filter } = readFilter("is:not-rescued model:a&b");
    expect(filterQuery(filter).toString()).toBe("rescued=false&model=a%26b");
  });
});
