import { describe, expect, it } from "vitest";
import { type SizeClass, moveAverage } from "@/lib/core/latency";
import {
  considerRegions,
  isMeasured,
  regionOrder,
  rememberWarm,
  speedMs,
  warmTarget,
} from "@/lib/core/region";
import type { Target } from "@/lib/core/types";
import { speedOf } from "@/lib/core/world";
import { Bench, input, snapshotOf } from "./fixture";

/** Three regions of one model; `b` and `c` are of equal priority. */
const three = snapshotOf([], {
  ...input,
  providers: [
    {
      id: "acme",
      base_url: "https://api.acme.example/v1",
      api_key: "env:ACME_KEY",
      regions: [
        { id: "c", priority: 2 },
        { id: "b", priority: 2 },
        { id: "a", priority: 1 },
      ],
    },
  ],
  models: [{ id: "first", targets: [{ provider: "acme" }] }],
  routes: [{ id: "auto", chain: ["first"] }],
});

class Regions extends Bench {
  readonly targets: readonly Target[];

  constructor(snapshot = three) {
    super(snapshot);
    this.targets = [...snapshot.targets.values()].filter((target) => target.model === "first");
  }

  /** Makes `ms` all that is known of a region. */
  measure(region: string, ms: number, sizeClass: SizeClass = 0, samples = 3): void {
    const health = this.health(`acme:${region}:first`);
    health.speeds[sizeClass] = undefined;
    for (let sample = 0; sample < samples; sample += 1) {
      moveAverage(speedOf(health, sizeClass), ms, this.nowMs);
    }
  }

  consider(sizeClass: SizeClass = 0): void {
    considerRegions(this.world, "first", sizeClass, this.targets, this.nowMs);
  }

  /** Looks again after `ms`, so many times. */
  look(times: number, ms = 5_000): void {
    for (let look = 0; look < times; look += 1) {
      this.nowMs += ms;
      this.consider();
    }
  }

  order(sizeClass: SizeClass = 0): string {
    return regionOrder(this.world, "first", sizeClass, this.targets, this.nowMs)
      .map((target) => target.region)
      .join("");
  }
}

/** Region `a` is preferred, and all are measured. */
function settled(a = 100, b = 100, c = 100): Regions {
  const bench = new Regions();
  bench.consider();
  bench.measure("a", a);
  bench.measure("b", b);
  bench.measure("c", c);
  bench.consider();
  return bench;
}

describe("the order of regions", () => {
  it("is the operator's before anything is measured, ties in the order of the document", () => {
    const bench = new Regions();
    expect(bench.order()).toBe("acb");
    bench.consider();
    expect(bench.order()).toBe("acb");
  });

  it("begins with the preferred one, then the fastest, then the unmeasured", () => {
    const bench = new Regions();
    bench.consider();
    bench.measure("b", 50);
    expect(bench.order()).toBe("abc");
    bench.measure("c", 40);
    expect(bench.order()).toBe("acb");
  });

  it("is by priority where regions are equally fast", () => {
    const bench = new Regions();
    bench.measure("b", 50);
    bench.measure("c", 50);
    bench.measure("a", 50);
    expect(bench.order()).toBe("acb");
  });

  it("puts those with little room left last, the preferred one too", () => {
    const bench = settled();
    bench.health("acme:a:first").capacity.scarceUntilMs = bench.nowMs + 1;
    expect(bench.order()).toBe("cba");
    const health = bench.health("acme:a:first");
    const breaker = { ...health.target.breaker, observeOnly: new Set(["capacity"] as const) };
    health.target = { ...health.target, breaker };
    expect(bench.order()).toBe("acb");
    bench.nowMs += 1;
    expect(bench.order()).toBe("acb");
  });

  it("of one region is that region, and nothing is remembered", () => {
    const bench = new Regions();
    const alone = bench.targets.slice(0, 1);
    considerRegions(bench.world, "first", 0, alone, bench.nowMs);
    expect(bench.world.preferences.size).toBe(0);
    expect(regionOrder(bench.world, "first", 0, alone, bench.nowMs)).toBe(alone);
  });
});

describe("the preferred region", () => {
  it.each([
    ["clearly faster", 100, 80, 90, "bca"],
    ["clearly faster, two alike", 100, 80, 80, "cba"],
    ["19 % faster", 100, 81, 90, "abc"],
    ["less than 20 ms faster", 90, 71, 80, "abc"],
    ["20 ms and 20 % faster", 100, 80, 100, "bac"],
    ["slower", 100, 120, 110, "acb"],
  ])("is once, when all are measured, the one that is %s", (_name, a, b, c, order) => {
    expect(settled(a, b, c).order()).toBe(order);
  });

  it("is not moved for a region that has one sample", () => {
    const bench = new Regions();
    bench.consider();
    bench.measure("a", 500);
    bench.measure("b", 100);
    bench.measure("c", 10, 0, 2);
    bench.consider();
    expect(bench.order()).toBe("acb");
    expect(bench.targets.map((target) => isMeasured(bench.world, target))).toEqual([
      false,
      true,
      true,
    ]);
  });

  it("moves for a gain that lasts for three looks, five seconds apart", () => {
    const bench = settled();
    bench.measure("b", 80);
    bench.look(2);
    expect(bench.order()).toBe("abc");
    bench.look(1);
    expect(bench.order()).toBe("bac");
  });

  it("moves no sooner for looks that are closer together", () => {
    const bench = settled();
    bench.measure("b", 80);
    bench.look(10, 1_000);
    expect(bench.order()).toBe("abc");
    bench.look(5, 1_000);
    expect(bench.order()).toBe("bac");
  });

  it.each([
    ["no gain at all", 100],
    ["19 %", 81],
  ])("begins to count again after %s", (_name, ms) => {
    const bench = settled();
    bench.measure("b", 80);
    bench.look(2);
    bench.measure("b", ms);
    bench.look(1);
    bench.measure("b", 80);
    bench.look(2);
    expect(bench.order()).toBe("abc");
    bench.look(1);
    expect(bench.order()).toBe("bac");
  });

  it("begins to count again with another challenger", () => {
    const bench = settled();
    bench.measure("b", 80);
    bench.look(2);
    bench.measure("c", 60);
    bench.look(2);
    expect(bench.order()).toBe("acb");
    bench.look(1);
    expect(bench.order()).toBe("cba");
  });

  it("counts from the beginning after it has moved", () => {
    const bench = settled();
    bench.measure("b", 80);
    bench.look(3);
    bench.measure("c", 10);
    bench.look(2);
    expect(bench.order()).toBe("bca");
    bench.look(1);
    expect(bench.order()).toBe("cba");
  });

  it("is by the same rule one of those that are measured while others never answer", () => {
    const bench = new Regions();
    bench.consider();
    bench.measure("a", 100);
    bench.measure("b", 50);
    bench.look(2);
    expect(bench.order()).toBe("abc");
    bench.look(1);
    expect(bench.order()).toBe("bac");
    expect(bench.world.preferences.get("first 0")?.measured).toBe(false);
  });

  it("stays while nothing is known of itself", () => {
    const bench = new Regions();
    bench.consider();
    bench.measure("b", 50);
    bench.look(9);
    expect(bench.order()).toBe("abc");
  });

  it("does not count looks that are closer together while others never answer", () => {
    const bench = new Regions();
    bench.consider();
    bench.measure("a", 100);
    bench.measure("b", 50);
    bench.look(14, 1_000);
    expect(bench.order()).toBe("abc");
    bench.look(1, 1_000);
    expect(bench.order()).toBe("bac");
  });

  it("is the first by priority again when it is gone", () => {
    const bench = settled();
    bench.measure("b", 10);
    bench.look(3);
    expect(bench.order()).toBe("bac");
    const rest = bench.targets.filter((target) => target.region !== "b");
    considerRegions(bench.world, "first", 0, rest, bench.nowMs);
    const order = regionOrder(bench.world, "first", 0, rest, bench.nowMs);
    expect(order.map((target) => target.region)).toEqual(["a", "c"]);
    expect(bench.world.preferences.get("first 0")).toEqual({
      targetId: "acme:a:first",
      measured: false,
      challengerId: null,
      wins: 0,
      evaluatedMs: bench.nowMs,
    });
  });

  it("is one for each class of prompts", () => {
    const bench = settled();
    bench.consider(3);
    for (const [region, ms] of [
      ["a", 900],
      ["b", 900],
      ["c", 100],
    ] as const) {
      bench.measure(region, ms, 3);
    }
    bench.consider(3);
    expect([bench.order(0), bench.order(3)]).toEqual(["acb", "cab"]);
  });
});

describe("the speed that a region is compared by", () => {
  it.each([
    ["its own class", 3, 30],
    ["the nearest class that was measured", 0, 20],
    ["the smaller of two that are as near", 2, 20],
  ] as const)("is that of %s", (_name, sizeClass, ms) => {
    const bench = new Regions();
    bench.measure("a", 20, 1);
    bench.measure("a", 30, 3);
    bench.health("acme:a:first").speeds[2] = undefined;
    expect(speedMs(bench.world, bench.target("acme:a:first"), sizeClass)).toBe(ms);
  });

  it("is none while nothing is measured", () => {
    const bench = new Regions();
    speedOf(bench.health("acme:a:first"), 0);
    expect(speedMs(bench.world, bench.target("acme:a:first"), 0)).toBe(1e9);
    expect(isMeasured(bench.world, bench.target("acme:a:first"))).toBe(false);
  });

  it("comes from probes where there is no traffic", () => {
    const bench = new Bench();
    for (let probe = 0; probe < 3; probe += 1) {
      bench.probe("acme:us:first", { verdict: "pass", latencyMs: 400 });
      bench.probe("acme:eu:first", { verdict: "pass", latencyMs: 100 });
    }
    bench.one("ok");
    expect(bench.one("ok").target).toBe("acme:eu:first");
  });
});

describe("a warm prompt cache", () => {
  const minutes10Ms = 600_000;

  it("keeps a call's region for ten minutes after the last one", () => {
    const bench = settled();
    const b = bench.target("acme:b:first");
    rememberWarm(bench.world, b, "cache", 1_000);
    expect(warmTarget(bench.world, "first", "cache", 1_000 + minutes10Ms - 1)).toBe(b.id);
    expect(warmTarget(bench.world, "first", "cache", 1_000 + minutes10Ms)).toBeUndefined();
    rememberWarm(bench.world, b, "cache", 2_000);
    expect(warmTarget(bench.world, "first", "cache", 1_000 + minutes10Ms)).toBe(b.id);
  });

  it("is of one key and one model", () => {
    const bench = settled();
    rememberWarm(bench.world, bench.target("acme:b:first"), "cache", 0);
    expect(warmTarget(bench.world, "first", "other", 1)).toBeUndefined();
    expect(warmTarget(bench.world, "second", "cache", 1)).toBeUndefined();
    expect(warmTarget(bench.world, "first", null, 1)).toBeUndefined();
  });

  it("is where the call went last", () => {
    const bench = settled();
    rememberWarm(bench.world, bench.target("acme:b:first"), "cache", 0);
    rememberWarm(bench.world, bench.target("acme:c:first"), "cache", 1);
    expect(warmTarget(bench.world, "first", "cache", 2)).toBe("acme:c:first");
    expect(bench.world.warm.size).toBe(1);
  });

  it("of ten thousand keys is remembered; then the one that was used longest ago goes", () => {
    const bench = settled();
    const b = bench.target("acme:b:first");
    for (let key = 0; key < 10_000; key += 1) {
      rememberWarm(bench.world, b, String(key), key);
    }
    rememberWarm(bench.world, b, "0", 10_000);
    expect(bench.world.warm.size).toBe(10_000);
    rememberWarm(bench.world, b, "one more", 10_001);
    expect(bench.world.warm.size).toBe(10_000);
    expect(warmTarget(bench.world, "first", "0", 10_001)).toBe(b.id);
    expect(warmTarget(bench.world, "first", "1", 10_001)).toBeUndefined();
    expect(warmTarget(bench.world, "first", "one more", 10_001)).toBe(b.id);
  });

  it("goes before the fastest region, and behind the one that the caller asks for", () => {
    const bench = settled(100, 20, 20);
    const first = (region: string | null): string => {
      const over = { needs: { promptCacheKey: "cache" }, constraints: { region } };
      return bench.attempt(bench.call(over).id).target.region;
    };
    rememberWarm(bench.world, bench.target("acme:a:first"), "cache", bench.nowMs);
    expect(first(null)).toBe("a");
    expect(first("b")).toBe("b");
    expect(first(null)).toBe("b");
  });

  it("is left when its region is not healthy", () => {
    const bench = settled();
    rememberWarm(bench.world, bench.target("acme:b:first"), "cache", bench.nowMs);
    bench.health("acme:b:first").silence.suspectMs = bench.nowMs;
    const { id } = bench.call({ needs: { promptCacheKey: "cache" } });
    expect(bench.attempt(id).target.region).toBe("a");
  });
});
