import { describe, expect, it } from "vitest";
import { breakerFigures, type BreakerFigures } from "@/lib/core/breaker-figures";
import type { Failure } from "@/lib/core/classify";
import { healthOf } from "@/lib/core/world";
import { Bench, type CallOver, snapshotOf, statusFailure } from "./fixture";

const us = "acme:us:first";
const onlyUs: CallOver = { route: "first", constraints: { region: "us", regionMode: "require" } };
const broken: Failure = { ...statusFailure(500), sameTargetAfterMs: null };

function figuresOf(bench: Bench): BreakerFigures {
  const target = bench.world.snapshot.targets.get(us);
  if (target === undefined) {
    throw new Error("no target");
  }
  return breakerFigures(bench.world, healthOf(bench.world, target), bench.nowMs);
}

function call(bench: Bench, letters: string): void {
  for (const letter of letters) {
    bench.nowMs += 1_000;
    bench.one(letter === "f" ? broken : "ok", onlyUs);
  }
}

describe("the figures of a breaker", () => {
  it("count failures against what opens it", () => {
    const bench = new Bench(snapshotOf([]));
    call(bench, "offofo");
    expect(figuresOf(bench)).toMatchObject({
      sinceMs: null,
      untilMs: null,
      runToOpen: 3,
      share: { failed: 3, counted: 6, opensAt: 5, outOf: 6 },
      ratio: { failed: 3, counted: 6, opensAt: 10, outOf: 20 },
      step: 0,
      goodToClose: null,
    });
  });

  it("promise what happens: the run that they name opens it, and one less does not", () => {
    const bench = new Bench(snapshotOf([]));
    const { runToOpen } = figuresOf(bench);
    call(bench, "f".repeat(runToOpen - 1));
    expect(bench.breaker(us)).toBe("closed");
    call(bench, "f");
    expect(bench.breaker(us)).toBe("open");
  });

  it("tell of an open one since when, until when at most, and what closes it", () => {
    const bench = new Bench(snapshotOf([]));
    call(bench, "fff");
    const { sinceMs, untilMs, longestOpenMs, step, goodToClose, share } = figuresOf(bench);
    expect(sinceMs).toBe(bench.nowMs);
    expect(untilMs).toBeLessThanOrEqual(bench.nowMs + longestOpenMs);
    expect(untilMs).toBeGreaterThanOrEqual(bench.nowMs + longestOpenMs / 2);
    expect({ step, goodToClose }).toEqual({ step: 0, goodToClose: 1 });
    // An opening forgets what was.
    expect(share.counted).toBe(0);
  });

  it("a failed trial doubles the time, and healthy minutes take the steps back", () => {
    const bench = new Bench(snapshotOf([]));
    call(bench, "fff");
    const first = figuresOf(bench);
    bench.nowMs = first.untilMs ?? 0;
    call(bench, "f");
    const second = figuresOf(bench);
    expect(second.step).toBe(1);
    expect(second.longestOpenMs).toBe(2 * first.longestOpenMs);
    bench.nowMs = second.untilMs ?? 0;
    call(bench, "o");
    expect(figuresOf(bench)).toMatchObject({ step: 1, goodToClose: null });
    bench.nowMs += 60_000;
    expect(figuresOf(bench).step).toBe(0);
  });
});
