import { describe, expect, it } from "vitest";
import { type Family, type MetricSet, counter, gauge } from "@/lib/gateway/metrics/families";
import { createMetricsBook, mergeMetrics } from "@/lib/gateway/metrics/merge";
import { renderMetrics } from "@/lib/gateway/metrics/render";

function set(node: string, families: readonly Family[], startedAtMs = 1): MetricSet {
  return { node, startedAtMs, families };
}

function calls(auto: number, fast: number): Family {
  return {
    kind: "counter",
    name: "calls_total",
    help: "Calls.",
    labels: ["route"],
    samples: [
      { labels: ["auto"], value: auto },
      { labels: ["fast"], value: fast },
    ],
  };
}

function took(counts: readonly number[], sum: number): Family {
  const samples = [{ labels: [], counts, sum }];
  return { kind: "histogram", name: "took_seconds", help: "T.", labels: [], bounds: [1], samples };
}

function values(families: readonly Family[]): string[] {
  return renderMetrics(families)
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"));
}

describe("metrics of several nodes", () => {
  it("add up counters and histograms, series by series", () => {
    const merged = mergeMetrics([
      set("host/0", [calls(1, 2), took([3, 1], 2.5)]),
      set("host/1", [calls(10, 20), took([1, 1], 4)]),
    ]);
    expect(values(merged)).toEqual([
      'calls_total{route="auto"} 11',
      'calls_total{route="fast"} 22',
      'took_seconds_bucket{le="1"} 4',
      'took_seconds_bucket{le="+Inf"} 6',
      "took_seconds_sum 6.5",
      "took_seconds_count 6",
    ]);
  });

  it("join gauges as each says: the sum, the largest, or side by side", () => {
    const own = (n: number): Family[] => [
      gauge("in_flight", "F.", "sum", n),
      gauge("build_info", "B.", "max", n),
      gauge("revision", "R.", "node", n),
    ];
    expect(values(mergeMetrics([set("host/0", own(1)), set("host/1", own(3))]))).toEqual([
      "in_flight 4",
      "build_info 3",
      'revision{node="host/0"} 1',
      'revision{node="host/1"} 3',
    ]);
  });

  it("of two releases keep the first one's family where they differ", () => {
    const wider = { ...took([1, 1, 1], 1), bounds: [1, 2] } as Family;
    const merged = mergeMetrics([set("a", [took([1, 0], 1)]), set("b", [wider, calls(1, 1)])]);
    expect(values(merged)).toEqual([
      'took_seconds_bucket{le="1"} 1',
      'took_seconds_bucket{le="+Inf"} 1',
      "took_seconds_sum 1",
      "took_seconds_count 1",
      'calls_total{route="auto"} 1',
      'calls_total{route="fast"} 1',
    ]);
  });
});

describe("a book of nodes", () => {
  const total = (value: number): Family => counter("calls_total", "Calls.", value);

  it("has the newest word of each node", () => {
    const book = createMetricsBook();
    book.hear(set("host/0", [total(1)]));
    book.hear(set("host/1", [total(5)]));
    book.hear(set("host/0", [total(2)]));
    expect(values(book.families())).toEqual(["calls_total 7"]);
  });

  it("never lets a sum fall when a node goes, but drops its gauges", () => {
    const book = createMetricsBook();
    book.hear(set("host/0", [total(4), gauge("in_flight", "F.", "sum", 2)]));
    book.hear(set("host/1", [total(5), gauge("in_flight", "F.", "sum", 3)]));
    book.keep(["host/1"]);
    expect(values(book.families())).toEqual(["calls_total 9", "in_flight 3"]);
    book.keep([]);
    expect(values(book.families())).toEqual(["calls_total 9"]);
  });

  it("goes on counting where a restarted node begins at nought", () => {
    const book = createMetricsBook();
    book.hear(set("host/0", [total(4)], 1));
    book.hear(set("host/0", [total(1)], 2));
    expect(values(book.families())).toEqual(["calls_total 5"]);
    book.hear(set("host/0", [total(3)], 2));
    expect(values(book.families())).toEqual(["calls_total 7"]);
  });
});
