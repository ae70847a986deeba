/** Several nodes' metrics as one: counters and histograms add up, gauges do as their family says. */
import type {
  CounterFamily,
  Family,
  GaugeFamily,
  HistogramFamily,
  HistogramSample,
  MetricSet,
  Sample,
} from "./families";

/**
 * The metrics of all `sets` together. Where two releases run side by side and a family differs in its labels or bounds,
 * the first one heard keeps the name and the other is left out.
 */
export function mergeMetrics(sets: readonly MetricSet[]): readonly Family[] {
  const byName = new Map<string, Family[]>();
  for (const { node, families } of sets) {
    for (const family of families) {
      const alike = byName.get(family.name) ?? [];
      const told = withNode(family, node);
      if (alike[0] === undefined || isAlike(alike[0], told)) {
        alike.push(told);
        byName.set(family.name, alike);
      }
    }
  }
  return [...byName.values()].map(joined);
}

/** What stands for one node after another: counters of nodes that are gone stay in the sum, their gauges go. */
export type MetricsBook = {
  /** The newest word of a node. A node that was started anew keeps what it counted before. */
  hear(set: MetricSet): void;
  /** All but these nodes are gone. */
  keep(nodes: readonly string[]): void;
  families(): readonly Family[];
};

/**
 * A book of several nodes' metrics. A sum that fell when a node ends would look like a restart of all of them, and every
 * rate over it would jump.
 */
export function createMetricsBook(): MetricsBook {
  const present = new Map<string, MetricSet>();
  let past: readonly Family[] = [];
  const retire = (node: string): void => {
    const last = present.get(node);
    if (last !== undefined) {
      const lasting = last.families.filter(({ kind }) => kind !== "gauge");
      past = mergeMetrics([setOf(past), setOf(lasting)]);
      present.delete(node);
    }
  };
  return {
    hear(set) {
      const known = present.get(set.node);
      if (known !== undefined && known.startedAtMs !== set.startedAtMs) {
        retire(set.node);
      }
      present.set(set.node, set);
    },
    keep(nodes) {
      for (const node of [...present.keys()].filter((one) => !nodes.includes(one))) {
        retire(node);
      }
    },
    families: () => mergeMetrics([...present.values(), setOf(past)]),
  };
}

function setOf(families: readonly Family[]): MetricSet {
  return { node: "", startedAtMs: 0, families };
}

function withNode(family: Family, node: string): Family {
  if (family.kind !== "gauge" || family.joining !== "node") {
    return family;
  }
  return {
    ...family,
    labels: ["node", ...family.labels],
    samples: family.samples.map(({ labels, value }) => ({ labels: [node, ...labels], value })),
  };
}

function isAlike(one: Family, other: Family): boolean {
  return (
    one.kind === other.kind &&
    one.labels.join() === other.labels.join() &&
    (one.kind !== "histogram" ||
      (other.kind === "histogram" && one.bounds.join() === other.bounds.join()))
  );
}

function joined(alike: readonly Family[]): Family {
  const [only] = alike;
  if (only !== undefined && alike.length === 1) {
    return only;
  }
  const histograms = alike.filter((one): one is HistogramFamily => one.kind === "histogram");
  const [histogram] = histograms;
  if (histogram !== undefined) {
    return { ...histogram, samples: addedUp(histograms.flatMap(({ samples }) => samples)) };
  }
  const values = alike.filter(
    (one): one is CounterFamily | GaugeFamily => one.kind !== "histogram",
  );
  const [first] = values;
  if (first === undefined) {
    throw new Error("there is nothing to join");
  }
  const join = first.kind === "gauge" && first.joining === "max" ? Math.max : sum;
  return {
    ...first,
    samples: joinedSamples(
      values.flatMap(({ samples }) => samples),
      join,
    ),
  };
}

function sum(one: number, other: number): number {
  return one + other;
}

function joinedSamples(
  samples: readonly Sample[],
  join: (one: number, other: number) => number,
): readonly Sample[] {
  const byLabels = new Map<string, Sample>();
  for (const sample of samples) {
    const key = sample.labels.join("\u0000");
    const known = byLabels.get(key);
    const value = known === undefined ? sample.value : join(known.value, sample.value);
    byLabels.set(key, { labels: sample.labels, value });
  }
  return [...byLabels.values()];
}

function addedUp(samples: readonly HistogramSample[]): readonly HistogramSample[] {
  const byLabels = new Map<string, HistogramSample>();
  for (const sample of samples) {
    const key = sample.labels.join("\u0000");
    const known = byLabels.get(key);
    byLabels.set(
      key,
      known === undefined
        ? sample
        : {
            labels: sample.labels,
            counts: sample.counts.map((count, place) => count + (known.counts[place] ?? 0)),
            sum: sample.sum + known.sum,
          },
    );
  }
  return [...byLabels.values()];
}
