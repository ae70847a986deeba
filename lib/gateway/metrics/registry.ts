/**
 * Counters and histograms of our own, because they lie on the path of a call: whoever counts keeps the cell, and
 * counting is an addition. The number of series is bounded whatever the labels are.
 */
import type { CounterFamily, Family, HistogramFamily, HistogramSample, Sample } from "./families";

export class Counter {
  value = 0;

  add(by = 1): void {
    this.value += by;
  }
}

export class Histogram {
  readonly counts: number[];
  sum = 0;
  readonly #bounds: readonly number[];

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.counts = new Array<number>(bounds.length + 1).fill(0);
  }

  observe(value: number): void {
    const bounds = this.#bounds;
    let place = 0;
    // Few bounds: looking at each is quicker than halving.
    while (place < bounds.length && value > (bounds[place] ?? 0)) {
      place += 1;
    }
    this.counts[place] = (this.counts[place] ?? 0) + 1;
    this.sum += value;
  }

  get count(): number {
    return this.counts.reduce((sum, one) => sum + one, 0);
  }
}

/** The cells of one metric, by the values of its labels. */
export type Series<Cell> = {
  /** The cell of these values; of too many distinct ones the rest share one cell. Worth keeping: looking up costs more than counting. */
  at(...values: readonly string[]): Cell;
};

/** The cell of these values, made when it is first counted into: a series that never was is not shown as nought. */
export function lazily<Cell>(series: Series<Cell>, ...values: readonly string[]): () => Cell {
  let cell: Cell | undefined;
  return () => (cell ??= series.at(...values));
}

export type Registry = {
  counter(name: string, help: string, labels: readonly string[]): Series<Counter>;
  histogram(
    name: string,
    help: string,
    labels: readonly string[],
    bounds: readonly number[],
  ): Series<Histogram>;
  /** All of it as of now, and how much had no series of its own. */
  families(): readonly Family[];
};

/** Value of every label of the cell that the rest share. */
export const overflowValue = "overflow";
export const overflowMetric = "bellwether_metrics_overflow_total";

export type RegistryLimits = {
  readonly counterSeries: number;
  /** Label sets of one histogram; each is as many lines as it has buckets. */
  readonly histogramSeries: number;
};

export const defaultLimits: RegistryLimits = { counterSeries: 2_000, histogramSeries: 500 };

/** An empty registry. */
export function createRegistry(limits: RegistryLimits = defaultLimits): Registry {
  const counters: { family: Omit<CounterFamily, "samples">; table: Table<Counter> }[] = [];
  const histograms: { family: Omit<HistogramFamily, "samples">; table: Table<Histogram> }[] = [];
  return {
    counter(name, help, labels) {
      const table = createTable(labels.length, limits.counterSeries, () => new Counter());
      counters.push({ family: { kind: "counter", name, help, labels }, table });
      return table;
    },
    histogram(name, help, labels, bounds) {
      const table = createTable(labels.length, limits.histogramSeries, () => new Histogram(bounds));
      histograms.push({ family: { kind: "histogram", name, help, labels, bounds }, table });
      return table;
    },
    families: () => [
      ...counters.map(({ family, table }) => ({
        ...family,
        samples: table.entries().map(({ labels, cell }): Sample => ({ labels, value: cell.value })),
      })),
      ...histograms.map(({ family, table }) => ({
        ...family,
        samples: table.entries().map(({ labels, cell }): HistogramSample => ({
          labels,
          counts: [...cell.counts],
          sum: cell.sum,
        })),
      })),
      overflowFamily([
        ...counters.map(({ family, table }) => ({
          name: family.name,
          value: table.shared()?.value ?? 0,
        })),
        ...histograms.map(({ family, table }) => ({
          name: family.name,
          value: table.shared()?.count ?? 0,
        })),
      ]),
    ],
  };
}

type Entry<Cell> = { readonly labels: readonly string[]; readonly cell: Cell };

type Table<Cell> = Series<Cell> & {
  entries(): readonly Entry<Cell>[];
  /** The cell of those that had no room; undefined while there was room for all. */
  shared(): Cell | undefined;
};

function createTable<Cell>(width: number, room: number, make: () => Cell): Table<Cell> {
  const cells = new Map<string, Entry<Cell>>();
  let rest: Entry<Cell> | undefined;
  return {
    at(...values) {
      const key = values.join("\u0000");
      const known = cells.get(key);
      if (known !== undefined) {
        return known.cell;
      }
      if (cells.size >= room) {
        rest ??= { labels: new Array<string>(width).fill(overflowValue), cell: make() };
        return rest.cell;
      }
      const cell = make();
      cells.set(key, { labels: values, cell });
      return cell;
    },
    entries: () => (rest === undefined ? [...cells.values()] : [...cells.values(), rest]),
    shared: () => rest?.cell,
  };
}

function overflowFamily(rest: readonly { name: string; value: number }[]): CounterFamily {
  return {
    kind: "counter",
    name: overflowMetric,
    help: "What was counted without a series of its own, because its metric had too many.",
    labels: ["metric"],
    samples: rest
      .filter(({ value }) => value > 0)
      .map(({ name, value }) => ({ labels: [name], value })),
  };
}
