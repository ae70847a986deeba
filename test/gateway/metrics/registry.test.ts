import { describe, expect, it } from "vitest";
import type { CounterFamily, Family, HistogramFamily } from "@/lib/gateway/metrics/families";
import { createRegistry, overflowMetric } from "@/lib/gateway/metrics/registry";

function counterOf(families: readonly Family[], name: string): CounterFamily {
  return families.find((one): one is CounterFamily => one.name === name && one.kind === "counter")!;
}

function histogramOf(families: readonly Family[], name: string): HistogramFamily {
  return families.find(
    (one): one is HistogramFamily => one.name === name && one.kind === "histogram",
  )!;
}

describe("a counter", () => {
  it("has one cell per set of label values", () => {
    const registry = createRegistry();
    const calls = registry.counter("calls_total", "Calls.", ["route", "outcome"]);
    calls.at("auto", "served").add();
    calls.at("auto", "served").add(2);
    calls.at("auto", "failed").add();
    expect(counterOf(registry.families(), "calls_total").samples).toEqual([
      { labels: ["auto", "served"], value: 3 },
      { labels: ["auto", "failed"], value: 1 },
    ]);
  });

  it("does not take two labels for one, whatever is inside", () => {
    const registry = createRegistry();
    const calls = registry.counter("calls_total", "Calls.", ["a", "b"]);
    calls.at("x,y", "z").add();
    calls.at("x", "y,z").add();
    expect(counterOf(registry.families(), "calls_total").samples).toHaveLength(2);
  });

  it("puts what has no room into one series, and counts it exactly", () => {
    const registry = createRegistry({ counterSeries: 3, histogramSeries: 3 });
    const calls = registry.counter("calls_total", "Calls.", ["model"]);
    for (let n = 0; n < 10_000; n += 1) {
      calls.at(`hostile-${n}`).add();
    }
    calls.at("hostile-0").add();
    const { samples } = counterOf(registry.families(), "calls_total");
    expect(samples).toHaveLength(4);
    expect(samples.at(0)).toEqual({ labels: ["hostile-0"], value: 2 });
    expect(samples.at(-1)).toEqual({ labels: ["overflow"], value: 9_997 });
    expect(counterOf(registry.families(), overflowMetric).samples).toEqual([
      { labels: ["calls_total"], value: 9_997 },
    ]);
  });
});

describe("a histogram", () => {
  it("counts a value on a bound into the bucket below it, and the largest into the last", () => {
    const registry = createRegistry();
    const cell = registry.histogram("took_seconds", "Time.", [], [0.1, 1]).at();
    for (const value of [0.05, 0.1, 0.2, 1, 5]) {
      cell.observe(value);
    }
    expect(histogramOf(registry.families(), "took_seconds").samples).toEqual([
      { labels: [], counts: [2, 2, 1], sum: 6.35 },
    ]);
  });

  it("is bounded too", () => {
    const registry = createRegistry({ counterSeries: 3, histogramSeries: 2 });
    const series = registry.histogram("took_seconds", "Time.", ["model"], [1]);
    for (let n = 0; n < 100; n += 1) {
      series.at(`hostile-${n}`).observe(n);
    }
    expect(histogramOf(registry.families(), "took_seconds").samples).toHaveLength(3);
    expect(counterOf(registry.families(), overflowMetric).samples).toEqual([
      { labels: ["took_seconds"], value: 98 },
    ]);
  });

  it("hands out values that later observations do not change", () => {
    const registry = createRegistry();
    const cell = registry.histogram("took_seconds", "Time.", [], [1]).at();
    const before = histogramOf(registry.families(), "took_seconds");
    cell.observe(0.5);
    expect(before.samples[0]?.counts).toEqual([0, 0]);
  });
});
