import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { failureRatio, failureTally, openingReason, runToOpen } from "@/lib/core/opening";
import { type Window, emptyWindow, lookBack, recordStart, settle } from "@/lib/core/window";

/** Calls that started `gapMs` apart, the last one at `endMs`: f(ailed), o(k), n(eutral), p(ending). */
function windowOf(letters: string, gapMs = 1, endMs = 1_000_000): Window {
  const window = emptyWindow();
  const verdicts = { f: "failed", o: "ok", n: "neutral", p: "pending" } as const;
  letters.split("").forEach((letter, index) => {
    const startMs = endMs - (letters.length - 1 - index) * gapMs;
    const start = recordStart(window, `key-${letter}`, startMs, false);
    settle(window, start, verdicts[letter as keyof typeof verdicts]);
  });
  return window;
}

const nowMs = 1_000_000;
const nobodyBetter = (): boolean => false;
const somebodyBetter = (): boolean => true;

describe("a ratio that is told from more", () => {
  const half = "fo".repeat(29) + "of";
  it.each([
    [20, "fo".repeat(10) + "f", "ratio"],
    [60, "fo".repeat(10) + "f", null],
    [60, half, "ratio"],
    [60, half.slice(1), null],
    [60, `o${half.slice(1)}`, null],
  ])("of the last %i opens no sooner", (sample, letters, rule) => {
    const window = windowOf(letters, 1_000);
    const opening = openingReason(window, 50, nowMs, somebodyBetter, sample);
    expect(opening?.rule ?? null).toBe(rule);
  });
});

describe("the run that opens a target", () => {
  it.each([
    [3, 0, 3],
    [3, 0.02, 3],
    [3, 1.999, 3],
    [3, 2, 4],
    [3, 50, 5],
    [3, 500, 6],
    [3, 1_000, 6],
    [3, 2_000, 7],
    [10, 0.5, 10],
    [10, 1_000, 10],
  ])("of at least %i at %f calls a second is %i", (least, callsPerSecond, run) => {
    expect(runToOpen(least, callsPerSecond)).toBe(run);
  });

  it.each([
    ["better than one in twenty", 0.01, 50, 5],
    ["one in twenty", 0.05, 50, 5],
    ["one in five", 0.2, 50, 9],
    ["one in three", 1 / 3, 50, 14],
    ["a half", 0.5, 50, 21],
    ["all of them", 1, 50, 21],
    ["one in three, hardly called", 1 / 3, 0, 8],
    ["one in twenty, hardly called", 0.05, 0, 3],
  ])("is longer for a target that fails %s", (_name, ratio, callsPerSecond, run) => {
    expect(runToOpen(3, callsPerSecond, ratio)).toBe(run);
  });

  it("comes by chance less than once in ten hours, at any rate and any ratio up to a half", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 2, max: 2_000, noNaN: true }),
        fc.double({ min: 0.05, max: 0.5, noNaN: true }),
        (callsPerSecond, ratio) => {
          const run = runToOpen(3, callsPerSecond, ratio);
          expect(callsPerSecond * 36_000 * ratio ** run).toBeLessThanOrEqual(1.000_001);
          expect(callsPerSecond * 36_000 * ratio ** (run - 1)).toBeGreaterThan(1);
        },
      ),
    );
  });
});

describe("rule (a)", () => {
  it.each([
    ["two in a row", "off", null],
    ["three in a row", "offf", "run"],
    ["three in a row over neutral ones", "fnnfnf", "run"],
    ["three with a success between", "ffof", null],
    ["three with a pending one between", "fpff", null],
    ["four of the last six: one too few", "ffofof", null],
    ["five of the last six", "fffoff", "share"],
    ["five of the last six, the oldest well", "offofff", "run"],
    ["five of the last seven", "ffoffof", null],
  ])("with N = 3: %s", (_name, letters, rule) => {
    expect(openingReason(windowOf(letters), 3, nowMs, nobodyBetter)?.rule ?? null).toBe(rule);
  });

  it.each([
    ["fffff", "run"],
    ["offff", null],
    ["ffffoffff", "share"],
    ["fffoffff", null],
  ])("with N = 5 %s: %s", (letters, rule) => {
    expect(openingReason(windowOf(letters), 5, nowMs, nobodyBetter)?.rule ?? null).toBe(rule);
  });

  it("knows a run that is longer than twenty", () => {
    expect(openingReason(windowOf("f".repeat(24)), 25, nowMs, nobodyBetter)).toBeNull();
    expect(openingReason(windowOf("f".repeat(25)), 25, nowMs, nobodyBetter)?.rule).toBe("run");
  });

  it("tells the counters and the keys", () => {
    expect(openingReason(windowOf("offff"), 3, nowMs, nobodyBetter)).toEqual({
      rule: "run",
      failed: 4,
      counted: 4,
      threshold: 3,
      keys: new Set(["key-f"]),
    });
    expect(openingReason(windowOf("fffoff"), 3, nowMs, nobodyBetter)).toEqual({
      rule: "share",
      failed: 5,
      counted: 6,
      threshold: 5,
      keys: new Set(["key-f"]),
    });
  });
});

describe("rule (b)", () => {
  const half = "fo".repeat(10).slice(0, -1);

  it.each([
    ["half of twenty in ten seconds", `o${half}`, 1, "ratio"],
    ["half of twenty, the oldest ten minutes old", `o${half}`, 600_000 / 19, "ratio"],
    ["half of twenty over more than ten minutes", `o${half}`, 600_100 / 19, null],
    ["half of nineteen", half, 1, null],
    ["less than half of twenty", `ooo${half.slice(2)}`, 1, null],
    ["less than half of twenty over a minute", `ooo${half.slice(2)}`, 3_000, null],
    ["half of twenty that have not ended", `p${half}`, 1, "ratio"],
    ["half of twenty, were it not for a neutral one", `n${half}`, 1, null],
  ])("%s, and somebody is better", (_name, letters, gapMs, rule) => {
    const window = windowOf(letters, gapMs);
    expect(openingReason(window, 99, nowMs, somebodyBetter)?.rule ?? null).toBe(rule);
  });

  it("opens nothing while nobody is better, and asks with the ratio", () => {
    const asked: number[] = [];
    const reason = openingReason(windowOf(`of${half.slice(1)}`), 99, nowMs, (ratio) => {
      asked.push(ratio);
      return false;
    });
    expect(reason).toBeNull();
    expect(asked).toEqual([0.5]);
  });

  it("tells the counters and the keys", () => {
    expect(openingReason(windowOf(`ofo${half}`), 99, nowMs, somebodyBetter)).toEqual({
      rule: "ratio",
      failed: 11,
      counted: 22,
      threshold: 11,
      keys: new Set(["key-f"]),
    });
  });
});

describe("the tally", () => {
  it("is of the last ten seconds when those are twenty calls or more", () => {
    const window = windowOf("f".repeat(5) + "o".repeat(25) + "f", 1);
    expect(failureTally(window, lookBack(window, 20), nowMs)).toEqual({ failed: 6, counted: 31 });
  });

  it("is of the last ten seconds when those are exactly twenty", () => {
    const window = windowOf("f".repeat(10) + "o".repeat(20) + "f", 501);
    expect(failureTally(window, lookBack(window, 20), nowMs)).toEqual({ failed: 1, counted: 20 });
  });

  it("is of the last twenty when the last ten seconds are fewer", () => {
    const window = windowOf("f".repeat(5) + "o".repeat(25) + "f", 10_000);
    expect(failureTally(window, lookBack(window, 20), nowMs)).toEqual({ failed: 1, counted: 20 });
  });

  it.each([
    ["too few", "f".repeat(19), 1, null],
    ["ends well", "f".repeat(10) + "o".repeat(10), 1, 0.5],
    ["ends well, slowly", "f".repeat(10) + "o".repeat(10), 10_000, 0.5],
    ["all well", "o".repeat(20), 10_000, 0],
    ["long ago", "f".repeat(20), 60_000, null],
  ])("as a ratio counts up to the newest call: %s", (_name, letters, gapMs, ratio) => {
    expect(failureRatio(windowOf(letters, gapMs), nowMs)).toBe(ratio);
  });
});

describe("the rules over any history", () => {
  const letters = fc
    .array(fc.constantFrom("f", "o", "n", "p"), { maxLength: 60 })
    .map((all) => all.join(""));

  it("neutral calls change no decision", () => {
    fc.assert(
      fc.property(letters, fc.integer({ min: 3, max: 7 }), (all, run) => {
        const bare = all.replaceAll("n", "");
        const withNeutral = openingReason(windowOf(all), run, nowMs, somebodyBetter);
        expect(withNeutral).toEqual(openingReason(windowOf(bare), run, nowMs, somebodyBetter));
      }),
    );
  });

  it("a success in the place of a failure never opens what stayed closed", () => {
    fc.assert(
      fc.property(letters, letters, fc.integer({ min: 3, max: 7 }), (older, younger, run) => {
        const all = `${older}f${younger}f`;
        const better = `${older}o${younger}f`;
        const before = openingReason(windowOf(all), run, nowMs, somebodyBetter);
        const after = openingReason(windowOf(better), run, nowMs, somebodyBetter);
        expect(before !== null || after === null).toBe(true);
      }),
    );
  });
});
