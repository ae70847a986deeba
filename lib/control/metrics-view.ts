import { type CallTotals, type MetricsView } from "../shared/contract";
import { probeTotalsIn } from "../store/attempt-stats";
import {
  type CallFigures,
  callersSince,
  callFiguresIn,
  outcomesByBucket,
} from "../store/call-stats";
import { listHealthEventsSince } from "../store/health-events";
import { listLogGaps } from "../store/log-gaps";
import { listRevisionsSince } from "../store/revisions";
import { toAnnotations } from "./annotations";
import { availability, isEnoughLive, type Samples } from "./availability";
import { demoRule, readCurrent, sloServedPercentOf } from "./current";
import { bucketsOf, formerOf, freshMs, type MetricsRange, rangeText, untilOf } from "./ranges";
import { type ControlDeps, defineVerb } from "./verb";

export type MetricsQuery = {
  readonly range: MetricsRange;
  /** The id of an application's key. */
  readonly app: string | null;
};

const mostAnnotations = 200;
const activeMs = 5 * 60_000;
const appsFreshMs = 2_000;
const formerFreshMs = 60_000;

/** What the calls of a range came to, in total and by bucket; the last bucket is not complete yet. */
export const metricsView = defineVerb<MetricsQuery, MetricsView>(
  "read",
  async (_actor, deps, query) =>
    deps.cache.get(
      `metrics ${rangeText(query.range)} ${query.app ?? ""}`,
      freshMs(query.range),
      () => readMetrics(deps, query),
    ),
);

async function readMetrics(deps: ControlDeps, { range, app }: MetricsQuery): Promise<MetricsView> {
  const { db, cache } = deps;
  const [current, span] = await Promise.all([readCurrent(deps), bucketsOf(deps, range)]);
  const { grain, bucketMs, starts, from, to, partialFrom } = span;
  const demo = (await demoRule(deps, current)) === "only";
  const window = { grain, fromMs: from, toMs: to, demo, keyId: app };
  const formerSpan = formerOf(span, Date.now());
  const [figures, former, buckets, revisions, events, gaps, apps] = await Promise.all([
    callFiguresIn(db, window),
    cache.get(`former ${JSON.stringify([formerSpan, demo, app])}`, formerFreshMs, () =>
      callFiguresIn(db, {
        grain: formerSpan.grain,
        fromMs: formerSpan.from,
        toMs: formerSpan.to,
        demo,
        keyId: app,
      }),
    ),
    outcomesByBucket(db, window, bucketMs),
    listRevisionsSince(db, from, mostAnnotations, untilOf(span)),
    listHealthEventsSince(db, from, mostAnnotations, { untilMs: untilOf(span), news: true }),
    listLogGaps(db, window),
    cache.get(`apps ${demo}`, appsFreshMs, () => callersSince(db, demo, Date.now() - activeMs)),
  ]);
  // Probes are nobody's calls.
  const isAsked = app === null && !isEnoughLive(liveOf(figures));
  const probed = isAsked ? await probeTotalsIn(db, window) : noProbes;
  return {
    generatedAt: Date.now(),
    range: rangeText(range),
    from,
    to,
    bucketMs,
    partialFrom,
    demo,
    totals: toTotals(figures, probed),
    former: { shiftMs: formerSpan.shiftMs, totals: toTotals(former, noProbes) },
    sloServedPercent: sloServedPercentOf(current),
    apps: {
      active: apps.length,
      failing: apps
        .filter(({ failed }) => failed > 0)
        .map(({ id, served, failed }) => ({ id, failed, calls: served + failed })),
    },
    series: toSeries(buckets, starts),
    annotations: toAnnotations(revisions, events),
    gaps,
  };
}

const noProbes: Samples = { succeeded: 0, failed: 0 };

function liveOf({ attemptsSucceeded, attemptsFailed }: CallFigures): Samples {
  return { succeeded: attemptsSucceeded, failed: attemptsFailed };
}

function toTotals(all: CallFigures, probed: Samples): CallTotals {
  const { pricedTokens, attemptsSucceeded: _ok, attemptsFailed: _bad, ...figures } = all;
  const judged = figures.served + figures.failed;
  return {
    ...figures,
    servedRate: judged === 0 ? null : figures.served / judged,
    availability: availability(liveOf(all), probed),
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
  const nothing = {
    ...{ firstTry: 0, rescued: 0, failed: 0, refused: 0, cancelled: 0 },
    ...{ attemptsSucceeded: 0, attemptsFailed: 0, costNanoUsd: 0, pricedTokens: 0 },
    ...{ p95Ms: null, ttftP50Ms: null },
  };
  return starts.map((t) => ({ ...nothing, ...known.get(t), t, gap: !known.has(t) }));
}
