import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Keys,
  type Rate,
  countStart,
  emptyRate,
  hasSeveralKeys,
  noteKey,
  perSecond,
} from "@/lib/core/rate";

/** A meter after `perSecondNow` starts a second, evenly, from `fromMs` until `untilMs`. */
function steady(perSecondNow: number, fromMs: number, untilMs: number): Rate {
  const rate = emptyRate();
  for (let atMs = fromMs; atMs < untilMs; atMs += 1_000 / perSecondNow) {
    countStart(rate, atMs);
  }
  return rate;
}

describe("the rate of calls", () => {
  it("is nothing before the first call", () => {
    expect(perSecond(emptyRate(), 123_456)).toBe(0);
  });

  it("is measured over ten seconds at least: one call is no rate", () => {
    const rate = emptyRate();
    countStart(rate, 1_000_000);
    expect(perSecond(rate, 1_000_500)).toBeCloseTo(0.1, 5);
  });

  it.each([
    ["twenty seconds", 5, 20_000],
    ["minutes", 2, 300_000],
    ["minutes of a fast target", 500, 120_000],
  ])("is measured after %s over the last minute", (_name, calls, forMs) => {
    const rate = steady(calls, 1_000_000, 1_000_000 + forMs);
    expect(perSecond(rate, 1_000_000 + forMs)).toBeCloseTo(calls, 1);
  });

  it("is not diluted by the part of the running slot that is still to come", () => {
    const rate = steady(10, 0, 305_000);
    expect(perSecond(rate, 305_000)).toBeCloseTo(10, 5);
    expect(perSecond(rate, 309_999)).toBeCloseTo(550_000 / 59_999, 5);
  });

  it("fades when the calls stop, and is nothing a minute later", () => {
    const rate = steady(10, 0, 60_000);
    expect(perSecond(rate, 70_000)).toBeCloseTo(8, 5);
    expect(perSecond(rate, 90_000)).toBeCloseTo(4, 5);
    expect(perSecond(rate, 119_999)).toBe(0);
    countStart(rate, 500_000);
    expect(perSecond(rate, 505_000)).toBeCloseTo(1 / 55, 5);
  });

  it("never exceeds what was counted over ten seconds, whatever the times", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 30_000 }), { minLength: 1, maxLength: 100 }),
        fc.integer({ min: 0, max: 200_000 }),
        (gaps, quietMs) => {
          const rate = emptyRate();
          const times: number[] = [];
          let nowMs = 0;
          for (const gapMs of gaps) {
            nowMs += gapMs;
            times.push(nowMs);
            countStart(rate, nowMs);
          }
          nowMs += quietMs;
          const lastMinute = times.filter((atMs) => atMs > nowMs - 60_000).length;
          const ratePerSecond = perSecond(rate, nowMs);
          expect(ratePerSecond).toBeGreaterThanOrEqual(0);
          expect(ratePerSecond).toBeLessThanOrEqual(lastMinute / 10);
        },
      ),
    );
  });
});

describe("the keys that call", () => {
  const nobody = (): Keys => ({ key: null, atMs: 0, otherAtMs: null });

  it.each([
    ["nobody", [], 0, false],
    [
      "one key, often",
      [
        ["a", 0],
        ["a", 1],
        ["a", 50_000],
      ],
      50_000,
      false,
    ],
    [
      "two keys",
      [
        ["a", 0],
        ["b", 1],
      ],
      1,
      true,
    ],
    [
      "two keys, the other one a minute ago",
      [
        ["a", 0],
        ["b", 1],
      ],
      60_000,
      true,
    ],
    [
      "two keys, the other one longer ago",
      [
        ["a", 0],
        ["b", 1],
      ],
      60_001,
      false,
    ],
    [
      "two keys in turn",
      [
        ["a", 0],
        ["b", 50_000],
        ["a", 90_000],
      ],
      110_000,
      true,
    ],
  ] as const)("%s", (_name, calls, nowMs, several) => {
    const keys = nobody();
    for (const [key, atMs] of calls) {
      noteKey(keys, key, atMs);
    }
    expect(hasSeveralKeys(keys, nowMs)).toBe(several);
  });
});
