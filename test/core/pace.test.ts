import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import {
  correctUnits,
  freshPace,
  shareOf,
  unitsLeft,
  untilFullMs,
  takeUnits,
  waitMs,
} from "@/lib/core/pace";

const minuteMs = 60_000;
const rate = { perMinute: 60, limit: 60 };

/** Takes as many of `asked` as may go at their instants. */
function taken(
  asked: readonly { atMs: number; units: number }[],
  perMinute: number,
  limit = perMinute,
): { atMs: number; units: number }[] {
  const pace = freshPace();
  return asked.filter(({ atMs, units }) => {
    const goes = waitMs(pace, units, { perMinute, limit }, atMs) === 0;
    if (goes) {
      takeUnits(pace, units, perMinute, atMs);
    }
    return goes;
  });
}

const requests = fc.array(
  fc.record({
    afterMs: fc.integer({ min: 0, max: 40_000 }),
    units: fc.integer({ min: 1, max: 50 }),
  }),
  { maxLength: 80 },
);

function atInstants(
  steps: readonly { afterMs: number; units: number }[],
): { atMs: number; units: number }[] {
  let atMs = 0;
  return steps.map(({ afterMs, units }) => {
    atMs += afterMs;
    return { atMs, units };
  });
}

describe("a pace", () => {
  it("lets a minute's worth go at once, and then one by one at its rate", () => {
    const pace = freshPace();
    for (let call = 0; call < 60; call += 1) {
      expect(waitMs(pace, 1, rate, 5_000)).toBe(0);
      takeUnits(pace, 1, 60, 5_000);
    }
    expect(waitMs(pace, 1, rate, 5_000)).toBeCloseTo(1_000);
    expect(waitMs(pace, 1, rate, 5_999)).toBeCloseTo(1);
    expect(waitMs(pace, 1, rate, 6_000)).toBe(0);
  });

  it("never lets more go in any time than the burst and what the rate adds in it", () => {
    fc.assert(
      fc.property(requests, fc.integer({ min: 50, max: 600 }), (steps, perMinute) => {
        const went = taken(atInstants(steps), perMinute);
        for (const [first, from] of went.entries()) {
          let sum = 0;
          for (const to of went.slice(first)) {
            sum += to.units;
            const most = perMinute + ((to.atMs - from.atMs) / minuteMs) * perMinute;
            expect(sum).toBeLessThanOrEqual(most + 1e-3);
          }
        }
      }),
    );
  });

  it("takes whoever waits for as long as it is told to", () => {
    fc.assert(
      fc.property(requests, fc.integer({ min: 50, max: 600 }), (steps, perMinute) => {
        const pace = freshPace();
        for (const { atMs, units } of atInstants(steps)) {
          const forMs = waitMs(pace, units, { perMinute, limit: perMinute }, atMs);
          expect(forMs).toBeLessThanOrEqual(minuteMs);
          if (forMs === 0) {
            takeUnits(pace, units, perMinute, atMs);
          } else {
            expect(waitMs(pace, units, { perMinute, limit: perMinute }, atMs + forMs)).toBe(0);
          }
        }
      }),
    );
  });

  it("tells how much is left, and when all of it is there again", () => {
    const pace = freshPace();
    expect(unitsLeft(pace, 60, 0)).toBe(60);
    expect(untilFullMs(pace, 0)).toBe(0);
    takeUnits(pace, 20, 60, 0);
    expect(unitsLeft(pace, 60, 0)).toBe(40);
    expect(untilFullMs(pace, 0)).toBe(20_000);
    expect(unitsLeft(pace, 60, 20_000)).toBe(60);
  });

  it("is never told to have less than none left", () => {
    const pace = freshPace();
    takeUnits(pace, 500, 60, 0);
    expect(unitsLeft(pace, 60, 0)).toBe(0);
  });

  it("refuses for ever what is larger than the whole limit", () => {
    expect(waitMs(freshPace(), 61, rate, 0)).toBe(Number.POSITIVE_INFINITY);
  });

  it("takes what is larger than a node's share when nothing is used, and is paid off by the time after it", () => {
    const pace = freshPace();
    const share = { perMinute: 15, limit: 60 };
    expect(waitMs(pace, 60, share, 0)).toBe(0);
    takeUnits(pace, 60, 15, 0);
    expect(waitMs(pace, 1, share, 0)).toBeCloseTo(184_000);
    expect(waitMs(pace, 60, share, 239_000)).toBeCloseTo(1_000);
  });

  it("keeps the share that is used when the limit changes", () => {
    const pace = freshPace();
    takeUnits(pace, 30, 60, 0);
    expect(unitsLeft(pace, 600, 0)).toBe(300);
    expect(unitsLeft(pace, 6, 0)).toBe(3);
  });
});

describe("a correction", () => {
  it("gives back what was not used", () => {
    const pace = freshPace();
    takeUnits(pace, 60, 60, 0);
    correctUnits(pace, -45, 60, 1_000);
    expect(unitsLeft(pace, 60, 1_000)).toBe(46);
  });

  it("never makes a bucket that is more than full", () => {
    const pace = freshPace();
    takeUnits(pace, 10, 60, 0);
    correctUnits(pace, -10, 60, 500_000);
    expect(unitsLeft(pace, 60, 500_000)).toBe(60);
    takeUnits(pace, 60, 60, 500_000);
    expect(waitMs(pace, 1, rate, 500_000)).toBeGreaterThan(0);
  });

  it("charges what was used beyond what was thought, for a minute at most", () => {
    const pace = freshPace();
    takeUnits(pace, 1, 60, 0);
    correctUnits(pace, 69, 60, 0);
    expect(waitMs(pace, 1, rate, 0)).toBeCloseTo(11_000);
    correctUnits(pace, 1_000_000, 60, 0);
    expect(untilFullMs(pace, 0)).toBe(2 * minuteMs);
  });

  it("does not shorten a longer debt", () => {
    const pace = freshPace();
    takeUnits(pace, 600, 60, 0);
    correctUnits(pace, 5, 60, 0);
    expect(untilFullMs(pace, 0)).toBe(10 * minuteMs);
  });
});

test.each([
  [600, 1, 600],
  [600, 4, 150],
  [10, 3, 10 / 3],
  [1, 4, 1],
])("of a limit of %d each of %d nodes has %d", (limit, nodes, share) => {
  expect(shareOf(limit, nodes)).toBe(share);
});
