/** How the targets that a call may use stand to each other at one moment. */
import type { CallSpec } from "./events";
import { type SizeClass, recentTtftMs, sizeClassOf } from "./latency";
import { failureRatio } from "./opening";
import type { Candidate } from "./plan";
import { type Luck, type Sickness, sickness } from "./sickness";
import { type TargetHealth, type World, healthOf, isObserved } from "./world";

export type Standing = {
  readonly candidate: Candidate;
  readonly health: TargetHealth;
  /** What is wrong with it beside the others; null when it goes where the operator put it. */
  readonly sick: Sickness | null;
};

/**
 * The candidates with what is wrong with each. Two things depend on the others: a DEGRADED target keeps its place unless
 * one of them is clearly better, and a HALF_OPEN one gets its trial only from a call that has somewhere else to go.
 */
export function standings(
  world: World,
  spec: CallSpec,
  luck: Luck,
  candidates: readonly Candidate[],
  nowMs: number,
): readonly Standing[] {
  const all = candidates.map((candidate): Standing => {
    const health = healthOf(world, candidate.target);
    return { candidate, health, sick: sickness(health, spec, luck, nowMs) };
  });
  if (all.every((one) => one.sick === null && !isTrial(one.health))) {
    return all;
  }
  const well = all.filter((one) => one.sick === null && !isTrial(one.health));
  return all.map((one): Standing => {
    if (one.sick === null) {
      return isTrial(one.health) && well.length === 0
        ? { ...one, sick: { grade: "broken", reason: "trial_needs_fallback" } }
        : one;
    }
    const isOutdone =
      one.sick.reason !== "degraded" ||
      well.some((other) => isClearlyBetter(other.health, one.health, spec, nowMs));
    return isOutdone ? one : { ...one, sick: null };
  });
}

/** Whether one of the candidates is well, as `standings` would find. */
export function hasWell(
  world: World,
  spec: CallSpec,
  luck: Luck,
  candidates: readonly Candidate[],
  nowMs: number,
): boolean {
  const isPlainlyWell = ({ target }: Candidate): boolean => {
    const health = healthOf(world, target);
    return !isTrial(health) && sickness(health, spec, luck, nowMs) === null;
  };
  // Nearly always the first one is, and then nothing has to be compared.
  return (
    candidates.some(isPlainlyWell) ||
    standings(world, spec, luck, candidates, nowMs).some((one) => one.sick === null)
  );
}

/** Whether a call at this target would be a trial: of itself, or of its place. */
export function isTrial(health: TargetHealth): boolean {
  const { circuit, place } = health;
  return (
    circuit.breaker.state === "half_open" ||
    (place.circuit.breaker.state === "half_open" && !isObserved(health, "region"))
  );
}

/** A sign of life this recent makes a target one to migrate to. */
const aliveMs = 5_000;

/** Whether the target has just shown that it lives: by a byte, or by a passed probe. */
export function isAlive({ speeds, probe }: TargetHealth, nowMs: number): boolean {
  const byteMs = speeds.map((speed) => speed?.lastByteMs ?? null);
  return [...byteMs, probe.passedMs].some((atMs) => atMs !== null && nowMs - atMs <= aliveMs);
}

/** Among those that are not quite well, the ones that do not answer come last. */
export function doubtfulInOrder(all: readonly Standing[]): readonly Standing[] {
  const doubtful = all.filter((one) => one.sick?.grade === "doubtful");
  const isSuspect = (one: Standing): boolean => one.sick?.reason === "suspect";
  return [...doubtful.filter((one) => !isSuspect(one)), ...doubtful.filter(isSuspect)];
}

/** A DEGRADED target goes behind another only if that one is this much better. */
const betterFactor = 2;

function isClearlyBetter(
  other: TargetHealth,
  health: TargetHealth,
  spec: CallSpec,
  nowMs: number,
): boolean {
  if (health.degraded?.cause === "failures") {
    const own = failureRatio(health.circuit.window, nowMs) ?? 1;
    return (failureRatio(other.circuit.window, nowMs) ?? 0) * betterFactor <= own;
  }
  const sizeClass = sizeClassOf(spec.needs.promptTokens);
  const ownMs = speedNowMs(health, sizeClass);
  const otherMs = speedNowMs(other, sizeClass);
  return ownMs === null || otherMs === null || otherMs * betterFactor <= ownMs;
}

function speedNowMs(health: TargetHealth, sizeClass: SizeClass): number | null {
  const speed = health.speeds[sizeClass];
  return speed === undefined ? null : (recentTtftMs(speed) ?? speed.ttftMs);
}
