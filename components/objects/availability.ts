import type { SeriesRow } from "@/components/charts/series";
import type { SeriesData } from "@/components/charts/series-texts";
import { minSamples } from "@/components/lib/targets/availability";
import type { ObjectBucket } from "@/lib/shared/contract";

type Attempts = { readonly n: number; readonly succeeded: number };

/** The share of a bucket, or of the neighbours that it is taken together with; null where they are too few for one. */
interface Share {
  readonly value: number | null;
  readonly n: number;
  readonly buckets: number;
}

/** So many buckets without an attempt may lie between two that are taken together: a longer gap stays one. */
const mostEmpty = 3;

/**
 * The share of each bucket that worked. A bucket with few attempts is taken together with those before it until they are
 * enough, from the last one that is over back, so that the last share is always there to be seen. The first `whole` of
 * them are over; one that runs stands for itself.
 */
export function mergedShares(buckets: readonly Attempts[], whole: number): Share[] {
  const busy = buckets
    .map(({ n, succeeded }, index) => ({ n, succeeded, from: index, to: index }))
    .filter(({ n, to }) => n > 0 && to < whole)
    .toReversed();
  const enough = joined(busy, (later) => later.n < minSamples);
  // What is left at the beginning is told with what follows it, rather than not at all.
  const spans = joined(enough, (_, { n }) => n < minSamples);
  const shares = buckets.map((bucket): Share => shareOf(bucket, 1));
  for (const span of spans.filter(({ n }) => n >= minSamples)) {
    shares.fill(shareOf(span, span.to - span.from + 1), span.from, span.to + 1);
  }
  return shares;
}

type Span = Attempts & { readonly from: number; readonly to: number };

/** Spans from the last one back, those that are `wanted` and near made one with the one behind them. */
function joined(spans: readonly Span[], isWanted: (later: Span, one: Span) => boolean): Span[] {
  const done: Span[] = [];
  for (const one of spans) {
    const later = done.at(-1);
    if (later !== undefined && later.from - one.to - 1 <= mostEmpty && isWanted(later, one)) {
      const n = later.n + one.n;
      const succeeded = later.succeeded + one.succeeded;
      done[done.length - 1] = { from: one.from, to: later.to, n, succeeded };
    } else {
      done.push(one);
    }
  }
  return done;
}

function shareOf({ n, succeeded }: Attempts, buckets: number): Share {
  return { value: n < minSamples ? null : succeeded / n, n, buckets };
}

/** The availability of places, each line of one or of several of them, with how probes went where there is no share. */
export function availabilityOf(
  series: readonly ObjectBucket[],
  partialFrom: number,
  places: Readonly<Record<string, readonly string[]>>,
): Omit<SeriesData, "lines"> {
  const whole = series.filter(({ t }) => t < partialFrom).length;
  const lines = Object.entries(places).map(([key, names]) => {
    const sums = series.map(({ parts }) => ({
      n: sumOf(names, (name) => parts[name]?.n),
      succeeded: sumOf(names, (name) => parts[name]?.succeeded),
      probes: sumOf(names, (name) => parts[name]?.probes),
      passed: sumOf(names, (name) => parts[name]?.probesPassed),
    }));
    return { key, sums, shares: mergedShares(sums, whole) };
  });
  const rowsOf = (valueOf: (line: (typeof lines)[number], at: number) => number | null) =>
    series.map(({ t }, at): SeriesRow => ({
      ...Object.fromEntries(lines.map((line) => [line.key, valueOf(line, at)])),
      t,
    }));
  return {
    rows: rowsOf(({ shares }, at) => shares[at]?.value ?? null),
    counts: rowsOf(({ shares }, at) => shares[at]?.n ?? null),
    spans: rowsOf(({ shares }, at) => {
      const buckets = shares[at]?.buckets ?? 1;
      return buckets === 1 ? null : buckets;
    }),
    hollow: rowsOf(({ shares, sums }, at) => {
      const { probes, passed } = sums[at] ?? { probes: 0, passed: 0 };
      return probes === 0 || typeof shares[at]?.value === "number" ? null : passed / probes;
    }),
  };
}

function sumOf(names: readonly string[], valueOf: (name: string) => number | undefined): number {
  return names.reduce((sum, name) => sum + (valueOf(name) ?? 0), 0);
}
