import { type MetricsView } from "../shared/contract";
import { probeTotalsIn } from "../store/attempt-stats";
import { type CallFigures, callFiguresIn, outcomesByBucket } from "../store/call-stats";
import { listHealthEventsSince } from "../store/health-events";
import { listLogGaps } from "../store/log-gaps";
import { listRevisionsSince } from "../store/revisions";
import { toAnnotations } from "./annotations";
import { availability, isEnoughLive } from "./availability";
import { demoRule, readCurrent } from "./current";
import { bucketsOf, freshMs, type MetricsRange } from "./ranges";
import { type ControlDeps, defineVerb } from "./verb";

export type MetricsQuery = {
  readonly range: MetricsRange;
  /** The id of an application's key. */
  readonly app: string | null;
};

const mostAnnotations = 200;
/** What the calls of a range came to, in total and by bucket; the last bucket is not complete yet. */
export const metricsView = defineVerb<MetricsQuery, MetricsView>(
  "read",
  async (_actor, deps, query) =>
    deps.cache.get(`metrics ${query.range} ${query.app ?? ""}`, freshMs(query.range), () =>
      readMetrics(deps, query),
    ),
);

async function readMetrics(deps: ControlDeps, { range, app }: MetricsQuery): Promise<MetricsView> {
  const { db } = deps;
  const { grain, bucketMs, starts, from, to, partialFrom } = await bucketsOf(deps, range);
  const demo = (await demoRule(deps, await readCurrent(deps))) === "only";
  const window = { grain, fromMs: from, toMs: to, demo, keyId: app };
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
    generatedAt: to,
    range,
    from,
    to,
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
