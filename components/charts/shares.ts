import { minSamples } from "@/components/lib/targets/availability";
import type { SeriesRow } from "./series";
import type { SeriesData } from "./series-texts";

/** What a share is of. */
export type Tally = { readonly n: number; readonly succeeded: number };

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
export function mergedShares(buckets: readonly Tally[], whole: number): Share[] {
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

type Span = Tally & { readonly from: number; readonly to: number };

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

function shareOf({ n, succeeded }: Tally, buckets: number): Share {
  return { value: n < minSamples ? null : succeeded / n, n, buckets };
}

/**
 * Lines of shares, each of what was tallied in the buckets of `series`, with how many samples a share is of and in how many
 * buckets where those are several. The buckets before `partialFrom` are over.
 */
export function shareSeries(
  series: readonly { readonly t: number }[],
  partialFrom: number,
  lines: Readonly<Record<string, readonly Tally[]>>,
): Pick<SeriesData, "rows" | "counts" | "spans"> {
  const whole = series.filter(({ t }) => t < partialFrom).length;
  const shares = Object.entries(lines).map(
    ([key, tallies]) => [key, mergedShares(tallies, whole)] as const,
  );
  const rowsOf = (valueOf: (share: Share | undefined) => number | null): SeriesRow[] =>
    series.map(({ t }, at) => ({
      ...Object.fromEntries(shares.map(([key, of]) => [key, valueOf(of[at])])),
      t,
    }));
  return {
    rows: rowsOf((share) => share?.value ?? null),
    counts: rowsOf((share) => share?.n ?? null),
    spans: rowsOf((share) => (share === undefined || share.buckets === 1 ? null : share.buckets)),
  };
}
