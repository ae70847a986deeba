import { describe, expect, it } from "vitest";
import { drilledResult } from "@/lib/gateway/drill";
import type { AppKey } from "@/lib/gateway/live";

const key = (drill: AppKey["drill"]): AppKey => ({
  id: "shop",
  demo: false,
  allowedModels: null,
  allowedRegions: null,
  defaultRouteOnModelName: null,
  midstream: null,
  limits: null,
  drill,
  endsAtMs: null,
});
const drill = { target: "acme:eu:gpt", until: 1_000 };

describe("a drill", () => {
  it("fails its target for its key, until its time is over, and speaks of nobody's health", () => {
    const failed = drilledResult(key(drill), { id: "acme:eu:gpt" }, 999);
    expect(failed).toMatchObject({
      kind: "failed",
      failure: { status: 503, health: "neutral", next: "sibling", sameTargetAfterMs: null },
    });
    expect(drilledResult(key(drill), { id: "acme:eu:gpt" }, 1_000)).toBeNull();
  });

  it("touches no other target, no other key and no call without one", () => {
    expect(drilledResult(key(drill), { id: "acme:us:gpt" }, 0)).toBeNull();
    expect(drilledResult(key(null), { id: "acme:eu:gpt" }, 0)).toBeNull();
    expect(drilledResult(null, { id: "acme:eu:gpt" }, 0)).toBeNull();
  });
});
