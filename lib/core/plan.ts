/**
 * The order in which a call may try its targets, and why others are left out or put off.
 *
 * A plan is a *reading* of the world at one moment, kept for the log and for `route:explain`; it changes nothing. Every
 * attempt reads the world again.
 */
import type { CallSpec, Evidence } from "./events";
import { sizeClassOf } from "./latency";
import { regionOrder, warmTarget } from "./region";
import {
  type BarReason,
  type BrokenReason,
  type DoubtfulReason,
  type Luck,
  barReason,
} from "./sickness";
import { type Standing, isTrial, standings } from "./standing";
import type { Entry, Target } from "./types";
import { type TargetHealth, type World, healthOf, isObserved } from "./world";

export type SkipReason = BarReason | BrokenReason | DoubtfulReason | "rate_limited";

export type EligibleReason =
  | "chain_order"
  | "fastest_region"
  | "asked_region"
  | "warm_cache"
  | "slower_region"
  | "trial"
  | "ramp_share"
  | "degraded_share";

export type PlanEntry = {
  readonly target: string;
  readonly decision: "eligible" | "skipped";
  readonly reason: SkipReason | EligibleReason;
  /** The counters that put it where it is; they stay the same for as long as it stays there. */
  readonly counters?: Evidence;
};

export type Candidate = {
  readonly target: Target;
  /** Place of its model in the chain, from 0. */
  readonly entryIndex: number;
};

export type Plan = {
  /** Enabled, allowed, capable targets in the order of the chain; the sick ones among them too, for panic. */
  readonly candidates: readonly Candidate[];
  readonly entries: readonly PlanEntry[];
  /** The first eligible target was passed over for its health. */
  readonly avoided: boolean;
};

/** The plan of one call at `nowMs`. */
export function planCall(world: World, spec: CallSpec, luck: Luck, nowMs: number): Plan {
  const candidates: Candidate[] = [];
  const places: Place[] = [];
  const chain = spec.constraints.fallback ? spec.route.entries : spec.route.entries.slice(0, 1);
  for (const [entryIndex, entry] of chain.entries()) {
    for (const target of entryOrder(world, spec, entry, nowMs)) {
      const bar = barOf(world, spec, target, candidates, nowMs);
      places.push({ target, entry, bar });
      if (bar === null) {
        candidates.push({ target, entryIndex });
      }
    }
  }
  const standing = standings(world, spec, luck, candidates, nowMs);
  const firstWell = standing.findIndex((one) => one.sick === null);
  const avoided =
    firstWell > 0 && standing.slice(0, firstWell).some((one) => one.sick?.grade !== "limited");
  return { candidates, entries: planEntries(world, spec, places, standing, nowMs), avoided };
}

type Place = { readonly target: Target; readonly entry: Entry; readonly bar: BarReason | null };

function planEntries(
  world: World,
  spec: CallSpec,
  places: readonly Place[],
  standing: readonly Standing[],
  nowMs: number,
): readonly PlanEntry[] {
  const seen = new Set<Entry>();
  let next = 0;
  return places.map(({ target, entry, bar }): PlanEntry => {
    if (bar !== null) {
      return { target: target.id, decision: "skipped", reason: bar };
    }
    const one = standing[next];
    next += 1;
    const health = healthOf(world, target);
    const sick = one?.sick ?? null;
    if (sick !== null) {
      return skipped(health, sick.reason);
    }
    const isFirst = !seen.has(entry);
    seen.add(entry);
    const reason = eligibleReason(world, spec, health, entry, isFirst, nowMs);
    return { target: target.id, decision: "eligible", reason };
  });
}

/** Targets of an entry: the asked region first, then where the prompt's cache is warm, then the fastest. */
function entryOrder(
  world: World,
  { needs, constraints }: CallSpec,
  entry: Entry,
  nowMs: number,
): readonly Target[] {
  const sizeClass = sizeClassOf(needs.promptTokens);
  const ordered = regionOrder(world, entry.model, sizeClass, entry.targets, nowMs);
  const warmId = warmTarget(world, entry.model, needs.promptCacheKey, nowMs);
  const { region } = constraints;
  if (warmId === undefined && region === null) {
    return ordered;
  }
  const rank = (target: Target): number => {
    if (target.region === region) {
      return 0;
    }
    return target.id === warmId ? 1 : 2;
  };
  return ordered.toSorted((a, b) => rank(a) - rank(b));
}

function barOf(
  world: World,
  spec: CallSpec,
  target: Target,
  before: readonly Candidate[],
  nowMs: number,
): BarReason | null {
  const first = before[0]?.target;
  const isElsewhere =
    first !== undefined &&
    (first.provider !== target.provider || first.credential !== target.credential);
  return spec.needs.pinned && isElsewhere
    ? "other_account"
    : barReason(world.snapshot, target, spec, nowMs);
}

function skipped(health: TargetHealth, reason: SkipReason): PlanEntry {
  const entry = { target: health.target.id, decision: "skipped", reason } as const;
  return health.why === null ? entry : { ...entry, counters: health.why.evidence };
}

function eligibleReason(
  world: World,
  { needs, constraints }: CallSpec,
  health: TargetHealth,
  entry: Entry,
  isFirst: boolean,
  nowMs: number,
): EligibleReason {
  const { target, circuit, degraded } = health;
  if (isTrial(health)) {
    return "trial";
  }
  if (circuit.breaker.state === "ramp") {
    return "ramp_share";
  }
  if (degraded !== null && !isObserved(health, "degraded")) {
    return "degraded_share";
  }
  if (entry.targets.length < 2) {
    return "chain_order";
  }
  if (constraints.region === target.region) {
    return "asked_region";
  }
  if (warmTarget(world, entry.model, needs.promptCacheKey, nowMs) === target.id) {
    return "warm_cache";
  }
  return isFirst ? "fastest_region" : "slower_region";
}
