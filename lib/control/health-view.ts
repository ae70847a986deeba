import { type ConfigDocument } from "../config/document";
import { type ExpandedTarget } from "../config/targets";
import { probeCostNanoUsd } from "../pricing/cost";
import { type HealthView, type NodeView, type TargetView } from "../shared/contract";
import { groupBy } from "../shared/group-by";
import { movesIn, type TargetStats, targetStatsIn } from "../store/attempt-stats";
import { listNodes } from "../store/nodes";
import { type ObjectType } from "../store/switches";
import { listTargetStates, type TargetStateRow } from "../store/target-states";
import { availability, type Samples, sumSamples } from "./availability";
import { type Current, demoRule, readCurrent } from "./current";
import { labelOf, type Shown, shownState } from "./display-state";
import { effectiveIntent, switchView } from "./effective-intent";
import { objectIds } from "./objects";
import { routeViews } from "./routes";
import { readStrips } from "./strips";
import { type ControlDeps, defineVerb } from "./verb";

const minuteMs = 60_000;
const windowMs = 15 * minuteMs;
const freshMs = 900;

/** The matrix: what people want of every object, what the live nodes see, and how well it went in the last 15 minutes. */
export const healthView = defineVerb<null, HealthView>("read", async (_actor, deps) => {
  const current = await readCurrent(deps);
  // A write is visible to the read after it: its revision is in the key.
  return deps.cache.get(`health ${current.revision}`, freshMs, () => readHealth(deps, current));
});

async function readHealth(deps: ControlDeps, current: Current): Promise<HealthView> {
  const { db } = deps;
  const now = Date.now();
  const demo = await demoRule(deps, current);
  const window = {
    grain: "minute",
    // Whole minutes: the running one and the fifteen before it.
    fromMs: Math.floor((now - windowMs) / minuteMs) * minuteMs,
    toMs: now,
    demo: demo === "only",
  } as const;
  const [nodes, states, targets, moves] = await Promise.all([
    listNodes(db),
    listTargetStates(db),
    targetStatsIn(db, window),
    movesIn(db, window),
  ]);
  const stats: Stats = new Map(targets.map((row) => [row.targetId, row]));
  const strips = await readStrips(deps, current, nodes, states, {
    cells: 60,
    cellMs: minuteMs,
    now,
  });
  const opinions = groupBy(states, ({ targetId }) => targetId);
  return {
    generatedAt: now,
    revision: current.revision,
    demo,
    exchange: exchangeOf(current.document.settings),
    windowMs,
    nodes,
    models: objectViews("model", current, stats, now),
    regions: objectViews("region", current, stats, now),
    providers: objectViews("provider", current, stats, now),
    targets: current.targets.map((target) => ({
      ...targetView(
        target,
        (opinions.get(target.id) ?? []).map(({ state }) => state),
        { current, stats, moves, nodes, now },
      ),
      strip: strips.get(target.id) ?? [],
    })),
    routes: routeViews(current),
  };
}

/** A currency without a rate is no currency yet: what is not converted must not be called by its name. */
function exchangeOf({
  currency,
  exchange_rate: rate,
}: ConfigDocument["settings"]): HealthView["exchange"] {
  return currency === undefined || rate === undefined
    ? null
    : { currency, perUsd: rate.per_usd, at: rate.at };
}

type Stats = ReadonlyMap<string, TargetStats>;

const noSamples: Samples = { succeeded: 0, failed: 0 };

function probesOf(stats: TargetStats | undefined): Samples {
  return stats === undefined
    ? noSamples
    : { succeeded: stats.probesPassed, failed: stats.probesFailed };
}

function objectViews(
  type: Exclude<ObjectType, "target">,
  { document, targets, switches }: Current,
  stats: Stats,
  now: number,
): HealthView["models"] {
  return objectIds(document, type).map((id) => {
    const own = targets.filter((target) => target[type] === id);
    return {
      id,
      switch: switchView(switches, type, id, now),
      availability: availability(
        sumSamples(own.map((target) => stats.get(target.id) ?? noSamples)),
        sumSamples(own.map((target) => probesOf(stats.get(target.id)))),
      ),
    };
  });
}

type Context = {
  readonly current: Current;
  readonly stats: Stats;
  readonly moves: Awaited<ReturnType<typeof movesIn>>;
  readonly nodes: readonly NodeView[];
  readonly now: number;
};

function targetView(
  target: ExpandedTarget,
  opinions: readonly TargetStateRow[],
  { current, stats, moves, nodes, now }: Context,
): Omit<TargetView, "strip"> {
  const { id, provider, region, model, upstreamModel } = target;
  const own = stats.get(id);
  const { movedOut, movedIn } = moves.find(
    (one) => one.provider === provider && one.region === region && one.model === model,
  ) ?? { movedOut: 0, movedIn: 0 };
  const intent = effectiveIntent(current.switches, target, now);
  const called = (own?.attempts ?? 0) > 0 || opinions.some(({ ttftMs }) => ttftMs !== null);
  const shown = shownState({ intent: intent.effectiveIntent, opinions, called, nowMs: now });
  const live = nodes.filter((node) => node.live).length;
  const named = current.document.models.find((one) => one.id === model);
  return {
    id,
    provider,
    region,
    model,
    upstreamModel,
    switch: switchView(current.switches, "target", id, now),
    ...intent,
    state: shown.state,
    label: shown.opinion === undefined ? "closed" : labelOf(shown.opinion),
    breaker: shown.opinion?.breaker ?? "closed",
    since: sinceOf(shown, intent.offBy, { switches: current.switches, now }),
    until: shown.opinion?.until ?? null,
    reason: shown.opinion?.reason ?? null,
    successors: shown.opinion?.successors ?? [],
    figures: nearestToOpening(shown.opinion, opinions),
    availability: availability(own ?? noSamples, probesOf(own)),
    p50Ms: own?.p50Ms ?? null,
    p95Ms: own?.p95Ms ?? null,
    attempts: own?.attempts ?? 0,
    costNanoUsd: own?.costNanoUsd ?? 0,
    firstChoice: Math.max(movedOut, (own?.succeeded ?? 0) - movedIn + movedOut),
    movedOut,
    ...merged(opinions),
    probeCostNanoUsd: probeCostNanoUsd(named?.price, named?.capabilities?.reasoning ?? false),
    onNodes: { count: shown.count, of: live },
  };
}

/** When it came to be as it is shown, of one that recovers when its outage began: what a person holds off is so since the switch, and a limit's beginning is not known. */
function sinceOf(
  { state, opinion }: Shown,
  offBy: TargetView["offBy"],
  { switches, now }: { switches: Current["switches"]; now: number },
): number | null {
  if (offBy !== null) {
    return switchView(switches, offBy.type, offBy.id, now).changedAt;
  }
  const isLimited = state === "degraded" && opinion !== undefined && labelOf(opinion) === "closed";
  return isLimited ? null : (opinion?.since ?? null);
}

/** Of the nodes that see the same breaker as the one that decides, the one that counts most. */
function nearestToOpening(
  decides: TargetStateRow | undefined,
  opinions: readonly TargetStateRow[],
): TargetView["figures"] {
  const alike = opinions.filter(({ breaker }) => breaker === decides?.breaker);
  const [nearest] = alike.toSorted(
    (left, right) =>
      right.consecutiveFailures - left.consecutiveFailures ||
      (right.figures?.ratio.failed ?? 0) - (left.figures?.ratio.failed ?? 0),
  );
  return nearest?.figures ?? null;
}

type Merged = Pick<
  TargetView,
  | "consecutiveFailures"
  | "rateLimitedUntil"
  | "ttftMs"
  | "inFlight"
  | "lastError"
  | "nextProbeAt"
  | "lastProbe"
>;

/** What several nodes say together: sums, the worst, the newest, the next. */
function merged(opinions: readonly TargetStateRow[]): Merged {
  const ttfts = opinions.flatMap(({ ttftMs }) => ttftMs ?? []);
  return {
    consecutiveFailures: Math.max(0, ...opinions.map((one) => one.consecutiveFailures)),
    rateLimitedUntil: greatest(opinions.flatMap((one) => one.rateLimitedUntil ?? [])),
    ttftMs:
      ttfts.length === 0 ? null : Math.round(ttfts.reduce((sum, ms) => sum + ms) / ttfts.length),
    inFlight: opinions.reduce((sum, { inFlight }) => sum + inFlight, 0),
    lastError: newest(opinions.flatMap(({ lastError }) => lastError ?? [])),
    nextProbeAt: least(opinions.flatMap((one) => one.nextProbeAt ?? [])),
    lastProbe: newest(opinions.flatMap(({ lastProbe }) => lastProbe ?? [])),
  };
}

function newest<T extends { readonly at: number }>(rows: readonly T[]): T | null {
  return rows.toSorted((left, right) => right.at - left.at)[0] ?? null;
}

function greatest(values: readonly number[]): number | null {
  return values.length === 0 ? null : Math.max(...values);
}

function least(values: readonly number[]): number | null {
  return values.length === 0 ? null : Math.min(...values);
}
