/**
 * The order in which a call may try its targets, and why the others are skipped.
 *
 * A plan is a *reading* of the world at one moment, kept for the log. Every attempt reads the world again (`nextMove`).
 */
import { type TargetHealth, type World, healthOf, labelOf } from "./health";
import { regionOrder } from "./region";
import { type Route, type Snapshot, type Target, holdAt } from "./types";

export type SkipReason =
  | "disabled"
  | "draining"
  | "model_not_allowed"
  | "region_not_allowed"
  | "region_not_asked"
  | "open"
  | "trial_in_flight"
  | "ramp"
  | "probe_down"
  | "rate_limited";

export type EligibleReason =
  "chain_order" | "fastest_region" | "asked_region" | "slower_region" | "trial";

export type PlanEntry = {
  readonly target: string;
  readonly decision: "eligible" | "skipped";
  readonly reason: SkipReason | EligibleReason;
};

export type Candidate = {
  readonly target: Target;
  /** Place of its model in the chain, from 0. */
  readonly entryIndex: number;
};

export type Plan = {
  /** Enabled, allowed targets in the order of the chain; the sick ones among them too, for panic. */
  readonly candidates: readonly Candidate[];
  readonly entries: readonly PlanEntry[];
  /** The first eligible target was passed over for its health. */
  readonly avoided: boolean;
};

export type CallConstraints = {
  /** `*` or ids; data residency: holds in every pass. */
  readonly allowedModels: ReadonlySet<string> | null;
  readonly allowedRegions: ReadonlySet<string> | null;
  readonly region: string | null;
  readonly regionMode: "prefer" | "require";
  readonly fallback: boolean;
};

/** Of eligible calls, the share that a target in RAMP takes. */
const rampShare = 0.1;

/** The plan of one call at `nowMs`. */
export function planCall(
  snapshot: Snapshot,
  world: World,
  route: Route,
  constraints: CallConstraints,
  nowMs: number,
  random: () => number,
): Plan {
  const candidates: Candidate[] = [];
  const entries: PlanEntry[] = [];
  let avoided = false;
  let chosen = false;
  const chain = constraints.fallback ? route.entries : route.entries.slice(0, 1);
  for (const [entryIndex, entry] of chain.entries()) {
    const ordered = askedFirst(regionOrder(world, entry.model, entry.targets, nowMs), constraints);
    let place = 0;
    for (const target of ordered) {
      const barred = barReason(snapshot, target, constraints, nowMs);
      if (barred !== null) {
        entries.push({ target: target.id, decision: "skipped", reason: barred });
        continue;
      }
      candidates.push({ target, entryIndex });
      const health = healthOf(world, target.id);
      const sick = sickReason(health, nowMs, chosen ? () => 0 : random);
      if (sick !== null) {
        avoided ||= !chosen && isHealthReason(sick);
        entries.push({ target: target.id, decision: "skipped", reason: sick });
        continue;
      }
      const reason = eligibleReason(health, target, constraints, ordered.length, place);
      entries.push({ target: target.id, decision: "eligible", reason });
      chosen = true;
      place += 1;
    }
  }
  return { candidates, entries, avoided: avoided && chosen };
}

function askedFirst(targets: readonly Target[], constraints: CallConstraints): readonly Target[] {
  const { region } = constraints;
  if (region === null || targets[0]?.region === region) {
    return targets;
  }
  return [
    ...targets.filter((target) => target.region === region),
    ...targets.filter((target) => target.region !== region),
  ];
}

function barReason(
  snapshot: Snapshot,
  target: Target,
  constraints: CallConstraints,
  nowMs: number,
): SkipReason | null {
  const hold = holdAt(snapshot, target, nowMs);
  if (hold !== null) {
    return hold.intent;
  }
  if (constraints.allowedModels !== null && !constraints.allowedModels.has(target.model)) {
    return "model_not_allowed";
  }
  if (constraints.allowedRegions !== null && !constraints.allowedRegions.has(target.region)) {
    return "region_not_allowed";
  }
  if (constraints.regionMode === "require" && constraints.region !== target.region) {
    return "region_not_asked";
  }
  return null;
}

/** Why a call that still has other choices leaves this target alone; null when it need not. */
export function sickReason(
  health: TargetHealth,
  nowMs: number,
  random: () => number,
): SkipReason | null {
  const { breaker } = health;
  switch (breaker.state) {
    case "open":
      if (nowMs < breaker.untilMs) {
        return "open";
      }
      break;
    case "half_open":
      if (breaker.trial !== null) {
        return "trial_in_flight";
      }
      break;
    case "ramp":
      if (random() >= rampShare) {
        return "ramp";
      }
      break;
    case "closed":
      break;
  }
  if (labelOf(health) === "probe_down") {
    return "probe_down";
  }
  return health.rateLimitedUntilMs !== null && nowMs < health.rateLimitedUntilMs
    ? "rate_limited"
    : null;
}

function isHealthReason(reason: SkipReason): boolean {
  return (
    reason === "open" ||
    reason === "trial_in_flight" ||
    reason === "ramp" ||
    reason === "probe_down"
  );
}

function eligibleReason(
  health: TargetHealth,
  target: Target,
  constraints: CallConstraints,
  siblings: number,
  place: number,
): EligibleReason {
  if (health.breaker.state === "half_open" || health.breaker.state === "open") {
    return "trial";
  }
  if (siblings < 2) {
    return "chain_order";
  }
  if (place > 0) {
    return "slower_region";
  }
  return constraints.region === target.region ? "asked_region" : "fastest_region";
}
