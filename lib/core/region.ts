/** Which region of a model goes first: the fastest to its first token, changed only for a lasting, clear gain. */
import { isScarce } from "./capacity";
import type { SizeClass } from "./latency";
import type { Target } from "./types";
import { type TargetHealth, type World, healthOf, isObserved } from "./world";

/** Which region a model is served from, and who has been faster for how long. */
export type Preference = {
  targetId: string;
  measured: boolean;
  challengerId: string | null;
  wins: number;
  evaluatedMs: number;
};

/** A challenger must be this much faster, in ratio and in milliseconds, … */
const minGainRatio = 0.2;
const minGainMs = 20;
/** … at this many evaluations, this far apart. */
const evaluationsToSwitch = 3;
const evaluationEveryMs = 5_000;
/** One sample says little: the first one pays for its connection. */
export const samplesToCompare = 3;
const unmeasuredMs = 1e9;

function preferenceId(model: string, sizeClass: SizeClass): string {
  return `${model} ${String(sizeClass)}`;
}

/**
 * The targets of one chain entry in the order in which they should be asked: the preferred one, then by their time to
 * first token, unmeasured ones by the operator's priority. Those with little room left come behind those with more.
 */
export function regionOrder(
  world: World,
  model: string,
  sizeClass: SizeClass,
  targets: readonly Target[],
  nowMs: number,
): readonly Target[] {
  if (targets.length < 2) {
    return targets;
  }
  const preferredId = world.preferences.get(preferenceId(model, sizeClass))?.targetId;
  // Looked up once for each, not once for each comparison: this is on the path of every call.
  const ranked = targets.map((target) => ({
    target,
    scarcity: Number(isShort(healthOf(world, target), nowMs)),
    isOther: Number(target.id !== preferredId),
    ms: speedMs(world, target, sizeClass),
  }));
  ranked.sort(
    (a, b) =>
      a.scarcity - b.scarcity ||
      a.isOther - b.isOther ||
      a.ms - b.ms ||
      a.target.regionPriority - b.target.regionPriority,
  );
  return ranked.map(({ target }) => target);
}

function isShort(health: TargetHealth, nowMs: number): boolean {
  return isScarce(health.capacity, nowMs) && !isObserved(health, "capacity");
}

/** Forgets the preferences of a model that nobody asks for any more. */
export function forgetPreferences(world: World, model: string): void {
  for (const sizeClass of [0, 1, 2, 3] as const) {
    world.preferences.delete(preferenceId(model, sizeClass));
  }
}

/** Looks at the regions of an entry again when that is due; the only place where a preference moves. */
export function considerRegions(
  world: World,
  model: string,
  sizeClass: SizeClass,
  targets: readonly Target[],
  nowMs: number,
): void {
  if (targets.length < 2) {
    return;
  }
  const id = preferenceId(model, sizeClass);
  const preference = world.preferences.get(id);
  const held = targets.find((target) => target.id === preference?.targetId);
  if (preference === undefined || held === undefined) {
    const first = targets.toSorted((a, b) => a.regionPriority - b.regionPriority)[0];
    world.preferences.set(id, {
      targetId: first?.id ?? "",
      measured: false,
      challengerId: null,
      wins: 0,
      evaluatedMs: nowMs,
    });
    return;
  }
  evaluate(world, preference, held, targets, sizeClass, nowMs);
}

function evaluate(
  world: World,
  preference: Preference,
  held: Target,
  targets: readonly Target[],
  sizeClass: SizeClass,
  nowMs: number,
): void {
  const isDue = nowMs - preference.evaluatedMs >= evaluationEveryMs;
  if (preference.measured && !isDue) {
    return;
  }
  const measured = targets.filter((target) => isMeasured(world, target));
  const fastest = measured.toSorted(
    (a, b) =>
      speedMs(world, a, sizeClass) - speedMs(world, b, sizeClass) ||
      a.regionPriority - b.regionPriority,
  )[0];
  if (fastest === undefined || !measured.includes(held)) {
    return;
  }
  const isFaster = isClearlyFaster(
    speedMs(world, fastest, sizeClass),
    speedMs(world, held, sizeClass),
  );
  if (!preference.measured && measured.length === targets.length) {
    // The first time that everyone is measured there is no habit to protect.
    preference.measured = true;
    preference.evaluatedMs = nowMs;
    preference.targetId = isFaster ? fastest.id : preference.targetId;
    return;
  }
  if (!isDue) {
    return;
  }
  preference.evaluatedMs = nowMs;
  if (!isFaster) {
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

function isClearlyFaster(challengerMs: number, heldMs: number): boolean {
  const gainMs = heldMs - challengerMs;
  return gainMs >= minGainMs && gainMs >= minGainRatio * heldMs;
}

/** Whether a target's speed is known well enough to compare it. */
export function isMeasured(world: World, target: Target): boolean {
  return healthOf(world, target).speeds.some(
    (speed) => speed !== undefined && speed.samples >= samplesToCompare,
  );
}

/** The time to first token that a target is compared by: of the prompt's class, else of the nearest one measured. */
export function speedMs(world: World, target: Target, sizeClass: SizeClass): number {
  const { speeds } = healthOf(world, target);
  const own = speeds[sizeClass]?.ttftMs ?? null;
  if (own !== null) {
    return own;
  }
  let nearestMs = unmeasuredMs;
  let nearestAway = Number.POSITIVE_INFINITY;
  for (const [place, speed] of speeds.entries()) {
    const away = Math.abs(place - sizeClass);
    if (speed !== undefined && speed.ttftMs !== null && away < nearestAway) {
      nearestMs = speed.ttftMs;
      nearestAway = away;
    }
  }
  return nearestMs;
}

const warmForMs = 600_000;
const warmAtMost = 10_000;

function warmId(model: string, cacheKey: string): string {
  return `${model} ${cacheKey}`;
}

/** The target of `model` whose prompt cache is warm for this key; undefined when none is. */
export function warmTarget(
  world: World,
  model: string,
  cacheKey: string | null,
  nowMs: number,
): string | undefined {
  if (cacheKey === null) {
    return undefined;
  }
  const warm = world.warm.get(warmId(model, cacheKey));
  return warm !== undefined && nowMs < warm.untilMs ? warm.targetId : undefined;
}

/** Remembers where a prompt's cache is warm now; the oldest memory goes when there are too many. */
export function rememberWarm(world: World, target: Target, cacheKey: string, nowMs: number): void {
  const id = warmId(target.model, cacheKey);
  world.warm.delete(id);
  world.warm.set(id, { targetId: target.id, untilMs: nowMs + warmForMs });
  if (world.warm.size > warmAtMost) {
    const oldest = world.warm.keys().next();
    if (oldest.done === false) {
      world.warm.delete(oldest.value);
    }
  }
}
