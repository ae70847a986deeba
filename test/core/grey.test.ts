import { describe, expect, it } from "vitest";
import { Bench, type CallOver, overloaded, statusFailure } from "./fixture";

const us = "acme:us:first";
const first: CallOver = { route: "first", constraints: { region: "us" } };
const third: CallOver = { route: "third" };
/** A failure after which nobody is asked again. */
const failure = { ...statusFailure(500), sameTargetAfterMs: null };

/** Fails every `every`-th of so many calls to one target, one a second; its sibling is well known and well. */
function failing(bench: Bench, count: number, every: number, over: CallOver = first): void {
  for (let call = 0; call < count; call += 1) {
    bench.wait(1_000);
    bench.one(call % every === every - 1 ? failure : "ok", over);
  }
}

/** DEGRADED by failures: a quarter of its calls, now and then. */
function degraded(): Bench {
  const bench = new Bench();
  failing(bench, 20, 4);
  expect(bench.label(us)).toBe("degraded");
  return bench;
}

/** DEGRADED by slowness: its answers took `ttftMs` before. */
function slow(normalMs = 500, slowMs = 2_100): Bench {
  const bench = new Bench();
  bench.measured(20, normalMs, first);
  bench.measured(6, slowMs, first);
  return bench;
}

function reason(bench: Bench, over: CallOver = first): string | undefined {
  return bench.call(over).plan.entries[0]?.reason;
}

describe("a target becomes DEGRADED", () => {
  it("when a fifth of its calls fail, of twenty or more", () => {
    const bench = new Bench();
    failing(bench, 16, 4);
    expect(bench.label(us)).toBe("closed");
    failing(bench, 4, 4);
    expect(bench.label(us)).toBe("degraded");
    expect(bench.transitions().at(-1)).toMatchObject({
      rule: "degraded",
      reason: "failures",
      evidence: { failures: 5, of: 20 },
    });
  });

  it("not when fewer fail", () => {
    const bench = new Bench();
    failing(bench, 60, 6);
    expect(bench.label(us)).toBe("closed");
  });

  it("when its first content takes more than 2 s and more than three times as long as it did", () => {
    const bench = slow();
    expect(bench.label(us)).toBe("degraded");
    expect(bench.transitions().at(-1)).toMatchObject({ rule: "degraded", reason: "slow" });
  });

  it.each([
    ["not under 2 s, however much slower that is", 100, 1_900],
    ["not under three times as long, however slow that is", 1_000, 3_000],
  ])("%s", (_name, normalMs, slowMs) => {
    expect(slow(normalMs, slowMs).label(us)).toBe("closed");
  });

  it("not on fewer than ten samples, and not before its habit is known", () => {
    const bench = new Bench();
    bench.measured(4, 500, first);
    bench.measured(5, 10_000, first);
    expect(bench.label(us)).toBe("closed");
    const few = slow(500, 500);
    few.measured(4, 2_100, first);
    expect(few.label(us)).toBe("closed");
  });

  it("for prompts of other sizes it has another habit", () => {
    const bench = new Bench();
    bench.measured(20, 500, first);
    bench.measured(12, 4_000, { ...first, needs: { promptTokens: 20_000 } });
    expect(bench.label(us)).toBe("closed");
  });

  it("only where it is CLOSED", () => {
    const bench = new Bench();
    bench.many(3, overloaded, third);
    bench.wait(60_000);
    for (let call = 0; call < 10; call += 1) {
      const { move } = bench.begin(third);
      bench.content(move);
      bench.fail(move, failure);
    }
    expect(bench.health("other:global:third").degraded).toBeNull();
  });
});

describe("a target that is DEGRADED", () => {
  it("goes behind one that fails at most half as often, and behind no other", () => {
    const bench = degraded();
    expect(reason(bench)).toBe("degraded");
    expect(bench.one("ok", first).target).toBe("acme:eu:first");
    failing(bench, 40, 7, { route: "first", constraints: { region: "eu" } });
    expect(bench.one("ok", first).target).toBe("acme:us:first");
  });

  it("goes behind one that is at least twice as fast, and behind no other", () => {
    const bench = slow();
    // Its turn for a call of its own comes first.
    bench.measured(10, 1_000, { route: "first", constraints: { region: "eu" } });
    bench.one("ok", first);
    expect(bench.one("ok", first).target).toBe("acme:eu:first");
    bench.measured(10, 1_250, { route: "first", constraints: { region: "eu" } });
    bench.one("ok", first);
    expect(bench.one("ok", first).target).toBe("acme:us:first");
  });

  it("is tried before nobody at all", () => {
    const bench = degraded();
    const alone: CallOver = {
      route: "first",
      constraints: { region: "us", regionMode: "require" },
    };
    expect(bench.begin(alone).move).toMatchObject({ how: "first", target: { id: us } });
  });

  it("keeps one call in twenty", () => {
    const bench = degraded();
    bench.random = 0.049;
    expect(bench.call(first).plan.entries[0]).toMatchObject({
      decision: "eligible",
      reason: "degraded_share",
    });
    bench.random = 0.05;
    expect(reason(bench)).toBe("degraded");
  });

  it("keeps one call every ten seconds, so that it can show that it is well", () => {
    const bench = degraded();
    expect(bench.one("ok", first).target).toBe("acme:eu:first");
    bench.wait(10_000);
    expect(bench.one("ok", first).target).toBe(us);
    expect(bench.one("ok", first).target).toBe("acme:eu:first");
  });

  it("freezes its habit: slow answers do not become normal", () => {
    const bench = slow();
    bench.random = 0;
    const before = bench.health(us).speeds[0]?.normal.total;
    bench.measured(30, 3_000, first);
    expect(bench.label(us)).toBe("degraded");
    expect(bench.health(us).speeds[0]?.normal.total).toBe(before);
  });
});

describe("a target stops being DEGRADED", () => {
  const lucky = (bench: Bench, count: number, every: number): void => {
    bench.random = 0;
    failing(bench, count, every);
  };

  it("after twenty calls of which fewer than a tenth failed, and half a minute", () => {
    const bench = degraded();
    bench.random = 0;
    for (let call = 0; call < 20; call += 1) {
      bench.one("ok", first);
    }
    expect(bench.label(us)).toBe("degraded");
    bench.wait(30_000);
    bench.one("ok", first);
    expect(bench.label(us)).toBe("closed");
    expect(bench.transitions().at(-1)).toMatchObject({ rule: "degraded", reason: "well_again" });
  });

  it("not after nineteen", () => {
    const bench = degraded();
    bench.wait(60_000);
    lucky(bench, 19, 99);
    expect(bench.label(us)).toBe("degraded");
    lucky(bench, 1, 99);
    expect(bench.label(us)).toBe("closed");
  });

  it("not while a tenth of them fail", () => {
    const bench = degraded();
    lucky(bench, 100, 10);
    expect(bench.label(us)).toBe("degraded");
  });

  it("not while it takes one and a half times as long as it did", () => {
    const bench = slow();
    bench.random = 0;
    bench.measured(30, 1_000, first);
    expect(bench.label(us)).toBe("degraded");
    bench.measured(45, 500, first);
    expect(bench.label(us)).toBe("closed");
  });

  it("stays twice as long each time that it comes back within ten minutes, up to five minutes", () => {
    const bench = degraded();
    const stays: number[] = [];
    for (let round = 0; round < 6; round += 1) {
      stays.push(bench.health(us).degraded?.stayMs ?? 0);
      bench.wait(300_000);
      lucky(bench, 20, 99);
      expect(bench.label(us)).toBe("closed");
      failing(bench, 40, 4);
      expect(bench.label(us)).toBe("degraded");
    }
    expect(stays).toEqual([30_000, 60_000, 120_000, 240_000, 300_000, 300_000]);
    bench.wait(300_000);
    lucky(bench, 20, 99);
    bench.wait(600_000);
    failing(bench, 40, 4);
    expect(bench.health(us).degraded?.stayMs).toBe(30_000);
  });

  it("not by opening: it comes back with few calls, and a long run is needed to throw it out again", () => {
    const bench = degraded();
    bench.random = 0;
    bench.many(40, overloaded, first);
    expect(bench.label(us)).toBe("open");
    expect(bench.health(us).degraded?.ratio).toBeGreaterThanOrEqual(0.2);
  });
});
