import { expect, it } from "vitest";
import { gauge } from "@/lib/gateway/metrics/families";
import { renderMetrics } from "@/lib/gateway/metrics/render";

it("writes counters, gauges and cumulative histograms", () => {
  expect(
    renderMetrics([
      {
        kind: "counter",
        name: "calls_total",
        help: "Calls.",
        labels: ["route", "error"],
        samples: [
          { labels: ["auto", ""], value: 3 },
          { labels: ["auto", "no_target"], value: 1 },
        ],
      },
      gauge("in_flight", "Now.", "sum", 2),
      {
        kind: "histogram",
        name: "took_seconds",
        help: "Time.",
        labels: ["route"],
        bounds: [0.1, 1],
        samples: [{ labels: ["auto"], counts: [1, 2, 4], sum: 12.5 }],
      },
    ]),
  ).toBe(
    [
      "# HELP calls_total Calls.",
      "# TYPE calls_total counter",
      'calls_total{route="auto"} 3',
      'calls_total{route="auto",error="no_target"} 1',
      "# HELP in_flight Now.",
      "# TYPE in_flight gauge",
      "in_flight 2",
      "# HELP took_seconds Time.",
      "# TYPE took_seconds histogram",
      'took_seconds_bucket{route="auto",le="0.1"} 1',
      'took_seconds_bucket{route="auto",le="1"} 3',
      'took_seconds_bucket{route="auto",le="+Inf"} 7',
      'took_seconds_sum{route="auto"} 12.5',
      'took_seconds_count{route="auto"} 7',
      "",
    ].join("\n"),
  );
});

it("lets no label value end its quotes or its line", () => {
  const text = renderMetrics([
    {
      kind: "counter",
      name: "calls_total",
      help: "A \\ and\na line.",
      labels: ["model"],
      samples: [{ labels: ['a"} 1\nevil_total 9 \\'], value: 1 }],
    },
  ]);
  expect(text.split("\n")).toEqual([
    "# HELP calls_total A \\\\ and\\na line.",
    "# TYPE calls_total counter",
    'calls_total{model="a\\"} 1\\nevil_total 9 \\\\"} 1',
    "",
  ]);
});

it("leaves out a family without samples", () => {
  expect(
    renderMetrics([{ kind: "counter", name: "a_total", help: "A.", labels: [], samples: [] }]),
  ).toBe("");
});
