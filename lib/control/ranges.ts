/** The ranges of time that charts are asked for. */
import { wrongParameter } from "../shared/errors";
import { lastDayStarts } from "../store/call-stats";
import { type Database } from "../store/database";
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
export type RangeName = keyof typeof ranges;

/** A range that ends now, by its name; or what lies between two instants. */
export type MetricsRange = RangeName | { readonly fromMs: number; readonly toMs: number };

/** Of every target there is a row a span: long ranges of models and regions are made of longer spans than those of all. */
const rangesOfTargets: Readonly<Record<RangeName, (typeof ranges)[RangeName] | Coarse>> = {
  ...ranges,
  "24h": { buckets: 96, bucketMs: 15 * minuteMs, grain: "quarter" },
  "7d": { buckets: 7, bucketMs: dayMs, grain: "day" },
  "30d": { buckets: 30, bucketMs: dayMs, grain: "day" },
};
type Coarse = { readonly buckets: number; readonly bucketMs: number; readonly grain: Grain };

type Step = { readonly bucketMs: number; readonly grain: Grain; readonly mostBuckets: number };

/** Buckets of a range between two instants, finest first: the first that makes few enough of them. */
const steps: Readonly<Record<"calls" | "targets", readonly Step[]>> = {
  calls: [
    { bucketMs: minuteMs, grain: "minute", mostBuckets: 120 },
    { bucketMs: 5 * minuteMs, grain: "minute", mostBuckets: 300 },
    { bucketMs: 15 * minuteMs, grain: "quarter", mostBuckets: 300 },
    { bucketMs: hourMs, grain: "quarter", mostBuckets: 300 },
    { bucketMs: 3 * hourMs, grain: "quarter", mostBuckets: 300 },
    { bucketMs: dayMs, grain: "day", mostBuckets: Infinity },
  ],
  targets: [
    { bucketMs: minuteMs, grain: "minute", mostBuckets: 120 },
    { bucketMs: 5 * minuteMs, grain: "minute", mostBuckets: 72 },
    { bucketMs: 15 * minuteMs, grain: "quarter", mostBuckets: 96 },
    { bucketMs: hourMs, grain: "quarter", mostBuckets: 72 },
    { bucketMs: dayMs, grain: "day", mostBuckets: Infinity },
  ],
};

/** Rows of minutes are pruned after this. */
export const minutesKeptMs = 8 * dayMs;
const longestMs = 400 * dayMs;
const weekMs = 7 * dayMs;

/** An answer is kept for this share of its bucket: 1 s of a minute, 5 s of five; and never for longer than this. */
const freshShare = 0.9 / 60;
const longestFreshMs = 15_000;

/** A range by its name. @throws {GatewayError} `invalid_request` for another one. */
export function parseMetricsRange(text: string): RangeName {
  if (!Object.hasOwn(ranges, text)) {
    throw wrongParameter("range", `The range is one of ${Object.keys(ranges).join(", ")}.`);
  }
  return text as RangeName;
}

/**
 * What lies between two instants of ISO 8601, of whole minutes, 400 days at most.
 *
 * @throws {GatewayError} `invalid_request` for what is no such span, or has not begun.
 */
export function parseBetween(from: string, to: string, nowMs: number): MetricsRange {
  const fromMs = Math.floor(instantOf(from, "from") / minuteMs) * minuteMs;
  const toMs = Math.ceil(instantOf(to, "to") / minuteMs) * minuteMs;
  if (toMs <= fromMs || toMs - fromMs > longestMs || fromMs > nowMs) {
    throw wrongParameter(
      "from",
      "`from` lies before `to` and before now, and 400 days before `to` at most.",
    );
  }
  return { fromMs, toMs };
}

const instantForm = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/;

/** An instant of ISO 8601, in epoch ms. @throws {GatewayError} `invalid_request` naming `param` for anything else. */
export function instantOf(text: string, param: string): number {
  const atMs = instantForm.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(atMs)) {
    throw wrongParameter(param, `\`${param}\` is an instant such as 2026-11-23T05:32:00Z.`);
  }
  return atMs;
}

/** A range in one word: its name, or both instants with a slash between. */
export function rangeText(range: MetricsRange): string {
  return typeof range === "string"
    ? range
    : [range.fromMs, range.toMs].map((atMs) => new Date(atMs).toISOString()).join("/");
}

/** When a range begins, where its chart does, and when it ends; one that goes on has no end. */
export function boundsOf(
  range: MetricsRange,
  nowMs: number,
): { readonly fromMs: number; readonly toMs?: number } {
  if (typeof range !== "string") {
    return range;
  }
  const { bucketMs, buckets } = ranges[range];
  return { fromMs: (Math.floor(nowMs / bucketMs) - buckets) * bucketMs };
}

/** For how long an answer about a range may be told again. */
export function freshMs(range: MetricsRange): number {
  return typeof range === "string"
    ? Math.min(longestFreshMs, ranges[range].bucketMs * freshShare)
    : longestFreshMs;
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

/** The buckets of a range, for figures of all calls or of targets. */
export async function bucketsOf(
  { db }: ControlDeps,
  range: MetricsRange,
  of: "calls" | "targets" = "calls",
): Promise<Buckets> {
  const now = Date.now();
  if (typeof range !== "string") {
    return bucketsBetween(db, range, of, now);
  }
  const { bucketMs, buckets, grain } = (of === "calls" ? ranges : rangesOfTargets)[range];
  const latest = Math.floor(now / bucketMs) * bucketMs;
  const starts =
    grain === "day"
      ? await lastDayStarts(db, buckets + 1, now)
      : Array.from({ length: buckets + 1 }, (_, index) => latest - (buckets - index) * bucketMs);
  const [from = now] = starts;
  return { grain, bucketMs, starts, from, to: now, partialFrom: starts.at(-1) ?? now };
}

async function bucketsBetween(
  db: Database,
  { fromMs, toMs }: Exclude<MetricsRange, RangeName>,
  of: "calls" | "targets",
  now: number,
): Promise<Buckets> {
  const end = Math.min(toMs, now);
  const { bucketMs, grain } = stepOf(steps[of], fromMs, end, now);
  const first = Math.floor(fromMs / bucketMs) * bucketMs;
  const starts =
    grain === "day"
      ? await daysBetween(db, fromMs, end)
      : Array.from(
          { length: Math.ceil((end - first) / bucketMs) },
          (_, index) => first + index * bucketMs,
        );
  const [from = fromMs] = starts;
  const last = starts.at(-1) ?? from;
  const over = last + bucketMs;
  return over <= now
    ? { grain, bucketMs, starts, from, to: over, partialFrom: over }
    : { grain, bucketMs, starts, from, to: now, partialFrom: last };
}

function stepOf(
  finestFirst: readonly Step[],
  fromMs: number,
  toMs: number,
  now: number,
): Omit<Step, "mostBuckets"> {
  return (
    finestFirst.find(
      ({ bucketMs, grain, mostBuckets }) =>
        (toMs - fromMs) / bucketMs <= mostBuckets &&
        (grain !== "minute" || fromMs > now - minutesKeptMs),
    ) ?? { bucketMs: dayMs, grain: "day" }
  );
}

async function daysBetween(db: Database, fromMs: number, toMs: number): Promise<number[]> {
  const days = await lastDayStarts(db, Math.ceil((toMs - fromMs) / dayMs) + 1, toMs - 1);
  return days.filter((_, index) => (days[index + 1] ?? Infinity) > fromMs);
}

/** Where a range ends that is over; null while it goes on. */
export function untilOf({ to, partialFrom }: Buckets): number | null {
  return partialFrom < to ? null : to;
}

export type Former = Pick<Buckets, "grain" | "from" | "to"> & { readonly shiftMs: number };

/**
 * What a range is compared with: the same hours a week before; for more than a week the span right before it. Of its
 * buckets only those that are over have a counterpart.
 */
export function formerOf({ grain, starts, from, to, partialFrom }: Buckets, nowMs: number): Former {
  const [first = from, second = to] = starts;
  const spanMs = partialFrom - from;
  const shiftMs = spanMs > weekMs + (second - first) ? spanMs : weekMs;
  if (grain === "day") {
    // Midnights of a zone move by an hour when its clocks change: half a day aside lies none.
    const aside = shiftMs + dayMs / 2;
    return { grain, shiftMs, from: from - aside, to: partialFrom - aside };
  }
  if (grain === "minute" && from - shiftMs > nowMs - minutesKeptMs) {
    return { grain, shiftMs, from: from - shiftMs, to: partialFrom - shiftMs };
  }
  const quarter = (atMs: number): number => atMs - (atMs % (15 * minuteMs));
  return {
    grain: "quarter",
    shiftMs,
    from: quarter(from - shiftMs),
    to: quarter(partialFrom - shiftMs),
  };
}
