import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Breaker,
  ejectionTimeMs,
  elapsed,
  opened,
  probed,
  rampVerdict,
} from "@/lib/core/breaker";
import type { BreakerSettings } from "@/lib/core/types";

const settings: BreakerSettings = {
  minThreshold: 3,
  baseEjectionMs: 5_000,
  maxEjectionMs: 300_000,
  observeOnly: new Set(),
};

describe("how long a breaker stays open", () => {
  it.each([
    ["the first time, at least half of 5 s", 0, 0, 2_500],
    ["the first time, at most 5 s", 0, 1, 5_000],
    ["half fixed, half random", 0, 0.5, 3_750],
    ["twice as long after one failed trial", 1, 1, 10_000],
    ["sixteen times as long after four", 4, 1, 80_000],
    ["no longer than the limit", 6, 1, 300_000],
    ["no longer than the limit, half of it fixed", 40, 0, 150_000],
  ])("%s", (_name, k, random, ms) => {
    expect(ejectionTimeMs(settings, k, random)).toBe(ms);
  });

  it("is never under half of its full time nor over it", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 60 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (k, random) => {
          const fullMs = Math.min(5_000 * 2 ** k, 300_000);
          const ms = ejectionTimeMs(settings, k, random);
          expect(ms).toBeGreaterThanOrEqual(fullMs / 2);
          expect(ms).toBeLessThanOrEqual(fullMs);
        },
      ),
    );
  });

  it.each([
    ["no Retry-After", 0, 3_750],
    ["a Retry-After that is sooner", 2_000, 3_750],
    ["a Retry-After that is later", 60_000, 60_000],
    ["a Retry-After beyond the limit", 9_000_000, 300_000],
  ])("with %s", (_name, minOpenMs, openMs) => {
    expect(opened(settings, 0, minOpenMs, 1_000, 0.5)).toEqual({
      state: "open",
      sinceMs: 1_000,
      untilMs: 1_000 + openMs,
      latestUntilMs: 1_000 + openMs + 30_000,
      probePasses: 0,
    });
  });
});

const open = (over: Partial<Extract<Breaker, { state: "open" }>> = {}): Breaker => ({
  state: "open",
  sinceMs: 0,
  untilMs: 20_000,
  latestUntilMs: 50_000,
  probePasses: 0,
  ...over,
});
const trial = { attempt: 7, startedMs: 1_000, provenMs: null };
const halfOpen: Breaker = { state: "half_open", sinceMs: 0, trial };

describe("a breaker over time", () => {
  it("open → half_open at its deadline and not before", () => {
    expect(elapsed(open(), 19_999)).toEqual(open());
    expect(elapsed(open(), 20_000)).toEqual({ state: "half_open", sinceMs: 20_000, trial: null });
  });

  it("a permit lasts 30 s and is free then", () => {
    expect(elapsed(halfOpen, 30_999)).toBe(halfOpen);
    expect(elapsed(halfOpen, 31_000)).toEqual({ state: "half_open", sinceMs: 0, trial: null });
  });

  it.each<Breaker>([
    { state: "closed", sinceMs: 0 },
    { state: "ramp", sinceMs: 0, successes: 1, failures: 1 },
    { state: "half_open", sinceMs: 0, trial: null },
  ])("time alone does not move $state", (breaker) => {
    expect(elapsed(breaker, 1e9)).toBe(breaker);
  });
});

describe("a breaker that hears probes", () => {
  it("open → half_open on the second pass in a row, five seconds after opening", () => {
    const once = probed(open(), true, 2_000, 4_000);
    expect(once).toEqual(open({ probePasses: 1 }));
    expect(probed(once, true, 2_000, 5_000)).toEqual({
      state: "half_open",
      sinceMs: 5_000,
      trial: null,
    });
  });

  it("counts the five seconds from its opening", () => {
    const late = open({ sinceMs: 10_000, untilMs: 30_000, probePasses: 1 });
    expect(probed(late, true, 2_000, 14_999).state).toBe("open");
    expect(probed(late, true, 2_000, 15_000).state).toBe("half_open");
  });

  it("two passes within the first five seconds do not end OPEN, the next one does", () => {
    const twice = probed(probed(open(), true, 0, 1_000), true, 0, 4_999);
    expect(twice).toEqual(open({ probePasses: 2 }));
    expect(probed(twice, true, 0, 5_000).state).toBe("half_open");
  });

  it("a failing probe begins the count again", () => {
    const failed = probed(open({ probePasses: 1 }), false, 2_000, 6_000);
    expect(failed).toEqual(open({ probePasses: 0 }));
    expect(probed(failed, true, 2_000, 7_000).state).toBe("open");
  });

  it.each([
    ["holds it until the next probe", 19_000, 21_000],
    ["never shortens it", 10_000, 20_000],
    ["extends it by 30 s at most", 49_000, 50_000],
  ])("a failing probe %s", (_name, nowMs, untilMs) => {
    expect(probed(open(), false, 2_000, nowMs)).toEqual(open({ untilMs }));
  });

  it.each<Breaker>([
    { state: "closed", sinceMs: 0 },
    halfOpen,
    { state: "ramp", sinceMs: 0, successes: 1, failures: 1 },
  ])("probes do not move $state", (breaker) => {
    expect(probed(breaker, true, 2_000, 1e6)).toBe(breaker);
    expect(probed(breaker, false, 2_000, 1e6)).toBe(breaker);
  });

  it("failing probes never hold OPEN for more than 30 s beyond its deadline", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 9_000 }), fc.boolean()), { maxLength: 80 }),
        fc.integer({ min: 0, max: 300_000 }),
        (probes, minOpenMs) => {
          let breaker = opened(settings, 0, minOpenMs, 0, 0.5);
          const deadlineMs = breaker.state === "open" ? breaker.untilMs : 0;
          let nowMs = 0;
          for (const [afterMs, passed] of probes) {
            nowMs += afterMs;
            breaker = probed(breaker, passed, 5_000, nowMs);
          }
          expect(elapsed(breaker, deadlineMs + 30_000).state).toBe("half_open");
        },
      ),
    );
  });
});

describe("what a ramp has shown", () => {
  it.each([
    [0, 0, "going_on"],
    [4, 0, "going_on"],
    [5, 0, "closed"],
    [5, 4, "closed"],
    [0, 3, "going_on"],
    [0, 4, "open"],
    [1, 3, "open"],
    [2, 2, "open"],
    [3, 1, "going_on"],
    [4, 3, "going_on"],
    [4, 4, "open"],
    [2, 1, "going_on"],
    [1, 2, "going_on"],
  ] as const)("%i successes and %i failures: %s", (successes, failures, verdict) => {
    expect(rampVerdict({ successes, failures })).toBe(verdict);
  });
});
