/** Why a call may not, or would rather not, use a target. */
import { type Capacity, isFull, limitedUntilMs } from "./capacity";
import { hasFreePermit } from "./circuit";
import type { CallSpec } from "./events";
import { type Snapshot, type Target, holdAt } from "./types";
import { type TargetHealth, isObserved, isPlaceDown, isProbeDown } from "./world";

/** Hard: these hold whatever happens, in panic and in every resumption. */
export type BarReason =
  | "disabled"
  | "draining"
  | "model_not_allowed"
  | "region_not_allowed"
  | "region_not_asked"
  | "lacks_tools"
  | "lacks_vision"
  | "lacks_json"
  | "context_too_small"
  | "other_account";

/** Broken as far as we know: only in panic. */
export type BrokenReason =
  | "credential_dead"
  | "region_down"
  | "blocked"
  | "open"
  | "trial_in_flight"
  | "trial_needs_fallback"
  | "probe_down";

/** Well enough, but others go first. */
export type DoubtfulReason =
  "suspect" | "degraded" | "ramp" | "key_avoided" | "at_concurrency_limit";

export type Sickness =
  | { readonly grade: "broken"; readonly reason: BrokenReason }
  | { readonly grade: "limited"; readonly reason: "rate_limited"; readonly untilMs: number }
  | { readonly grade: "doubtful"; readonly reason: DoubtfulReason };

/** What a call drew once: whether it is among the few that a RAMP or a DEGRADED target keeps. Numbers in 0..1. */
export type Luck = { readonly ramp: number; readonly degraded: number };

/** Of eligible calls, the share that a target in RAMP takes, … */
const rampShare = 0.1;
/** … and one that is DEGRADED keeps, but no less than a call each … */
const degradedShare = 0.05;
const degradedEveryMs = 10_000;
/** A prompt is only estimated: a context window is called too small when it is clearly so. */
const contextTolerance = 1.25;

/** The hard filters; null when the call may use the target. */
export function barReason(
  snapshot: Snapshot,
  target: Target,
  { constraints, needs }: CallSpec,
  nowMs: number,
): BarReason | null {
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
  const { tools, vision, json, contextTokens } = target.capabilities;
  if (needs.tools && tools === false) {
    return "lacks_tools";
  }
  if (needs.vision && vision === false) {
    return "lacks_vision";
  }
  if (needs.json && json === false) {
    return "lacks_json";
  }
  return contextTokens !== null && needs.promptTokens > contextTolerance * contextTokens
    ? "context_too_small"
    : null;
}

/** What is wrong with the target for this call now; null when nothing is. */
export function sickness(
  health: TargetHealth,
  spec: CallSpec,
  luck: Luck,
  nowMs: number,
): Sickness | null {
  const broken = brokenReason(health, nowMs);
  if (broken !== null) {
    return { grade: "broken", reason: broken };
  }
  const untilMs = limitedUntilMs(health.capacity, spec.needs.promptTokens, nowMs);
  if (untilMs !== null && !isObserved(health, "capacity")) {
    return { grade: "limited", reason: "rate_limited", untilMs };
  }
  const doubtful = doubtfulReason(health, spec, luck, nowMs);
  return doubtful === null ? null : { grade: "doubtful", reason: doubtful };
}

function brokenReason(health: TargetHealth, nowMs: number): BrokenReason | null {
  if (health.account.state === "dead" && !isObserved(health, "credential")) {
    return "credential_dead";
  }
  const { place } = health;
  if (!isObserved(health, "region")) {
    if (isPlaceDown(health, nowMs)) {
      return "region_down";
    }
    if (place.circuit.breaker.state === "half_open" && !hasFreePermit(place.circuit)) {
      return "region_down";
    }
  }
  if (health.blocked !== null && !isObserved(health, "access")) {
    return "blocked";
  }
  const { breaker } = health.circuit;
  if (breaker.state === "open") {
    return "open";
  }
  if (breaker.state === "half_open" && breaker.trial !== null) {
    return "trial_in_flight";
  }
  return isProbeDown(health, nowMs) && !isObserved(health, "probes") ? "probe_down" : null;
}

function doubtfulReason(
  health: TargetHealth,
  spec: CallSpec,
  luck: Luck,
  nowMs: number,
): DoubtfulReason | null {
  if (health.silence.suspectMs !== null && !isObserved(health, "suspect")) {
    return "suspect";
  }
  if (health.circuit.breaker.state === "ramp" && luck.ramp >= rampShare) {
    return "ramp";
  }
  if ((health.avoided.get(spec.key) ?? 0) > nowMs) {
    return "key_avoided";
  }
  if (isTooFull(health.capacity, health)) {
    return "at_concurrency_limit";
  }
  const { degraded } = health;
  return degraded !== null &&
    !isObserved(health, "degraded") &&
    luck.degraded >= degradedShare &&
    nowMs - degraded.servedMs < degradedEveryMs
    ? "degraded"
    : null;
}

function isTooFull(capacity: Capacity, health: TargetHealth): boolean {
  return isFull(capacity, health.inFlight) && !isObserved(health, "capacity");
}
