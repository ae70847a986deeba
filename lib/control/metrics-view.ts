import { GatewayError } from "../shared/errors";
import { type MetricsView } from "../shared/contract";
import { attemptTotals, probeStatsByTarget } from "../store/attempt-stats";
import { callPercentilesIn, callTotalsIn, outcomesByBucket } from "../store/call-stats";
import { listHealthEventsSince } from "../store/health-events";
import { listLogGaps } from "../store/log-gaps";
import { listRevisionsSince } from "../store/revisions";
import { toAnnotations } from "./annotations";
import { availability, sumSamples } from "./availability";
import { demoRule, readCurrent } from "./current";
import { type ControlDeps, defineVerb } from "./verb";

const minuteMs = 60_000;

/** How long each range is, and how wide its buckets are. */
const ranges = {
  "15m": { rangeMs: 15 * minuteMs, bucketMs: minuteMs },
  "1h": { rangeMs: 60 * minuteMs, bucketMs: minuteMs },
  "6h": { rangeMs: 360 * minuteMs, bucketMs: 5 * minuteMs },
  "24h": { rangeMs: 1_440 * minuteMs, bucketMs: 5 * minuteMs },
} as const;
export type MetricsRange = keyof typeof ranges;

export type MetricsQuery = {
  readonly range: MetricsRange;
  /** The id of an application's key. */
  readonly app: string | null;
};

const mostAnnotations = 200;
/** An answer is kept for this share of its bucket: 1 s of a minute, 5 s of five. */
const freshShare = 0.9 / 60;

/** What the calls of a range came to, in total and by bucket; the last bucket is not complete yet. */
export const metricsView = defineVerb<MetricsQuery, MetricsView>(
  "read",
  async (_actor, deps, query) =>
    deps.cache.get(
      `metrics ${query.range} ${query.app ?? ""}`,
      ranges[query.range].bucketMs * freshShare,
      () => readMetrics(deps, query),
    ),
);

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

async function readMetrics(deps: ControlDeps, { range, app }: MetricsQuery): Promise<MetricsView> {
  const { db } = deps;
  const { rangeMs, bucketMs } = ranges[range];
  const now = Date.now();
  const partialFrom = Math.floor(now / bucketMs) * bucketMs;
  const from = partialFrom - rangeMs;
  const demo = (await demoRule(deps, await readCurrent(deps))) === "only";
  const window = { fromMs: from, toMs: now, demo, keyId: app };
  const [totals, percentiles, buckets, attempts, probes, revisions, events, gaps] =
    await Promise.all([
      callTotalsIn(db, window),
      callPercentilesIn(db, window),
      outcomesByBucket(db, window, bucketMs),
      attemptTotals(db, window),
      probeStatsByTarget(db, window),
      listRevisionsSince(db, from, mostAnnotations),
      listHealthEventsSince(db, from, mostAnnotations),
      listLogGaps(db, window),
    ]);
  const probed = sumSamples(probes.map(({ passed, failed }) => ({ succeeded: passed, failed })));
  return {
    generatedAt: now,
    range,
    from,
    to: now,
    bucketMs,
    partialFrom,
    demo,
    totals: toTotals(totals, percentiles, availability(attempts, probed)),
    series: toSeries(buckets, { from, bucketMs, buckets: rangeMs / bucketMs + 1 }),
    annotations: toAnnotations(revisions, events),
    gaps,
  };
}

function toTotals(
  { pricedTokens, ...totals }: Awaited<ReturnType<typeof callTotalsIn>>,
  percentiles: Awaited<ReturnType<typeof callPercentilesIn>>,
  attempts: MetricsView["totals"]["availability"],
): MetricsView["totals"] {
  const judged = totals.served + totals.failed;
  return {
    ...totals,
    ...percentiles,
    servedRate: judged === 0 ? null : totals.served / judged,
    availability: attempts,
    costPerMTokNanoUsd:
      pricedTokens === 0 ? null : Math.round((totals.costNanoUsd / pricedTokens) * 1_000_000),
  };
}

/** Every bucket of the range in order; one without any call is a gap. */
export function toSeries(
  rows: Awaited<ReturnType<typeof outcomesByBucket>>,
  { from, bucketMs, buckets }: Record<"from" | "bucketMs" | "buckets", number>,
): MetricsView["series"] {
  const known = new Map(rows.map((row) => [row.bucket, row]));
  return Array.from({ length: buckets }, (_, index) => {
    const { bucket: _bucket, ...counts } = known.get(index) ?? {
      bucket: index,
      firstTry: 0,
      rescued: 0,
      failed: 0,
      refused: 0,
      cancelled: 0,
    };
    return { t: from + index * bucketMs, ...counts, gap: !known.has(index) };
  });
}
