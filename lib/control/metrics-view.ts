import { GatewayError } from "../shared/errors";
import { type MetricsView } from "../shared/contract";
import { probeTotalsIn } from "../store/attempt-stats";
import {
  type CallFigures,
  callFiguresIn,
  lastDayStarts,
  outcomesByBucket,
} from "../store/call-stats";
import { listHealthEventsSince } from "../store/health-events";
import { listLogGaps } from "../store/log-gaps";
import { listRevisionsSince } from "../store/revisions";
import { toAnnotations } from "./annotations";
import { availability, isEnoughLive } from "./availability";
import { demoRule, readCurrent } from "./current";
import { type ControlDeps, defineVerb } from "./verb";

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

export type MetricsQuery = {
  readonly range: MetricsRange;
  /** The id of an application's key. */
  readonly app: string | null;
};

const mostAnnotations = 200;
/** An answer is kept for this share of its bucket: 1 s of a minute, 5 s of five; and never for longer than this. */
const freshShare = 0.9 / 60;
const longestFreshMs = 15_000;

/** What the calls of a range came to, in total and by bucket; the last bucket is not complete yet. */
export const metricsView = defineVerb<MetricsQuery, MetricsView>(
  "read",
  async (_actor, deps, query) =>
    deps.cache.get(
      `metrics ${query.range} ${query.app ?? ""}`,
      Math.min(longestFreshMs, ranges[query.range].bucketMs * freshShare),
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
  const { bucketMs, grain } = ranges[range];
  const now = Date.now();
  const starts = await bucketStarts(deps, range, now);
  const [from = now] = starts;
  const partialFrom = starts.at(-1) ?? now;
  const demo = (await demoRule(deps, await readCurrent(deps))) === "only";
  const window = { grain, fromMs: from, toMs: now, demo, keyId: app };
  const [figures, buckets, revisions, events, gaps] = await Promise.all([
    callFiguresIn(db, window),
    outcomesByBucket(db, window, bucketMs),
    listRevisionsSince(db, from, mostAnnotations),
    listHealthEventsSince(db, from, mostAnnotations),
    listLogGaps(db, window),
  ]);
  const live = { succeeded: figures.attemptsSucceeded, failed: figures.attemptsFailed };
  const probed = isEnoughLive(live) ? noProbes : await probeTotalsIn(db, window);
  return {
    generatedAt: now,
    range,
    from,
    to: now,
    bucketMs,
    partialFrom,
    demo,
    totals: toTotals(figures, availability(live, probed)),
    series: toSeries(buckets, starts),
    annotations: toAnnotations(revisions, events),
    gaps,
  };
}

const noProbes = { succeeded: 0, failed: 0 };

/** Where the buckets of a range begin, oldest first; the last one is not over yet. */
async function bucketStarts(
  { db }: ControlDeps,
  range: MetricsRange,
  now: number,
): Promise<readonly number[]> {
  const { bucketMs, buckets, grain } = ranges[range];
  if (grain === "day") {
    return lastDayStarts(db, buckets + 1, now);
  }
  const partialFrom = Math.floor(now / bucketMs) * bucketMs;
  return Array.from(
    { length: buckets + 1 },
    (_, index) => partialFrom - (buckets - index) * bucketMs,
  );
}

function toTotals(
  { pricedTokens, attemptsSucceeded: _ok, attemptsFailed: _bad, ...figures }: CallFigures,
  attempts: MetricsView["totals"]["availability"],
): MetricsView["totals"] {
  const judged = figures.served + figures.failed;
  return {
    ...figures,
    servedRate: judged === 0 ? null : figures.served / judged,
    availability: attempts,
    costPerMTokNanoUsd:
      pricedTokens === 0 ? null : Math.round((figures.costNanoUsd / pricedTokens) * 1_000_000),
  };
}

/** Every bucket of the range in order; one without any call is a gap. */
function toSeries(
  rows: Awaited<ReturnType<typeof outcomesByBucket>>,
  starts: readonly number[],
): MetricsView["series"] {
  const known = new Map(rows.map((row) => [row.t, row]));
  const nothing = { firstTry: 0, rescued: 0, failed: 0, refused: 0, cancelled: 0 };
  return starts.map((t) => ({ ...nothing, ...known.get(t), t, gap: !known.has(t) }));
}
