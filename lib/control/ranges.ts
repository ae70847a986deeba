/** The ranges of time that charts are asked for. */
import { GatewayError } from "../shared/errors";
import { lastDayStarts } from "../store/call-stats";
import { type Grain } from "../store/rollups";
import { type ControlDeps } from "./verb";

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** How many whole buckets a range has, how long they are, and the rollup that they are made of. */
const ranges = {
  "15m": { buckets: 15, bucketMs: minuteMs, grain: "minute" },
  "1h": { buckets: 60, bucketMs: minuteMs, grain: "minute" },
  "6h": { buckets: 72, bucketMs: 5 * minuteMs, grain: "minute" },
  "24h": { buckets: 288, bucketMs: 5 * minuteMs, grain: "minute" },
  "7d": { buckets: 168, bucketMs: hourMs, grain: "quarter" },
  "30d": { buckets: 240, bucketMs: 3 * hourMs, grain: "quarter" },
  // Days of the workspace's zone: around a change of the clocks they are an hour shorter or longer.
  "90d": { buckets: 90, bucketMs: dayMs, grain: "day" },
} as const;
export type MetricsRange = keyof typeof ranges;

/** Of every target there is a row a span: long ranges of models and regions are made of longer spans than those of all. */
const rangesOfTargets: Readonly<Record<MetricsRange, (typeof ranges)[MetricsRange] | Coarse>> = {
  ...ranges,
  "24h": { buckets: 96, bucketMs: 15 * minuteMs, grain: "quarter" },
  "7d": { buckets: 7, bucketMs: dayMs, grain: "day" },
  "30d": { buckets: 30, bucketMs: dayMs, grain: "day" },
};
type Coarse = { readonly buckets: number; readonly bucketMs: number; readonly grain: Grain };

/** An answer is kept for this share of its bucket: 1 s of a minute, 5 s of five; and never for longer than this. */
const freshShare = 0.9 / 60;
const longestFreshMs = 15_000;

/** A range by its name. @throws {GatewayError} `invalid_request` for another one. */
export function parseMetricsRange(text: string): MetricsRange {
  if (!Object.hasOwn(ranges, text)) {
    throw new GatewayError("invalid_request", {
      message: `The range is one of ${Object.keys(ranges).join(", ")}.`,
      param: "range",
    });
  }
  return text as MetricsRange;
}

/** For how long an answer about a range may be told again. */
export function freshMs(range: MetricsRange): number {
  return Math.min(longestFreshMs, ranges[range].bucketMs * freshShare);
}

export type Buckets = {
  readonly grain: Grain;
  readonly bucketMs: number;
  /** Where the buckets begin, oldest first; the last one is not over yet. */
  readonly starts: readonly number[];
  readonly from: number;
  readonly to: number;
  readonly partialFrom: number;
};

/** The buckets of a range that ends now, for figures of all calls or of targets. */
export async function bucketsOf(
  { db }: ControlDeps,
  range: MetricsRange,
  of: "calls" | "targets" = "calls",
): Promise<Buckets> {
  const { bucketMs, buckets, grain } = (of === "calls" ? ranges : rangesOfTargets)[range];
  const to = Date.now();
  const latest = Math.floor(to / bucketMs) * bucketMs;
  const starts =
    grain === "day"
      ? await lastDayStarts(db, buckets + 1, to)
      : Array.from({ length: buckets + 1 }, (_, index) => latest - (buckets - index) * bucketMs);
  const [from = to] = starts;
  return { grain, bucketMs, starts, from, to, partialFrom: starts.at(-1) ?? to };
}
