/** Which region of a model goes first: the fastest to its first token, changed only for a lasting, clear gain. */
import { type Preference, type World, healthOf } from "./health";
import type { Target } from "./types";

/** A challenger must be this much faster, in ratio and in milliseconds, … */
const minGainRatio = 0.2;
const minGainMs = 20;
/** … at this many evaluations, this far apart. */
const evaluationsToSwitch = 3;
const evaluationEveryMs = 5_000;
/** One sample says little: the first one pays for its connection. */
export const samplesToCompare = 3;

/**
 * The targets of one chain entry in the order in which they should be asked.
 *
 * The preferred one is first; the others follow by their time to first token, unmeasured ones by the operator's region
 * priority. Changes `world.preferences` when an evaluation is due.
 */
export function regionOrder(
  world: World,
  model: string,
  targets: readonly Target[],
  nowMs: number,
): readonly Target[] {
  if (targets.length < 2) {
    return targets;
  }
  const ordered = targets.toSorted(
    (a, b) => speedMs(world, a) - speedMs(world, b) || a.regionPriority - b.regionPriority,
  );
  const fastest = ordered[0];
  if (fastest === undefined) {
    return ordered;
  }
  const preference = world.preferences.get(model);
  const held = targets.find((target) => target.id === preference?.targetId);
  if (preference === undefined || held === undefined) {
    world.preferences.set(model, newPreference(world, targets, nowMs));
    return regionOrderWith(ordered, targets, world.preferences.get(model)?.targetId);
  }
  evaluate(world, preference, held, fastest, targets, nowMs);
  return regionOrderWith(ordered, targets, preference.targetId);
}

function regionOrderWith(
  ordered: readonly Target[],
  targets: readonly Target[],
  preferredId: string | undefined,
): readonly Target[] {
  const preferred = targets.find((target) => target.id === preferredId);
  return preferred === undefined || ordered[0] === preferred
    ? ordered
    : [preferred, ...ordered.filter((target) => target !== preferred)];
}

function newPreference(world: World, targets: readonly Target[], nowMs: number): Preference {
  const byPriority = targets.toSorted(
    (a, b) => a.regionPriority - b.regionPriority || speedMs(world, a) - speedMs(world, b),
  );
  return {
    targetId: byPriority[0]?.id ?? "",
    measured: false,
    challengerId: null,
    wins: 0,
    evaluatedMs: nowMs,
  };
}

function evaluate(
  world: World,
  preference: Preference,
  held: Target,
  fastest: Target,
  targets: readonly Target[],
  nowMs: number,
): void {
  if (!preference.measured) {
    // The first time that everyone is measured there is no habit to protect.
    if (targets.every((target) => healthOf(world, target.id).ttftSamples >= samplesToCompare)) {
      preference.measured = true;
      if (clearlyFaster(world, fastest, held)) {
        preference.targetId = fastest.id;
      }
    }
    return;
  }
  if (nowMs - preference.evaluatedMs < evaluationEveryMs) {
    return;
  }
  preference.evaluatedMs = nowMs;
  if (fastest === held || !clearlyFaster(world, fastest, held)) {
    preference.challengerId = null;
    preference.wins = 0;
    return;
  }
  preference.wins = preference.challengerId === fastest.id ? preference.wins + 1 : 1;
  preference.challengerId = fastest.id;
  if (preference.wins >= evaluationsToSwitch) {
    preference.targetId = fastest.id;
    preference.challengerId = null;
    preference.wins = 0;
  }
}

function clearlyFaster(world: World, challenger: Target, held: Target): boolean {
  const gainMs = speedMs(world, held) - speedMs(world, challenger);
  return gainMs >= minGainMs && gainMs >= minGainRatio * speedMs(world, held);
}

/** Unmeasured targets come after measured ones, in the operator's order. */
function speedMs(world: World, target: Target): number {
  return healthOf(world, target.id).ttftMs ?? 1e9;
}
