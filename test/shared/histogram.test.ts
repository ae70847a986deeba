import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  quantileOf,
  slotBounds,
  slotCount,
  slotOf,
  slotRange,
  worstErrorRatio,
} from "@/lib/shared/histogram";

const histogramOf = (values: readonly number[]): number[] => {
  const counts = Array.from({ length: slotCount }, () => 0);
  for (const value of values) {
    counts[slotOf(value)]! += 1;
  }
  return counts;
};
const nearestRank = (values: readonly number[], q: number): number =>
  values.toSorted((a, b) => a - b)[Math.max(1, Math.ceil(q * values.length)) - 1]!;

const lastBound = slotBounds.at(-1)!;

describe("slots", () => {
  it("are 64 and hold every whole number once, in order", () => {
    expect(slotCount).toBe(64);
    for (let slot = 0; slot < slotCount; slot += 1) {
      const { least, most } = slotRange(slot);
      expect([slotOf(least), slotOf(most)]).toEqual([slot, slot]);
      if (slot > 0) {
        expect(least).toBe(slot === 1 ? 1 : slotRange(slot - 1).most + 1);
      }
    }
    expect(slotOf(Number.MAX_SAFE_INTEGER)).toBe(63);
  });

  it("are never wider than the error that is promised", () => {
    for (let slot = 1; slot < slotCount; slot += 1) {
      const { least, most } = slotRange(slot);
      expect(most / least - 1).toBeLessThanOrEqual(worstErrorRatio);
    }
  });
});

describe("a quantile", () => {
  it("is null of nothing, and exact of one value below 8", () => {
    expect(quantileOf([], 0.5)).toBeNull();
    expect(quantileOf(histogramOf([]), 0.5)).toBeNull();
    for (const value of [0, 1, 2, 3, 4, 5, 6]) {
      expect(quantileOf(histogramOf([value]), 0.95)).toBe(value);
    }
  });

  it("lies within the promised error of the exact one, whatever the values", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: lastBound }), { minLength: 1, maxLength: 300 }),
        fc.constantFrom(0.5, 0.9, 0.95, 0.99, 1),
        (values, q) => {
          const exact = nearestRank(values, q);
          const told = quantileOf(histogramOf(values), q)!;
          expect(Math.abs(told - exact)).toBeLessThanOrEqual(worstErrorRatio * exact);
        },
      ),
    );
  });

  it("is within 3 % for a thousand values as latencies are spread", () => {
    // Log-normal around 900 ms, by the quantile function of the logistic distribution: no chance is involved.
    const values = Array.from({ length: 1_000 }, (_, index) => {
      const p = (index + 0.5) / 1_000;
      return Math.round(900 * Math.exp(0.4 * Math.log(p / (1 - p))));
    });
    for (const q of [0.5, 0.9, 0.95, 0.99]) {
      const exact = nearestRank(values, q);
      expect(Math.abs(quantileOf(histogramOf(values), q)! / exact - 1)).toBeLessThan(0.03);
    }
  });

  it("of merged histograms is that of all values together", () => {
    const values = fc.array(fc.integer({ min: 0, max: 1_000_000 }), { maxLength: 60 });
    fc.assert(
      fc.property(values, values, (left, right) => {
        const merged = histogramOf(left).map((count, slot) => count + histogramOf(right)[slot]!);
        expect(quantileOf(merged, 0.95)).toBe(quantileOf(histogramOf([...left, ...right]), 0.95));
      }),
    );
  });

  it("above the last bound says that bound, not a guess", () => {
    expect(quantileOf(histogramOf([5_000_000]), 0.5)).toBe(lastBound);
  });
});
