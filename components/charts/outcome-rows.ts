import type { MetricsBucket } from "@/components/lib/metrics-bucket";

export type OutcomeWords = Readonly<
  Record<"firstTry" | "rescued" | "refused" | "failed" | "cancelled" | "running" | "none", string>
> & {
  /** The hours that are compared with; null when nothing is. */
  readonly before: string | null;
};

export interface OutcomeRow {
  readonly t: number;
  /** Null: no call in this bucket, or the bucket is not over. */
  readonly firstTry: number | null;
  readonly rescued: number | null;
  readonly refused: number | null;
  /** Sum of the stack, only in the last full bucket and in the running one. */
  readonly partial: number | null;
  /** Sum of the stack in the hours that are compared with; null where there was no call, or nothing is compared. */
  readonly before: number | null;
  readonly failed: number;
  readonly cancelled: number;
  /** A bucket between two gaps, or a running one after a gap: an area would have no width. */
  readonly isIsolated: boolean;
  readonly bucket: MetricsBucket;
}

export const outcomeKeys = ["firstTry", "rescued", "refused"] as const;

const stackOf = ({ firstTry, rescued, refused }: MetricsBucket): number =>
  firstTry + rescued + refused;

/** Buckets as the chart draws them: gaps are gaps, and the running bucket is a dashed outline. */
export function outcomeRows(
  series: readonly MetricsBucket[],
  partialFrom: number,
  beforeAt: (t: number) => number | null = () => null,
): OutcomeRow[] {
  const firstPartial = series.findIndex(({ t }) => t >= partialFrom);
  const isDrawn = (index: number): boolean => {
    const bucket = series[index];
    return bucket !== undefined && !bucket.gap && bucket.t < partialFrom;
  };
  return series.map((bucket, index) => {
    const drawn = isDrawn(index);
    const isRunning = bucket.t >= partialFrom;
    const isAnchor = index === firstPartial - 1 && drawn;
    return {
      t: bucket.t,
      firstTry: drawn ? bucket.firstTry : null,
      rescued: drawn ? bucket.rescued : null,
      refused: drawn ? bucket.refused : null,
      partial: isRunning || isAnchor ? stackOf(bucket) : null,
      before: beforeAt(bucket.t),
      failed: bucket.failed,
      cancelled: bucket.cancelled,
      isIsolated: isRunning
        ? !bucket.gap && !isDrawn(index - 1)
        : drawn && !isDrawn(index - 1) && !isDrawn(index + 1),
      bucket,
    };
  });
}

type Hours = {
  readonly series: readonly MetricsBucket[];
  readonly bucketMs: number;
};

/** The calls of other hours, `shiftMs` before, as many as buckets of `bucketMs` would have; null in their gaps. */
export function callsBefore(
  { series, bucketMs: theirMs }: Hours,
  shiftMs: number,
  bucketMs: number,
): (t: number) => number | null {
  const first = series[0]?.t ?? 0;
  return (t) => {
    // In the middle of a bucket: days are an hour shorter or longer when clocks change.
    const bucket = series[Math.floor((t + bucketMs / 2 - shiftMs - first) / theirMs)];
    return bucket === undefined || bucket.gap ? null : stackOf(bucket) * (bucketMs / theirMs);
  };
}

/** A round upper end of the scale and its ticks: four or five lines. */
export function countTicks(max: number): number[] {
  const rough = Math.max(1, max) / 4;
  const magnitude = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10]
    .map((factor) => factor * magnitude)
    .find((candidate) => candidate >= rough && Number.isInteger(candidate));
  const size = step ?? Math.max(1, Math.ceil(rough));
  const count = Math.max(1, Math.ceil(max / size));
  return Array.from({ length: count + 1 }, (_, index) => index * size);
}

const hourMs = 3_600_000;
const tickSteps = [
  ...[1 / 60, 1 / 12, 1 / 4, 1, 4, 6],
  // Days and more.
  ...[48, 7 * 24, 15 * 24],
].map((hours) => hours * hourMs);

/** The zone stands at the left end of the axis: no tick comes nearer to it than this share of the range. */
const zoneShare = 0.06;

/** Round instants of the range for the axis: at most six. */
export function timeTicks(from: number, to: number): number[] {
  const step = tickSteps.find((candidate) => (to - from) / candidate <= 6) ?? (to - from) / 5;
  const ticks: number[] = [];
  const first = from + (to - from) * zoneShare;
  for (let t = Math.ceil(first / step) * step; t <= to; t += step) {
    ticks.push(t);
  }
  return ticks;
}

/** Annotations that stand closer than `minGapMs` share one mark. */
export function clustered<T extends { readonly t: number }>(
  annotations: readonly T[],
  minGapMs: number,
): T[][] {
  const groups: T[][] = [];
  for (const annotation of [...annotations].sort((a, b) => a.t - b.t)) {
    const open = groups.at(-1);
    const start = open?.[0];
    if (open !== undefined && start !== undefined && annotation.t - start.t < minGapMs) {
      open.push(annotation);
    } else {
      groups.push([annotation]);
    }
  }
  return groups;
}
