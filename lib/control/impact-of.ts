import { type ConfigDocument } from "../config/document";
import { expandTargets } from "../config/targets";
import {
  type HealthView,
  type ImpactRequest,
  type ImpactRoute,
  type ImpactView,
  type TargetView,
} from "../shared/contract";
import { type CallerCalls } from "../store/caller-stats";
import { type TargetLoad } from "../store/attempt-stats";
import { routeChains } from "./routes";
import { impactTier } from "./impact-tier";

/** Traffic of the last 15 minutes, and what people see of every target now. */
export type Traffic = {
  readonly health: Pick<HealthView, "targets" | "routes" | "windowMs" | "generatedAt">;
  readonly attempts: ReadonlyMap<string, number>;
  readonly calls: readonly CallerCalls[];
};

/** USD per million tokens. */
export type ModelPrice = { readonly input: number; readonly output: number };

const minuteMs = 60_000;
/** Fewer say nothing. */
const fewest = 20;

type Moved = {
  readonly routes: readonly ImpactRoute[];
  readonly movedPerMinute: number;
  readonly movedShare: number | null;
  readonly inFlight: number;
};

/** A switch, a chain, or the whole configuration as `next`. */
export type ImpactChange =
  | Extract<ImpactRequest, { type: "switch" | "chain" | "route_removal" }>
  | { readonly type: "document"; readonly next: ConfigDocument };

/** Whose calls a change would move, and where to. */
export function movedBy(traffic: Traffic, change: ImpactChange): Moved {
  switch (change.type) {
    case "switch":
      return movedBySwitch(traffic, change);
    case "chain":
      return movedByChain(traffic, change);
    case "route_removal":
      return movedByRemoval(traffic, change.routeId);
    case "document":
      return movedByDocument(traffic, change.next);
  }
}

type SwitchChange = Extract<ImpactRequest, { type: "switch" }>;
type ChainChange = Extract<ImpactRequest, { type: "chain" }>;

function movedBySwitch({ health, attempts, calls }: Traffic, change: SwitchChange): Moved {
  if (change.intent === "enabled") {
    return { routes: [], movedPerMinute: 0, movedShare: 0, inFlight: 0 };
  }
  const { targets } = health;
  const affected = new Set(targets.filter((target) => belongs(target, change)));
  const left = targets.filter((target) => !affected.has(target));
  const models = new Set([...affected].filter(isOn).map(({ model }) => model));
  const routes = chainsOf(health, calls)
    .filter(({ chain }) => chain.some((model) => models.has(model)))
    .map(({ id, chain }) => ({
      id,
      callsPerMinute: perMinute(callsTo(calls, id), health.windowMs),
      ...places(chain, targets, chain, left),
    }));
  // Who is down had calls a moment ago, and has none to lose now.
  const moved = sum([...affected].filter(isUsable).map(({ id }) => attempts.get(id) ?? 0));
  return {
    routes,
    movedPerMinute: perMinute(moved, health.windowMs),
    movedShare: shareOf(moved, sum([...attempts.values()])),
    inFlight: sum([...affected].map(({ inFlight }) => inFlight)),
  };
}

/** The calls of a route move when another model is the first that can answer them. */
function movedByChain({ health, calls }: Traffic, { routeId, chain }: ChainChange): Moved {
  const { targets } = health;
  const former = health.routes.find(({ id }) => id === routeId)?.chain ?? [];
  const own = callsTo(calls, routeId);
  const route: ImpactRoute = {
    id: routeId,
    callsPerMinute: perMinute(own, health.windowMs),
    ...places(former, targets, chain, targets),
  };
  const moved = route.from?.model === route.to?.model ? 0 : own;
  return {
    routes: [route],
    movedPerMinute: perMinute(moved, health.windowMs),
    movedShare: shareOf(moved, sum(calls.map((one) => one.calls))),
    inFlight: 0,
  };
}

/** Calls that ask for a removed name are refused, alone or in a list of names. */
function movedByRemoval({ health, calls }: Traffic, routeId: string): Moved {
  const chain = health.routes.find(({ id }) => id === routeId)?.chain ?? [];
  const own = sum(calls.filter(({ route }) => isAskedIn(route, routeId)).map((one) => one.calls));
  const route: ImpactRoute = {
    id: routeId,
    callsPerMinute: perMinute(own, health.windowMs),
    ...places(chain, health.targets, [], health.targets),
  };
  return {
    routes: [route],
    movedPerMinute: perMinute(own, health.windowMs),
    movedShare: shareOf(own, sum(calls.map((one) => one.calls))),
    inFlight: 0,
  };
}

/** Whether calls for `asked`, a name or a list of them, ask for the route. */
function isAskedIn(asked: string, routeId: string): boolean {
  return asked.split(",").includes(routeId);
}

/**
 * The calls of a name move when another model is the first that can answer them, or nobody is left; so do those that a
 * target had which goes. A target that `next` adds answers none of them: nobody knows yet how it is.
 */
function movedByDocument({ health, attempts, calls }: Traffic, next: ConfigDocument): Moved {
  const { targets } = health;
  const left = keptIn(next, targets);
  const gone = targets.filter((target) => !left.includes(target));
  const chains = new Map(routeChains(next).map(({ id, chain }) => [id, chain]));
  const routes = chainsOf(health, calls)
    .map(({ id, chain }) => ({
      id,
      callsPerMinute: perMinute(callsTo(calls, id), health.windowMs),
      ...places(chain, targets, chains.get(id) ?? [id], left),
    }))
    .filter(
      ({ from, to, usableBefore, usableAfter }) =>
        from?.target !== to?.target || usableBefore !== usableAfter,
    );
  const moved = sum(
    routes.filter(({ from, to }) => from?.model !== to?.model).map(({ id }) => callsTo(calls, id)),
  );
  const orphaned = sum(gone.filter(isUsable).map(({ id }) => attempts.get(id) ?? 0));
  const shares = [
    shareOf(moved, sum(calls.map((one) => one.calls))),
    shareOf(orphaned, sum([...attempts.values()])),
  ].filter((share) => share !== null);
  return {
    routes,
    // Both may be of the same calls.
    movedPerMinute: perMinute(Math.max(moved, orphaned), health.windowMs),
    movedShare: shares.length === 0 ? null : Math.max(...shares),
    inFlight: sum(gone.map(({ inFlight }) => inFlight)),
  };
}

function losesTargets({ health: { targets } }: Traffic, next: ConfigDocument): boolean {
  return keptIn(next, targets).length < targets.length;
}

/** The targets that are still there in `next`. */
function keptIn(next: ConfigDocument, targets: readonly TargetView[]): TargetView[] {
  const ids = new Set(expandTargets(next).map(({ id }) => id));
  return targets.filter(({ id }) => ids.has(id));
}

/** Money and time of the route that moves most: who answers it now, and who would. */
export function busiestMove(routes: readonly ImpactRoute[]): ImpactRoute | undefined {
  return routes
    .filter(({ from, to }) => from !== null && to !== null && from.target !== to.target)
    .toSorted((left, right) => right.callsPerMinute - left.callsPerMinute)[0];
}

export type Loads = {
  readonly from: TargetLoad | undefined;
  readonly to: TargetLoad | undefined;
  /** Of the model that would answer. */
  readonly toPrice: ModelPrice | null;
};

/** The whole answer: what moves, what it costs, and how much a person must say before it happens. */
export function impactOf(
  traffic: Traffic,
  change: ImpactChange,
  { routes, movedPerMinute, movedShare, inFlight }: Moved,
  { from, to, toPrice }: Loads,
): ImpactView {
  const { generatedAt, windowMs } = traffic.health;
  const emptied = routes
    .filter(({ usableBefore, usableAfter }) => usableBefore > 0 && usableAfter === 0)
    .map(({ id }) => id);
  const { tier, because } = impactTier({
    removes: change.type === "route_removal",
    takesAway: change.type !== "switch" || change.intent !== "enabled",
    isWide: change.type === "switch" && change.objectType !== "target",
    losesTargets: change.type === "document" && losesTargets(traffic, change.next),
    movedShare,
    emptied,
    cut: change.type === "switch" && change.intent === "disabled" ? inFlight : 0,
  });
  const p95 =
    isEnough(from) && isEnough(to) && from.p95Ms !== null && to.p95Ms !== null
      ? { fromMs: from.p95Ms, toMs: to.p95Ms }
      : null;
  return {
    generatedAt,
    windowMs,
    tier,
    because,
    emptied,
    routes: [...routes],
    apps: appsOf(traffic, (asked) =>
      routes.some(({ id }) =>
        change.type === "route_removal" ? isAskedIn(asked, id) : asked === id,
      ),
    ),
    movedPerMinute,
    movedShare,
    inFlight,
    p95,
    costNanoUsdPerHour:
      isEnough(from) && toPrice !== null ? extraCost(from, toPrice, movedPerMinute * 60) : null,
  };
}

/** The same tokens at the other's price, less what they cost here. */
function extraCost(load: TargetLoad, price: ModelPrice, callsPerHour: number): number {
  const { succeeded, promptTokens, completionTokens, costNanoUsd } = load;
  const atPrice = (promptTokens * price.input + completionTokens * price.output) * 1_000;
  return Math.round(((atPrice - costNanoUsd) / succeeded) * callsPerHour);
}

function isEnough(load: TargetLoad | undefined): load is TargetLoad {
  return load !== undefined && load.succeeded >= fewest;
}

function appsOf(
  { calls, health }: Traffic,
  isMoved: (asked: string) => boolean,
): ImpactView["apps"] {
  const byKey = new Map<string, number>();
  for (const { keyId, calls: n } of calls.filter(({ route }) => isMoved(route))) {
    byKey.set(keyId, (byKey.get(keyId) ?? 0) + n);
  }
  return [...byKey]
    .map(([id, n]) => ({ id, callsPerMinute: perMinute(n, health.windowMs) }))
    .sort((left, right) => right.callsPerMinute - left.callsPerMinute);
}

type Chain = { readonly id: string; readonly chain: readonly string[] };

/** The routes, and the models that somebody calls by their own names. */
function chainsOf({ routes, targets }: Traffic["health"], calls: readonly CallerCalls[]): Chain[] {
  const asked = new Set(calls.map(({ route }) => route));
  const models = new Set(targets.map(({ model }) => model).filter((model) => asked.has(model)));
  return [...routes, ...[...models].map((id) => ({ id, chain: [id] }))];
}

type Places = Pick<ImpactRoute, "from" | "to" | "usableBefore" | "usableAfter">;

function places(
  before: readonly string[],
  targetsBefore: readonly TargetView[],
  after: readonly string[],
  targetsAfter: readonly TargetView[],
): Places {
  return {
    from: firstOf(before, targetsBefore),
    to: firstOf(after, targetsAfter),
    usableBefore: usableIn(before, targetsBefore).length,
    usableAfter: usableIn(after, targetsAfter).length,
  };
}

/** Who answers a chain: of its first model that somebody can answer for, the region that is well and fastest. */
function firstOf(chain: readonly string[], targets: readonly TargetView[]): ImpactRoute["from"] {
  for (const model of chain) {
    const [first] = usableIn([model], targets).toSorted(
      (left, right) =>
        doubt(left) - doubt(right) ||
        (left.ttftMs ?? Number.MAX_SAFE_INTEGER) - (right.ttftMs ?? Number.MAX_SAFE_INTEGER),
    );
    if (first !== undefined) {
      return { target: first.id, model, region: first.region };
    }
  }
  return null;
}

function usableIn(chain: readonly string[], targets: readonly TargetView[]): TargetView[] {
  return targets.filter((target) => chain.includes(target.model) && isUsable(target));
}

function isUsable(target: TargetView): boolean {
  return isOn(target) && target.state !== "down";
}

function doubt({ state }: TargetView): number {
  return state === "degraded" || state === "recovering" ? 1 : 0;
}

function isOn({ effectiveIntent }: TargetView): boolean {
  return effectiveIntent === "enabled";
}

function belongs(target: TargetView, { objectType, objectId, also = [] }: SwitchChange): boolean {
  const own = objectType === "target" ? target.id : target[objectType];
  return own === objectId || also.includes(own);
}

function callsTo(calls: readonly CallerCalls[], route: string): number {
  return sum(calls.filter((one) => one.route === route).map((one) => one.calls));
}

function perMinute(n: number, windowMs: number): number {
  return n / (windowMs / minuteMs);
}

function shareOf(part: number, whole: number): number | null {
  return whole < fewest ? null : part / whole;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}
