/** Who calls when, and with what. */
import type { CallConstraints, CallNeeds, CallSpec } from "../core/events";
import type { Limits, Route } from "../core/types";
import type { Chance } from "./chance";
import type { CallPlan, KeyPlan, Workload } from "./scenario";

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** When the call after `afterMs` arrives; Infinity when the workload is over. */
export function nextArrivalMs(workload: Workload, afterMs: number, chance: Chance): number {
  let atMs = Math.max(afterMs, workload.fromMs);
  const most = workload.curve === "day" ? mostOfDay : 1;
  for (;;) {
    atMs += chance.exponential(1_000 / (workload.perSecond * most));
    if (atMs >= workload.untilMs) {
      return Number.POSITIVE_INFINITY;
    }
    if (workload.curve === "steady" || chance.happens(dayWeight(atMs) / most)) {
      return atMs;
    }
  }
}

export type PartOfDay = "business" | "peak" | "night" | "other";

/** Weekdays 9 to 18 are business hours, of which 14 to 16 the peak; nights are 0 to 6. */
export function partOfDay(atMs: number): PartOfDay {
  const hour = (atMs % dayMs) / hourMs;
  const isWeekend = Math.floor(atMs / dayMs) % 7 >= 5;
  if (hour < 6) {
    return "night";
  }
  if (isWeekend || hour < 9 || hour >= 18) {
    return "other";
  }
  return hour >= 14 && hour < 16 ? "peak" : "business";
}

const weights: Readonly<Record<PartOfDay, number>> = {
  business: 1.6,
  peak: 2.8,
  night: 0.35,
  other: 0.75,
};
const mostOfDay = 2.8;
/** Mean of the weights over a week, so that `perSecond` is the mean rate. */
const meanOfWeek = (5 * (7 * 1.6 + 2 * 2.8 + 9 * 0.75) + 2 * 18 * 0.75 + 7 * 6 * 0.35) / (7 * 24);

function dayWeight(atMs: number): number {
  return weights[partOfDay(atMs)] / meanOfWeek;
}

const specParts = new WeakMap<CallPlan, { needs: CallNeeds; limits: Limits }>();
const constraintParts = new WeakMap<KeyPlan, Map<string, CallConstraints>>();

/** The call of a plan and a key. The parts that calls have in common are made once. */
export function callSpec(
  id: string,
  route: Route,
  plan: CallPlan,
  key: KeyPlan,
  cacheKey: string | null,
): CallSpec {
  const { limits, needs } = partsOf(plan, route);
  return {
    id,
    key: key.id,
    route,
    limits,
    constraints: constraintsOf(key, plan.region),
    needs: cacheKey === null ? needs : { ...needs, promptCacheKey: cacheKey },
  };
}

function partsOf(plan: CallPlan, route: Route): { needs: CallNeeds; limits: Limits } {
  let parts = specParts.get(plan);
  if (parts === undefined) {
    parts = { needs: needsOf(plan), limits: limitsOf(plan, route) };
    specParts.set(plan, parts);
  }
  return parts;
}

function needsOf(plan: CallPlan): CallNeeds {
  return {
    stream: plan.stream,
    promptTokens: plan.promptTokens,
    maxTokens: plan.outputTokens * 4,
    tools: plan.tools,
    vision: false,
    json: false,
    reasoning: plan.reasoning,
    promptCacheKey: null,
    deterministic: plan.deterministic,
    resumable: plan.stream && !plan.tools,
    collectable: !plan.stream,
    pinned: false,
    unrepeatable: false,
  };
}

function limitsOf(plan: CallPlan, route: Route): Limits {
  const { limits } = route;
  return plan.totalMs === null
    ? limits
    : {
        ...limits,
        totalMs: Math.min(plan.totalMs, limits.totalMs),
        reasoningTotalMs: Math.min(plan.totalMs, limits.reasoningTotalMs),
      };
}

function constraintsOf(key: KeyPlan, region: string | null): CallConstraints {
  let known = constraintParts.get(key);
  if (known === undefined) {
    known = new Map();
    constraintParts.set(key, known);
  }
  let constraints = known.get(region ?? "");
  if (constraints === undefined) {
    constraints = {
      allowedModels: null,
      allowedRegions: key.allowedRegions === null ? null : new Set(key.allowedRegions),
      region,
      regionMode: "prefer",
      fallback: true,
      ttftMs: null,
    };
    known.set(region ?? "", constraints);
  }
  return constraints;
}
