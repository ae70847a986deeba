import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  addSample,
  durationMsP99,
  emptyHistogram,
  emptySpeed,
  measureTtft,
  moveAverage,
  normalTtftMs,
  quantileMs,
  recentTtftMs,
  sizeClassOf,
  ttftMsP99,
} from "@/lib/core/latency";

const hourMs = 3_600_000;

describe("size classes", () => {
  it.each([
    [0, 0],
    [999, 0],
    [1_000, 1],
    [7_999, 1],
    [8_000, 2],
    [31_999, 2],
    [32_000, 3],
    [1_000_000, 3],
  ])("%i tokens are of class %i", (tokens, sizeClass) => {
    expect(sizeClassOf(tokens)).toBe(sizeClass);
  });
});

describe("the moving average", () => {
  it("takes the first samples alike and then a fifth of each new one", () => {
    const speed = emptySpeed();
    const after = [100, 200, 300, 400, 500, 1_000].map((ttftMs, index) => {
      moveAverage(speed, ttftMs, index);
      return speed.ttftMs;
    });
    expect(after).toEqual([100, 150, 200, 250, 300, 440]);
    expect(speed).toMatchObject({ samples: 6, atMs: 5 });
  });
});

describe("a distribution", () => {
  it("says nothing before its least number of samples", () => {
    const histogram = emptyHistogram();
    for (let sample = 0; sample < 19; sample += 1) {
      addSample(histogram, 100, 0);
    }
    expect(quantileMs(histogram, 0.5, 20)).toBeNull();
    addSample(histogram, 100, 0);
    expect(quantileMs(histogram, 0.5, 20)).not.toBeNull();
  });

  it.each([
    ["the least", 0, 10],
    ["what is under the smallest bucket", 3, 10],
    ["an edge", 10 * 1.25 ** 4, 10 * 1.25 ** 4],
    ["what is over the largest bucket", 1e9, 10 * 1.25 ** 47],
  ])("knows %s", (_name, ms, edgeMs) => {
    const histogram = emptyHistogram();
    addSample(histogram, ms, 0);
    expect(quantileMs(histogram, 0.5, 1)).toBeCloseTo(edgeMs, 5);
    expect(quantileMs(histogram, 1, 1)).toBeCloseTo(edgeMs, 5);
  });

  it("holds every quantile within a quarter above the true one", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 10, max: 300_000 }), { minLength: 1, maxLength: 80 }),
        fc.double({ min: 0.01, max: 1, noNaN: true }),
        (samples, q) => {
          const histogram = emptyHistogram();
          samples.forEach((ms) => addSample(histogram, ms, 0));
          const place = Math.max(0, Math.ceil(q * samples.length - 1e-9) - 1);
          const trueMs = samples.toSorted((a, b) => a - b)[place] ?? 0;
          const foundMs = quantileMs(histogram, q, 1) ?? 0;
          expect(foundMs).toBeGreaterThanOrEqual(trueMs * 0.999_999);
          expect(foundMs).toBeLessThanOrEqual(trueMs * 1.250_001);
        },
      ),
    );
  });

  it("forgets half of what it knew in eight hours, and the newest counts for more", () => {
    const histogram = emptyHistogram();
    for (let sample = 0; sample < 64; sample += 1) {
      addSample(histogram, 100, 0);
    }
    addSample(histogram, 1_000, 8 * hourMs);
    expect(histogram.total).toBeCloseTo(33, 5);
    addSample(histogram, 1_000, 16 * hourMs);
    expect(histogram.total).toBeCloseTo(17.5, 5);
    expect(quantileMs(histogram, 0.5, 1)).toBeCloseTo(10 * 1.25 ** 11, 5);
    expect(histogram.counts.reduce((sum, count) => sum + count, 0)).toBeCloseTo(17.5, 5);
  });

  it("fades once an hour and not between", () => {
    const histogram = emptyHistogram();
    addSample(histogram, 100, 0);
    addSample(histogram, 100, hourMs - 1);
    expect(histogram.total).toBe(2);
    addSample(histogram, 100, hourMs);
    expect(histogram.total).toBeCloseTo(2 * 0.5 ** (1 / 8) + 1, 8);
    addSample(histogram, 100, 2 * hourMs - 1);
    expect(histogram.total).toBeCloseTo(2 * 0.5 ** (1 / 8) + 2, 8);
    addSample(histogram, 100, 2 * hourMs);
    expect(histogram.total).toBeCloseTo((2 * 0.5 ** (1 / 8) + 2) * 0.5 ** (1 / 8) + 1, 8);
  });

  it("keeps the slowest through its fading", () => {
    const histogram = emptyHistogram();
    addSample(histogram, 1e9, 0);
    addSample(histogram, 1e9, 8 * hourMs);
    expect(histogram.total).toBeCloseTo(1.5, 8);
    expect(quantileMs(histogram, 1, 1)).toBeCloseTo(10 * 1.25 ** 47, 5);
  });
});

describe("the speed of a class", () => {
  it("learns what is normal only while the target is well", () => {
    const speed = emptySpeed();
    for (let sample = 0; sample < 20; sample += 1) {
      measureTtft(speed, 9_000, false, 0);
    }
    expect(speed.samples).toBe(20);
    expect(normalTtftMs(speed)).toBeNull();
    expect(recentTtftMs(speed)).toBe(9_000);
    for (let sample = 0; sample < 20; sample += 1) {
      measureTtft(speed, 100, true, 0);
    }
    expect(normalTtftMs(speed)).toBeCloseTo(10 * 1.25 ** 11, 5);
  });

  it("knows the median and the tail apart, and plain answers from first tokens", () => {
    const speed = emptySpeed();
    for (let sample = 0; sample < 98; sample += 1) {
      measureTtft(speed, 100, true, 0);
    }
    measureTtft(speed, 5_000, true, 0);
    measureTtft(speed, 5_000, true, 0);
    expect(normalTtftMs(speed)).toBeLessThan(130);
    expect(ttftMsP99(speed)).toBeGreaterThanOrEqual(5_000);
    expect(durationMsP99(speed)).toBeNull();
    for (let sample = 0; sample < 20; sample += 1) {
      addSample(speed.durations, 700, 0);
    }
    expect(durationMsP99(speed)).toBeCloseTo(10 * 1.25 ** 20, 3);
  });

  it("looks at the newest ten samples and at no fewer", () => {
    const speed = emptySpeed();
    for (let sample = 1; sample <= 9; sample += 1) {
      measureTtft(speed, sample, true, 0);
    }
    expect(recentTtftMs(speed)).toBeNull();
    measureTtft(speed, 10, true, 0);
    expect(recentTtftMs(speed)).toBe(6);
    for (let sample = 0; sample < 6; sample += 1) {
      measureTtft(speed, 100 - sample, true, 0);
    }
    expect(speed.recent).toHaveLength(10);
    expect(recentTtftMs(speed)).toBe(96);
  });
});
