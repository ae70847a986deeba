import { describe, expect, it } from "vitest";
import type { EligibleReason, PlanEntry, SkipReason } from "@/lib/core/plan";
import {
  Bench,
  type CallOver,
  capable,
  overloaded,
  refused,
  snapshotOf,
  statusFailure,
} from "./fixture";

const us = "acme:us:first";
const eu = "acme:eu:first";
const first: CallOver = { route: "first", constraints: { region: "us" } };
const onlyUs: CallOver = { route: "first", constraints: { region: "us", regionMode: "require" } };

function held(objectType: string, objectId: string, intent: "draining" | "disabled"): Bench {
  return new Bench(snapshotOf([{ objectType, objectId, intent, untilMs: null }]));
}

/** A target that was OPEN and is HALF_OPEN now. */
function back(): Bench {
  const bench = new Bench();
  bench.many(3, overloaded, first);
  bench.wait(6_000);
  return bench;
}

/** A busy target in its RAMP. */
function ramp(random: number): Bench {
  const bench = new Bench();
  bench.many(60, "ok", first);
  bench.many(6, overloaded, onlyUs);
  bench.wait(6_000);
  bench.succeed(bench.begin(first).move);
  expect(bench.breaker(us)).toBe("ramp");
  bench.random = random;
  return bench;
}

function degraded(random: number): Bench {
  const bench = new Bench();
  for (let call = 0; call < 20; call += 1) {
    bench.wait(1_000);
    bench.one(call % 4 === 3 ? { ...statusFailure(500), sameTargetAfterMs: null } : "ok", first);
  }
  bench.random = random;
  return bench;
}

type Scene = { bench: Bench; over?: CallOver; at?: string };

/** For each reason, how a target comes to have it. */
const scenes: Record<SkipReason | EligibleReason, () => Scene> = {
  chain_order: () => ({ bench: new Bench(), over: { route: "third" } }),
  fastest_region: () => ({ bench: new Bench(), over: { route: "first" } }),
  slower_region: () => ({ bench: new Bench(), over: { route: "first" }, at: eu }),
  asked_region: () => ({ bench: new Bench(), over: { constraints: { region: "eu" } }, at: eu }),
  warm_cache: () => {
    const bench = new Bench();
    const needs = { promptCacheKey: "story" };
    bench.one("ok", { route: "first", needs, constraints: { region: "eu" } });
    return { bench, over: { route: "first", needs }, at: eu };
  },
  trial: () => ({ bench: back() }),
  ramp_share: () => ({ bench: ramp(0.09) }),
  degraded_share: () => ({ bench: degraded(0.04) }),
  disabled: () => ({ bench: held("target", us, "disabled") }),
  draining: () => ({ bench: held("provider", "acme", "draining") }),
  model_not_allowed: () => ({
    bench: new Bench(),
    over: { constraints: { allowedModels: new Set(["second"]) } },
  }),
  region_not_allowed: () => ({
    bench: new Bench(),
    over: { constraints: { allowedRegions: new Set(["eu"]) } },
  }),
  region_not_asked: () => ({
    bench: new Bench(),
    over: { constraints: { region: "eu", regionMode: "require" } },
  }),
  lacks_tools: () => ({
    bench: new Bench(capable("first", { tools: false })),
    over: { needs: { tools: true } },
  }),
  lacks_vision: () => ({
    bench: new Bench(capable("first", { vision: false })),
    over: { needs: { vision: true } },
  }),
  lacks_json: () => ({
    bench: new Bench(capable("first", { json: false })),
    over: { needs: { json: true } },
  }),
  context_too_small: () => ({
    bench: new Bench(capable("first", { contextTokens: 8_000 })),
    over: { needs: { promptTokens: 10_001 } },
  }),
  other_account: () => ({
    bench: new Bench(),
    over: { route: "both", needs: { pinned: true } },
    at: "other:global:third",
  }),
  credential_dead: () => {
    const bench = new Bench();
    bench.probe(us, "credential");
    return { bench };
  },
  region_down: () => {
    const bench = new Bench();
    bench.many(3, refused, first);
    return { bench };
  },
  blocked: () => {
    const bench = new Bench();
    bench.probe(us, "access");
    return { bench };
  },
  open: () => {
    const bench = new Bench();
    bench.many(3, overloaded, first);
    return { bench };
  },
  trial_in_flight: () => {
    const bench = back();
    bench.begin(first);
    return { bench };
  },
  trial_needs_fallback: () => ({ bench: back(), over: onlyUs }),
  ramp: () => ({ bench: ramp(0.1) }),
  probe_down: () => {
    const bench = new Bench();
    [1, 2, 3].forEach(() => bench.probe(us, "fail"));
    return { bench };
  },
  suspect: () => {
    const bench = new Bench();
    [1, 2, 3].forEach(() => bench.begin(first));
    bench.wait(6_250);
    return { bench };
  },
  degraded: () => ({ bench: degraded(0.06) }),
  key_avoided: () => {
    const bench = new Bench();
    bench.one("ok", { ...first, key: "another" });
    bench.many(3, overloaded, first);
    return { bench };
  },
  rate_limited: () => {
    const bench = new Bench();
    bench.one(statusFailure(429), first);
    return { bench };
  },
  at_concurrency_limit: () => {
    const bench = new Bench();
    for (let call = 0; call < 8; call += 1) {
      bench.begin(first);
    }
    bench.one(overloaded, first);
    return { bench };
  },
};

const eligible: ReadonlySet<string> = new Set<EligibleReason>([
  "chain_order",
  "fastest_region",
  "asked_region",
  "warm_cache",
  "slower_region",
  "trial",
  "ramp_share",
  "degraded_share",
]);

function entryOf({ bench, over = first, at }: Scene): PlanEntry | undefined {
  const id = at ?? (over.route === "third" ? "other:global:third" : us);
  return bench.call(over).plan.entries.find((entry) => entry.target === id);
}

describe("a plan says of each target why it is where it is", () => {
  it.each(Object.entries(scenes))("%s", (reason, scene) => {
    expect(entryOf(scene())).toMatchObject({
      decision: eligible.has(reason) ? "eligible" : "skipped",
      reason,
    });
  });

  it.each([
    ["lacks_tools", { tools: null }],
    ["lacks_vision", { vision: null }],
    ["lacks_json", { json: null }],
    ["context_too_small", { contextTokens: 10_000 }],
  ] as const)("what nobody said, or is only estimated, is tried: not %s", (_reason, over) => {
    const bench = new Bench(capable("first", over));
    const needs = { tools: true, vision: true, json: true, promptTokens: 12_500 };
    expect(entryOf({ bench, over: { ...first, needs } })?.decision).toBe("eligible");
  });

  it("a trial of a place is a trial too", () => {
    const bench = new Bench();
    bench.many(3, refused, first);
    bench.wait(6_000);
    expect(entryOf({ bench })).toMatchObject({ decision: "eligible", reason: "trial" });
  });

  it("with the counters that put it there, for as long as it stays there", () => {
    const scene = scenes.open();
    const counters = {
      rule: "run",
      failures: 3,
      of: 3,
      threshold: 3,
      status: 503,
      message: "503",
      openForMs: 3_750,
      k: 0,
    };
    expect(entryOf(scene)?.counters).toEqual(counters);
    scene.bench.wait(1_000);
    expect(entryOf(scene)?.counters).toEqual(counters);
    expect(entryOf({ bench: new Bench() })).not.toHaveProperty("counters");
  });
});

describe("a plan", () => {
  it("lists every target of the chain once, in the order of the chain", () => {
    expect(new Bench().call().plan.entries.map((entry) => entry.target)).toEqual([
      us,
      eu,
      "acme:us:second",
      "acme:eu:second",
    ]);
  });

  it("keeps the sick as candidates for panic, and the barred not", () => {
    const bench = new Bench(
      snapshotOf([{ objectType: "target", objectId: eu, intent: "disabled", untilMs: null }]),
    );
    bench.many(3, overloaded, onlyUs);
    expect(bench.call({ route: "first" }).plan.candidates.map(({ target }) => target.id)).toEqual([
      us,
    ]);
  });

  it("is an avoidance where health, and not a limit alone, passed over somebody before the first that is well", () => {
    const avoided = (reason: SkipReason | EligibleReason): boolean =>
      scenes[reason]().bench.call(first).plan.avoided;
    expect(avoided("open")).toBe(true);
    expect(avoided("suspect")).toBe(true);
    expect(avoided("rate_limited")).toBe(false);
    expect(avoided("fastest_region")).toBe(false);
    const bench = new Bench();
    bench.many(3, overloaded, { route: "first", constraints: { region: "eu" } });
    expect(bench.call(first).plan.avoided).toBe(false);
  });

  it("X-Region outranks a warm cache, a warm cache outranks speed", () => {
    const bench = new Bench();
    const needs = { promptCacheKey: "story" };
    bench.one("ok", { route: "first", needs, constraints: { region: "eu" } });
    expect(bench.call({ route: "first", needs }).plan.candidates[0]?.target.id).toBe(eu);
    expect(bench.call({ ...first, needs }).plan.candidates[0]?.target.id).toBe(us);
    bench.wait(600_000);
    expect(bench.call({ route: "first", needs }).plan.candidates[0]?.target.id).toBe(us);
  });

  it("leaves a warm cache whose target is not well", () => {
    const bench = new Bench();
    const needs = { promptCacheKey: "story" };
    bench.one("ok", { route: "first", needs, constraints: { region: "eu" } });
    bench.many(3, overloaded, { route: "first", constraints: { region: "eu" } });
    expect(bench.begin({ route: "first", needs }).move.target.id).toBe(us);
  });
});
