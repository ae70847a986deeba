import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Start,
  type Verdict,
  type Window,
  emptyWindow,
  forgetStarts,
  lookBack,
  recentTally,
  recordStart,
  settle,
} from "@/lib/core/window";

/** A window over one letter per start, a millisecond apart: f(ailed), o(k), n(eutral), p(ending). */
function windowOf(letters: string, keyOf = (_index: number): string => "key"): Window {
  const window = emptyWindow();
  const verdicts = { f: "failed", o: "ok", n: "neutral", p: "pending" } as const;
  letters.split("").forEach((letter, index) => {
    const start = recordStart(window, keyOf(index), 1_000 + index, false);
    settle(window, start, verdicts[letter as keyof typeof verdicts]);
  });
  return window;
}

describe("failures in start order", () => {
  it.each([
    ["a run", "offf", 3, 3, 4],
    ["a success inside ends the run", "ffoff", 2, 4, 5],
    ["a pending call inside ends the run and is no failure", "ffpff", 2, 4, 5],
    ["a neutral call inside is as if it never was", "fnnff", 3, 3, 3],
    ["calls younger than the newest failure do not count", "ffooppp", 2, 2, 2],
    ["a pending call that is younger hides nothing", "fffp", 3, 3, 3],
    ["no failure at all", "ooo", 0, 0, 0],
    ["nothing at all", "", 0, 0, 0],
    ["a window that begins with the run", "ff", 2, 2, 2],
  ])("%s", (_name, letters, run, failed, counted) => {
    expect(lookBack(windowOf(letters), 20)).toMatchObject({ run, failed, counted });
  });

  it("errors that come back before older answers make no run over them", () => {
    const window = emptyWindow();
    const failAt = (nowMs: number): void => {
      settle(window, recordStart(window, "key", nowMs, false), "failed");
    };
    failAt(0);
    const slow = recordStart(window, "key", 1, false);
    failAt(2);
    failAt(3);
    expect(lookBack(window, 20).run).toBe(2);
    settle(window, slow, "ok");
    expect(lookBack(window, 20)).toMatchObject({ run: 2, failed: 3, counted: 4 });
    settle(window, slow, "failed");
    expect(lookBack(window, 20).run).toBe(4);
  });

  it("an older call that fails late does not move the newest failure back", () => {
    const window = emptyWindow();
    const older = recordStart(window, "key", 0, false);
    settle(window, recordStart(window, "key", 1, false), "failed");
    settle(window, older, "failed");
    expect(lookBack(window, 20).run).toBe(2);
  });

  it("a stream that fails after its first content is a failure, in its place", () => {
    const window = windowOf("ff");
    const stream = recordStart(window, "key", 2_000, false);
    settle(window, stream, "ok");
    expect(lookBack(window, 20).run).toBe(2);
    expect(recentTally(window, 2_000)).toMatchObject({ started: 3, failed: 2 });
    settle(window, stream, "failed");
    expect(lookBack(window, 20).run).toBe(3);
    expect(recentTally(window, 2_000)).toMatchObject({ started: 3, failed: 3 });
  });

  it("looks back over so many calls and no further, neutral ones besides", () => {
    const window = windowOf("offnfo".repeat(3) + "f");
    expect(lookBack(window, 4)).toMatchObject({ run: 1, failed: 3, counted: 4, oldestMs: 1_014 });
    expect(lookBack(window, 1)).toMatchObject({ run: 1, failed: 1, counted: 1, oldestMs: 1_018 });
    expect(lookBack(window, 99)).toMatchObject({ failed: 10, counted: 16, oldestMs: 1_000 });
  });

  it("looks back from where it is told, not only from the newest failure", () => {
    const window = windowOf("foo");
    expect(lookBack(window, 20, window.nextSeq - 1)).toMatchObject({
      run: 0,
      failed: 1,
      counted: 3,
    });
  });

  it("names the keys of the failures and of nobody else", () => {
    const window = windowOf("foffn", (index) => ["a", "b", "c", "a", "d"][index] ?? "");
    expect(lookBack(window, 20).keys).toEqual(new Set(["a", "c"]));
    expect(lookBack(window, 1).keys).toEqual(new Set(["a"]));
  });
});

describe("an epoch", () => {
  it("forgets all that started before it, for every count", () => {
    const window = windowOf("ffff");
    forgetStarts(window);
    expect(lookBack(window, 20)).toMatchObject({ run: 0, failed: 0, counted: 0 });
    expect(recentTally(window, 1_003)).toEqual({ started: 0, failed: 0, retries: 0 });
  });

  it("has no failure at its beginning", () => {
    const window = windowOf("f");
    forgetStarts(window);
    settle(window, recordStart(window, "key", 2_000, false), "ok");
    expect(lookBack(window, 20).counted).toBe(0);
  });

  it("takes no verdict from a straggler of the one before", () => {
    const window = windowOf("f");
    const straggler = recordStart(window, "key", 1_001, false);
    forgetStarts(window);
    const before = structuredClone(window);
    expect(settle(window, straggler, "failed")).toBe(false);
    expect(straggler.verdict).toBe("pending");
    expect(window).toEqual(before);
    const first = recordStart(window, "key", 1_002, false);
    expect(settle(window, first, "failed")).toBe(true);
    expect(lookBack(window, 20)).toMatchObject({ run: 1, failed: 1, counted: 1 });
  });
});

describe("what is kept", () => {
  it("is bounded by 128 settled calls and a few, and counts go on over the cut", () => {
    const window = windowOf("o".repeat(192));
    expect(window.entries).toHaveLength(192);
    settle(window, recordStart(window, "key", 2_000, false), "failed");
    expect(window.entries).toHaveLength(128);
    expect(window.firstSeq).toBe(65);
    expect(window.entries[0]?.seq).toBe(65);
    expect(lookBack(window, 999)).toMatchObject({ run: 1, failed: 1, counted: 128 });
  });

  it("holds pending calls and all that is younger, and lets go once they are settled", () => {
    const window = windowOf("ooo");
    const pending = recordStart(window, "key", 1_003, false);
    for (let index = 0; index < 500; index += 1) {
      settle(window, recordStart(window, "key", 1_004, false), "ok");
    }
    expect(window.entries[0]).toBe(pending);
    expect(window.entries).toHaveLength(501);
    expect(settle(window, pending, "failed")).toBe(true);
    recordStart(window, "key", 1_005, false);
    expect(window.entries).toHaveLength(128);
  });

  it("never exceeds 16 384, even when nothing ever ends", () => {
    const window = emptyWindow();
    const oldest = recordStart(window, "key", 0, false);
    for (let index = 1; index < 16_384; index += 1) {
      recordStart(window, "key", index, false);
    }
    expect(window.entries[0]).toBe(oldest);
    recordStart(window, "key", 20_000, false);
    expect(window.entries).toHaveLength(16_384);
    expect(window.firstSeq).toBe(1);
    settle(window, oldest, "failed");
    expect(lookBack(window, 20)).toMatchObject({ run: 0, counted: 0 });
  });
});

describe("calls of the last ten seconds", () => {
  it("are counted by the second in which they started, whenever they end", () => {
    const window = emptyWindow();
    const first = recordStart(window, "key", 1_999, false);
    recordStart(window, "key", 2_000, true);
    settle(window, first, "failed");
    expect(recentTally(window, 10_999)).toEqual({ started: 2, failed: 1, retries: 1 });
    expect(recentTally(window, 11_000)).toEqual({ started: 1, failed: 0, retries: 1 });
    expect(recentTally(window, 12_000)).toEqual({ started: 0, failed: 0, retries: 0 });
  });

  it("a verdict that comes after ten seconds is not booked on another second", () => {
    const window = emptyWindow();
    const late = recordStart(window, "key", 1_500, false);
    recordStart(window, "key", 11_500, false);
    settle(window, late, "failed");
    expect(recentTally(window, 11_500)).toEqual({ started: 1, failed: 0, retries: 0 });
  });

  it("a neutral call is struck out, once", () => {
    const window = emptyWindow();
    const start = recordStart(window, "key", 1_000, false);
    recordStart(window, "key", 1_000, false);
    settle(window, start, "neutral");
    settle(window, start, "neutral");
    expect(recentTally(window, 1_000)).toMatchObject({ started: 1, failed: 0 });
    settle(window, start, "failed");
    expect(recentTally(window, 1_000)).toMatchObject({ started: 2, failed: 1 });
  });
});

const verdict = fc.constantFrom<Verdict>("ok", "failed", "neutral", "pending");
const history = fc.array(
  fc.record({
    afterMs: fc.integer({ min: 0, max: 1_500 }),
    key: fc.constantFrom("a", "b"),
    verdicts: fc.array(verdict, { maxLength: 3 }),
    isRetry: fc.boolean(),
  }),
  { maxLength: 260 },
);

/** The same history, with every verdict given in an order of its own. */
function play(
  steps: readonly { afterMs: number; key: string; verdicts: Verdict[]; isRetry: boolean }[],
): { window: Window; starts: Start[]; nowMs: number } {
  const window = emptyWindow();
  const starts: Start[] = [];
  let nowMs = 5_000;
  for (const { afterMs, key, isRetry } of steps) {
    nowMs += afterMs;
    starts.push(recordStart(window, key, nowMs, isRetry));
  }
  steps.toReversed().forEach(({ verdicts }, index) => {
    const start = starts[starts.length - 1 - index];
    for (const one of verdicts) {
      if (start !== undefined) {
        settle(window, start, one);
      }
    }
  });
  return { window, starts, nowMs };
}

describe("a window over any history", () => {
  it("says of the last ten seconds what the calls themselves say", () => {
    fc.assert(
      fc.property(history, (steps) => {
        const { window, starts, nowMs } = play(steps);
        const since = Math.floor(nowMs / 1_000) - 9;
        const recent = starts.filter((one) => Math.floor(one.startMs / 1_000) >= since);
        expect(recentTally(window, nowMs)).toMatchObject({
          started: recent.filter((one) => one.verdict !== "neutral").length,
          failed: recent.filter((one) => one.verdict === "failed").length,
        });
      }),
    );
  });

  it("counts a run and a share as a plain list of the calls does", () => {
    fc.assert(
      fc.property(history, fc.integer({ min: 1, max: 40 }), (steps, size) => {
        const { window, starts } = play(steps);
        // What was failed once and settled otherwise later still marks where the look back begins.
        const back = lookBack(window, size);
        const from = window.newestFailedSeq;
        const counted = starts
          .filter((one) => one.seq <= from && one.seq >= window.firstSeq)
          .filter((one) => one.verdict !== "neutral")
          .toReversed()
          .slice(0, size);
        const end = counted.findIndex((one) => one.verdict !== "failed");
        expect(back).toMatchObject({
          run: end === -1 ? counted.length : end,
          failed: counted.filter((one) => one.verdict === "failed").length,
          counted: counted.length,
        });
      }),
    );
  });
});
