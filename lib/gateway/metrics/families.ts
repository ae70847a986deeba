/** Metrics as plain values: what one process hands to whoever shows them. They survive a message between processes. */

type Head = {
  readonly name: string;
  readonly help: string;
  /** Names of the labels; every sample has a value for each, in this order. An empty value is no label at all. */
  readonly labels: readonly string[];
};

/**
 * How the gauges of several nodes become one: added up, the largest of them, or side by side under a label `node`.
 */
export type Joining = "sum" | "max" | "node";

export type Sample = { readonly labels: readonly string[]; readonly value: number };

export type HistogramSample = {
  readonly labels: readonly string[];
  /** How many observations fell into each bucket, not added up; the last one has no upper bound. */
  readonly counts: readonly number[];
  readonly sum: number;
};

export type CounterFamily = Head & {
  readonly kind: "counter";
  readonly samples: readonly Sample[];
};
export type GaugeFamily = Head & {
  readonly kind: "gauge";
  readonly joining: Joining;
  readonly samples: readonly Sample[];
};
export type HistogramFamily = Head & {
  readonly kind: "histogram";
  /** Upper bounds of all buckets but the last, ascending. */
  readonly bounds: readonly number[];
  readonly samples: readonly HistogramSample[];
};

export type Family = CounterFamily | GaugeFamily | HistogramFamily;

/** Everything that one node counts and measures, as of the moment of reading. */
export type MetricSet = {
  readonly node: string;
  /** Epoch milliseconds; a later one for the same node means that it was started anew. */
  readonly startedAtMs: number;
  readonly families: readonly Family[];
};

/** A gauge without labels. */
export function gauge(name: string, help: string, joining: Joining, value: number): GaugeFamily {
  return { kind: "gauge", name, help, joining, labels: [], samples: [{ labels: [], value }] };
}

/** A counter without labels. */
export function counter(name: string, help: string, value: number): CounterFamily {
  return { kind: "counter", name, help, labels: [], samples: [{ labels: [], value }] };
}
