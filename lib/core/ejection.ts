/** Ejection: when failures throw a target out, and when they only keep one key away from it. */
import { cutConcurrency } from "./capacity";
import { extendOpen, failureAsksFor, givePermitBack, openCircuit } from "./circuit";
import type { Failure } from "./classify";
import type { Decision } from "./events";
import { countDegraded, degradeIf, failingKeys, greyByFailures } from "./grey";
import {
  type Opening,
  degradedSample,
  failureRatio,
  minCounted,
  openingReason,
  runToOpen,
} from "./opening";
import { leavePlace } from "./places";
import { openProbeIntervalMs } from "./probes";
import { hasSeveralKeys, perSecond } from "./rate";
import { tell, tellObserved } from "./tell";
import { holdAt } from "./types";
import {
  type Attempt,
  type TargetHealth,
  type World,
  isFresh,
  isObserved,
  labelOfHealth,
} from "./world";
import { settle } from "./window";

/** One key's failures keep it away from the target for this long. */
export const avoidMs = 30_000;
const avoidedKept = 256;

/** The attempt failed by its target's fault: the opening rules decide whether the target is thrown out. */
export function failTarget(
  world: World,
  attempt: Attempt,
  failure: Failure,
  nowMs: number,
  random: () => number,
  out: Decision[],
): void {
  const { health } = attempt;
  leavePlace(attempt);
  if (!settle(health.circuit.window, attempt.start, "failed")) {
    return;
  }
  if (failure.overload) {
    cutConcurrency(health.capacity, health.inFlight + 1, nowMs);
  }
  countDegraded(health, true, nowMs, out);
  switch (failureAsksFor(health.circuit, attempt.id)) {
    case "nothing":
      extendOpen(health.circuit, health.target.breaker, failure.retryAfterMs ?? 0, nowMs);
      return;
    case "open":
      if (isOneKeysTrial(world, health, attempt.key, nowMs)) {
        health.trialFailedBy = attempt.key;
        givePermitBack(health.circuit, attempt.id);
        avoidFor(health, attempt.key, nowMs);
        out.push({ type: "probe", target: health.target, afterMs: 0 });
        return;
      }
      open(health, failure, { failures: 1 }, nowMs, random, out);
      return;
    case "weigh":
      weigh(world, attempt, failure, nowMs, random, out);
  }
}

function weigh(
  world: World,
  attempt: Attempt,
  failure: Failure,
  nowMs: number,
  random: () => number,
  out: Decision[],
): void {
  const { health } = attempt;
  const opening = openingOf(world, health, nowMs);
  if (opening === null) {
    const isShared = !hasSeveralKeys(world.keys, nowMs) || failingKeys(health) > 1;
    degradeIf(health, isShared ? greyByFailures(health, nowMs) : null, attempt, nowMs, out);
    return;
  }
  if (isOneKeys(world, health, opening, nowMs)) {
    avoidFor(health, attempt.key, nowMs);
    out.push({ type: "probe", target: health.target, afterMs: 0 });
    return;
  }
  open(health, failure, countersOf(opening), nowMs, random, out);
}

/** What opens this target's breaker now: a run of so many failures, or a ratio that is told from so many attempts. */
export function openingRule(
  world: World,
  health: TargetHealth,
  nowMs: number,
): { readonly run: number; readonly sample: number } {
  const { circuit, target, degraded } = health;
  // DEGRADED outlasts OPEN: a grey target that came back with all its calls would be thrown out again at once.
  const grey = isObserved(health, "degraded") ? null : degraded;
  const sample = grey === null ? minCounted : degradedSample;
  const ownRatio =
    grey === null ? undefined : (failureRatio(circuit.window, nowMs, sample) ?? grey.ratio);
  const fleetPerSecond = perSecond(health.rate, nowMs) * world.nodes;
  return { run: runToOpen(target.breaker.minThreshold, fleetPerSecond, ownRatio), sample };
}

function openingOf(world: World, health: TargetHealth, nowMs: number): Opening | null {
  const { run, sample } = openingRule(world, health, nowMs);
  return openingReason(
    health.circuit.window,
    run,
    nowMs,
    (ratio) => hasBetterAlternative(world, health, ratio, nowMs),
    sample,
  );
}

function countersOf({ rule, failed, counted, threshold }: Opening): Counters {
  return { rule, failures: failed, of: counted, threshold };
}

/**
 * A probe has failed: where one key's failures are enough and only a second witness was missing, the probe is it.
 *
 * A dead target must not stay because one key carries all its calls.
 */
export function bearOut(
  world: World,
  health: TargetHealth,
  nowMs: number,
  random: () => number,
  out: Decision[],
): void {
  const isAsked = [...health.avoided.values()].some((untilMs) => untilMs > nowMs);
  const { state } = health.circuit.breaker;
  if (!isAsked || state === "open" || !isProbeFailing(health, nowMs) || health.lastError === null) {
    return;
  }
  if (state !== "closed") {
    if (health.trialFailedBy !== null) {
      open(health, health.lastError, { failures: 1 }, nowMs, random, out);
    }
    return;
  }
  const opening = openingOf(world, health, nowMs);
  if (opening !== null && !isOneKeys(world, health, opening, nowMs)) {
    open(health, health.lastError, countersOf(opening), nowMs, random, out);
  }
}

/** Whether a CLOSED target that could take the calls fails less than half as often. */
function hasBetterAlternative(
  world: World,
  health: TargetHealth,
  ratio: number,
  nowMs: number,
): boolean {
  const peers = world.snapshot.peers.get(health.target.model);
  for (const other of world.targets.values()) {
    if (
      other !== health &&
      (other.target.model === health.target.model || peers?.has(other.target.model) === true) &&
      holdAt(world.snapshot, other.target, nowMs) === null &&
      labelOfHealth(other, nowMs) === "closed" &&
      2 * (failureRatio(other.circuit.window, nowMs) ?? 0) < ratio
    ) {
      return true;
    }
  }
  return false;
}

/** Whether only one of several keys has these failures, and no probe bears it out. */
function isOneKeys(world: World, health: TargetHealth, opening: Opening, nowMs: number): boolean {
  return (
    hasSeveralKeys(world.keys, nowMs) &&
    opening.keys.size < 2 &&
    !(isProbeFailing(health, nowMs) && !hasServedOthers(health, opening))
  );
}

/** Whether a trial or a ramp failed while probes pass, by one key of several: another is to try before it opens again. */
function isOneKeysTrial(world: World, health: TargetHealth, key: string, nowMs: number): boolean {
  const { probe, trialFailedBy } = health;
  return (
    hasSeveralKeys(world.keys, nowMs) &&
    probe.verdict === "pass" &&
    isFresh(probe, health, nowMs) &&
    (trialFailedBy === null || trialFailedBy === key)
  );
}

function isProbeFailing(health: TargetHealth, nowMs: number): boolean {
  const { probe, lastSuccessMs } = health;
  return (
    probe.verdict === "fail" &&
    isFresh(probe, health, nowMs) &&
    !isObserved(health, "probes") &&
    (lastSuccessMs === null || (probe.failedMs ?? 0) >= lastSuccessMs)
  );
}

/** Whether other keys got answers while this one failed: then one failing probe more is no proof. */
function hasServedOthers({ circuit }: TargetHealth, { failed, keys }: Opening): boolean {
  const { entries } = circuit.window;
  let left = failed;
  for (let index = entries.length - 1; index >= 0 && left > 0; index -= 1) {
    const entry = entries[index];
    if (entry?.verdict === "ok" && !keys.has(entry.key)) {
      return true;
    }
    left -= Number(entry?.verdict === "failed");
  }
  return false;
}

function avoidFor(health: TargetHealth, key: string, nowMs: number): void {
  if (isObserved(health, "opening")) {
    return;
  }
  if (health.avoided.size >= avoidedKept) {
    health.avoided.clear();
  }
  health.avoided.set(key, nowMs + avoidMs);
}

type Counters = Readonly<Record<string, string | number>>;
type Cause = Pick<Failure, "status" | "message"> & {
  readonly reason: string;
  readonly retryAfterMs?: number | null;
};

function open(
  health: TargetHealth,
  failure: Cause,
  counters: Counters,
  nowMs: number,
  random: () => number,
  out: Decision[],
): void {
  const { circuit, target } = health;
  const evidence = { ...counters, status: failure.status, message: failure.message };
  if (isObserved(health, "opening")) {
    tellObserved(health, "open", "opening", failure.reason, evidence, nowMs, out);
    return;
  }
  const before = labelOfHealth(health, nowMs);
  health.trialFailedBy = null;
  // It is the target's fault then, and no key's: nobody is kept away once it is well again.
  health.avoided.clear();
  openCircuit(circuit, target.breaker, failure.retryAfterMs ?? 0, nowMs, random());
  tell(health, before, "opening", failure.reason, evidence, nowMs, out);
  out.push({ type: "probe", target, afterMs: openProbeIntervalMs(health, nowMs) });
}
