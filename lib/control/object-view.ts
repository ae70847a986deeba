import {
  type ObjectBucket as Bucket,
  type ObjectFigures,
  type ObjectsView,
  type ObjectView,
} from "../shared/contract";
import { GatewayError } from "../shared/errors";
import { groupBy } from "../shared/group-by";
import {
  answersIn,
  type FlowBucket,
  flowsIn,
  type ObjectBucket,
  objectBucketsIn,
  type ObjectKind,
  type ObjectPart,
  objectPartsIn,
  type ObjectStats,
  objectStatsIn,
  tokensPerSecond,
} from "../store/object-stats";
import { listHealthEventsSince } from "../store/health-events";
import { listRevisionsSince } from "../store/revisions";
import { wholeQuantile } from "../store/rollups";
import { toAnnotations } from "./annotations";
import { availability } from "./availability";
import { type Current, demoRule, readCurrent, sloServedPercentOf } from "./current";
import { objectIds } from "./objects";
import { ownerOf } from "./owners";
import { listPriceOf } from "./providers-view";
import { bucketsOf, freshMs, type MetricsRange, rangeText, untilOf } from "./ranges";
import { type ControlDeps, defineVerb } from "./verb";

export type ObjectsQuery = { readonly kind: ObjectKind; readonly range: MetricsRange };
export type ObjectQuery = ObjectsQuery & { readonly id: string };

const mostAnnotations = 200;
/** Among which those of one model or region are looked for. */
const mostEvents = 2_000;

/** What the attempts at each model, or in each region, came to; also of those that were not asked at all. */
export const objectsView = defineVerb<ObjectsQuery, ObjectsView>(
  "read",
  async (_actor, deps, { kind, range }) => {
    const current = await readCurrent(deps);
    // Only what was counted may be told again: whose a model is, and its price, are as of the newest revision.
    const { rows, generatedAt } = await deps.cache.get(
      `objects ${kind} ${rangeText(range)}`,
      freshMs(range),
      () => readFigures(deps, kind, range),
    );
    const known = new Map(rows.map((row) => [row.id, row]));
    return {
      generatedAt,
      range: rangeText(range),
      kind,
      rows: objectIds(current.document, kind).map((id) => ({
        ...(known.get(id) ?? noFigures(id)),
        ...(kind === "model" ? modelFacts(current, id) : noFacts),
      })),
    };
  },
);

type Facts = Pick<ObjectsView["rows"][number], "owner" | "ownerPath" | "listPrice">;

const noFacts: Facts = { owner: null, ownerPath: null, listPrice: null };

/** What the configuration says of a model. */
function modelFacts({ document, base }: Current, id: string): Facts {
  const { price } = document.models.find((model) => model.id === id) ?? {};
  return { ...ownerOf(base, "models", id), listPrice: listPriceOf(price) };
}

/** One model by region, or one region by model, bucket by bucket. @throws {GatewayError} `not_found`. */
export const objectView = defineVerb<ObjectQuery, ObjectView>(
  "read",
  async (_actor, deps, { kind, range, id }) => {
    const current = await readCurrent(deps);
    if (!objectIds(current.document, kind).includes(id)) {
      throw new GatewayError("not_found", {
        message: `There is no ${kind} with this id.`,
        param: "id",
        refusal: { reason: "no_such_id", values: { type: kind } },
      });
    }
    return deps.cache.get(`object ${kind} ${rangeText(range)} ${id}`, freshMs(range), () =>
      readObject(deps, current, { kind, range, id }),
    );
  },
);

async function readFigures(
  deps: ControlDeps,
  kind: ObjectKind,
  range: MetricsRange,
): Promise<{ readonly rows: ObjectFigures[]; readonly generatedAt: number }> {
  const { grain, bucketMs, from, to } = await bucketsOf(deps, range, "targets");
  const window = { grain, fromMs: from, toMs: to, demo: await isDemoOnly(deps) };
  const [stats, flows] = await Promise.all([
    objectStatsIn(deps.db, kind, window),
    flowsIn(deps.db, kind, window, bucketMs),
  ]);
  const served = servedOf(stats);
  return { rows: stats.map((row) => toFigures(row, flows, served)), generatedAt: Date.now() };
}

async function readObject(
  deps: ControlDeps,
  current: Current,
  { kind, range, id }: ObjectQuery,
): Promise<ObjectView> {
  const span = await bucketsOf(deps, range, "targets");
  const { grain, bucketMs, starts, from, to, partialFrom } = span;
  const window = { grain, fromMs: from, toMs: to, demo: await isDemoOnly(deps) };
  const [[own], served, buckets, parts, allFlows, revisions, events] = await Promise.all([
    objectStatsIn(deps.db, kind, window, id),
    answersIn(deps.db, window),
    objectBucketsIn(deps.db, { kind, id }, window, bucketMs),
    objectPartsIn(deps.db, { kind, id }, window, bucketMs),
    flowsIn(deps.db, kind, window, bucketMs),
    listRevisionsSince(deps.db, from, mostAnnotations, untilOf(span)),
    listHealthEventsSince(deps.db, from, mostEvents, { untilMs: untilOf(span), news: true }),
  ]);
  const flows = allFlows.filter((flow) => flow.from === id || flow.to === id);
  const bucketAt = new Map(buckets.map((bucket) => [bucket.t, bucket]));
  const partsAt = groupBy(parts, ({ t }) => t);
  const flowsAt = groupBy(flows, ({ t }) => t);
  return {
    generatedAt: Date.now(),
    range: rangeText(range),
    from,
    to,
    bucketMs,
    partialFrom,
    kind,
    figures: own === undefined ? noFigures(id) : toFigures(own, flows, served),
    sloServedPercent: sloServedPercentOf(current),
    series: starts.map((t) =>
      toBucket(id, bucketAt.get(t) ?? noBucket(t), partsAt.get(t) ?? [], flowsAt.get(t) ?? []),
    ),
    flows: summedFlows(flows),
    annotations: toAnnotations(
      revisions,
      events.filter((event) => event[kind] === id).slice(-mostAnnotations),
    ),
  };
}

async function isDemoOnly(deps: ControlDeps): Promise<boolean> {
  return (await demoRule(deps, await readCurrent(deps))) === "only";
}

/** Answers of all of them. */
function servedOf(stats: readonly ObjectStats[]): number {
  return sum(stats.map(({ succeeded }) => succeeded));
}

function toFigures(row: ObjectStats, flows: readonly FlowBucket[], served: number): ObjectFigures {
  const { succeeded, probesPassed, probesFailed, promptTokens, completionTokens, ...figures } = row;
  const tokens = promptTokens + completionTokens;
  return {
    ...figures,
    servedShare: served === 0 ? null : succeeded / served,
    availability: availability(
      { succeeded, failed: row.failed },
      { succeeded: probesPassed, failed: probesFailed },
    ),
    costPerMTokNanoUsd: tokens === 0 ? null : Math.round((row.costNanoUsd / tokens) * 1_000_000),
    ...moved(flows, row.id),
  };
}

function noFigures(id: string): ObjectFigures {
  return {
    id,
    attempts: 0,
    failed: 0,
    servedShare: null,
    availability: availability(noSamples, noSamples),
    errors: {},
    p50Ms: null,
    p95Ms: null,
    ttftP50Ms: null,
    ttftP95Ms: null,
    tokensPerSecond: null,
    costNanoUsd: 0,
    costPerMTokNanoUsd: null,
    movedOut: 0,
    movedIn: 0,
  };
}

const noSamples = { succeeded: 0, failed: 0 };

function moved(
  flows: readonly FlowBucket[],
  id: string,
): { readonly movedOut: number; readonly movedIn: number } {
  return {
    movedOut: sum(flows.filter(({ from }) => from === id).map(({ calls }) => calls)),
    movedIn: sum(flows.filter(({ to }) => to === id).map(({ calls }) => calls)),
  };
}

function noBucket(t: number): ObjectBucket {
  return { t, attempts: 0, failed: 0, errors: {}, ttftMs: [], totalMs: [] };
}

/** One bucket with its parts. Percentiles are of merged histograms, never of percentiles. */
function toBucket(
  id: string,
  { t, attempts, failed, errors, ttftMs, totalMs }: ObjectBucket,
  parts: readonly ObjectPart[],
  flows: readonly FlowBucket[],
): Bucket {
  return {
    t,
    gap: attempts === 0,
    attempts,
    failed,
    errors: Object.fromEntries(Object.entries(errors).filter(([, n]) => n > 0)),
    parts: Object.fromEntries(
      parts.map(({ part, succeeded, failed, probesPassed, probesFailed, speed }) => [
        part,
        {
          ...{ n: succeeded + failed, succeeded, tokensPerSecond: tokensPerSecond(speed) },
          ...{ probes: probesPassed + probesFailed, probesPassed },
        },
      ]),
    ),
    ttftN: sum(ttftMs),
    ttftP50Ms: wholeQuantile(ttftMs, 0.5),
    ttftP95Ms: wholeQuantile(ttftMs, 0.95),
    ttftP99Ms: wholeQuantile(ttftMs, 0.99),
    totalN: sum(totalMs),
    p50Ms: wholeQuantile(totalMs, 0.5),
    p95Ms: wholeQuantile(totalMs, 0.95),
    p99Ms: wholeQuantile(totalMs, 0.99),
    ...moved(flows, id),
    movedTo: callsBy(flows.filter(({ from }) => from === id).map(({ to, calls }) => [to, calls])),
    movedFrom: callsBy(flows.filter(({ to }) => to === id).map(({ from, calls }) => [from, calls])),
  };
}

function callsBy(entries: readonly (readonly [string, number])[]): Record<string, number> {
  const sums: Record<string, number> = {};
  for (const [name, calls] of entries) {
    sums[name] = (sums[name] ?? 0) + calls;
  }
  return sums;
}

function summedFlows(flows: readonly FlowBucket[]): ObjectView["flows"] {
  return [...groupBy(flows, ({ from, to }) => JSON.stringify([from, to])).values()]
    .flatMap((same) => {
      const [first] = same;
      return first === undefined
        ? []
        : [{ from: first.from, to: first.to, calls: sum(same.map(({ calls }) => calls)) }];
    })
    .sort((left, right) => right.calls - left.calls);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
