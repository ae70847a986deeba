/**
 * SUSPECT: streaming calls wait on a target and none has a byte.
 *
 * Timeouts alone would let every call of the first seconds wait for its own; silence is seen from all of them together.
 */
import type { Decision } from "./events";
import { type SizeClass, ttftMsP99 } from "./latency";
import { type Attempt, type TargetHealth, type World, isObserved, speedOf } from "./world";

const minWaiting = 3;
const minSilenceMs = 3_000;
const silenceFactor = 3;
/** Two targets whose silence began this close to each other have a cause in common. */
const togetherMs = 2_000;
/** Our own fault is not believed in for longer than this. */
const massSilenceAtMostMs = 10_000;
const activeMs = 10_000;
const suspectProbeMs = 2_000;
const reasoningSilenceMs = 30_000;
const reasoningProbeEveryMs = 30_000;
const reasoningFailures = 2;

/** How long a class may be silent before that is a sign; an unknown one half of its time limit. */
export function silenceLimitMs(health: TargetHealth, attempt: Attempt): number {
  const p99Ms = ttftMsP99(speedOf(health, attempt.sizeClass));
  const learnedMs = p99Ms === null ? attempt.times.firstMs / 2 : silenceFactor * p99Ms;
  return Math.max(minSilenceMs, learnedMs);
}

type Quiet = {
  readonly health: TargetHealth;
  readonly sinceMs: number;
  readonly limitMs: number;
};

/** Looks at everything that waits; called with every tick. */
export function watchSilence(
  world: World,
  nowMs: number,
  out: Decision[],
  suspect: (health: TargetHealth, silentMs: number) => void,
): void {
  const quiet: Quiet[] = [];
  let active = 0;
  for (const health of world.targets.values()) {
    if (isActive(health, nowMs)) {
      active += 1;
      quiet.push(...quietOf(health, nowMs));
    }
    watchReasoning(health, nowMs, out);
  }
  if (isOurs(world, quiet, active, nowMs)) {
    return;
  }
  for (const one of quiet) {
    judge(one, nowMs, out, suspect);
  }
}

function isActive(health: TargetHealth, nowMs: number): boolean {
  return (
    health.waiting.size > 0 ||
    health.speeds.some((speed) => speed?.lastByteMs != null && nowMs - speed.lastByteMs < activeMs)
  );
}

/** The target when one of its classes has been quiet for half of the limit or longer. */
function quietOf(health: TargetHealth, nowMs: number): readonly Quiet[] {
  if (health.waiting.size < minWaiting || health.silence.suspectMs !== null) {
    return [];
  }
  for (const [sizeClass, attempts] of bySize(health.waiting)) {
    const oldest = attempts[0];
    const third = attempts[minWaiting - 1];
    if (oldest === undefined || third === undefined) {
      continue;
    }
    const limitMs = silenceLimitMs(health, oldest);
    const lastByteMs = health.speeds[sizeClass]?.lastByteMs ?? 0;
    const sinceMs = Math.max(oldest.startMs, lastByteMs, health.probe.passedMs ?? 0);
    // Three calls that have all just started are no silence.
    const isLong = nowMs - third.startMs >= limitMs / silenceFactor;
    if (isLong && nowMs - sinceMs >= limitMs / 2) {
      return [{ health, sinceMs, limitMs }];
    }
  }
  health.silence.probeAskedMs = null;
  return [];
}

/** Attempts are kept in the order in which they started. */
function bySize(waiting: ReadonlySet<Attempt>): ReadonlyMap<SizeClass, readonly Attempt[]> {
  const classes = new Map<SizeClass, Attempt[]>();
  for (const attempt of waiting) {
    const own = classes.get(attempt.sizeClass);
    if (own === undefined) {
      classes.set(attempt.sizeClass, [attempt]);
    } else {
      own.push(attempt);
    }
  }
  return classes;
}

/** Whether most of what is in use went silent at once, at more than one provider: then the fault is on our side. */
function isOurs(world: World, quiet: readonly Quiet[], active: number, nowMs: number): boolean {
  const silent = quiet.filter((one) => nowMs - one.sinceMs >= one.limitMs);
  const providers = new Set(silent.map((one) => one.health.target.provider));
  const begins = silent.map((one) => one.sinceMs);
  const isMass =
    providers.size > 1 &&
    2 * silent.length > active &&
    Math.max(...begins) - Math.min(...begins) <= togetherMs;
  if (!isMass) {
    world.massSilenceMs = null;
    return false;
  }
  world.massSilenceMs ??= nowMs;
  return nowMs - world.massSilenceMs < massSilenceAtMostMs;
}

function judge(
  { health, sinceMs, limitMs }: Quiet,
  nowMs: number,
  out: Decision[],
  suspect: (health: TargetHealth, silentMs: number) => void,
): void {
  const { silence, target } = health;
  if (silence.probeAskedMs === null) {
    silence.probeAskedMs = nowMs;
    out.push({ type: "probe", target, afterMs: 0 });
  }
  if (nowMs - sinceMs >= limitMs) {
    suspect(health, nowMs - sinceMs);
  }
}

/** Makes the target SUSPECT and asks for its waiting calls back, once each. */
export function becomeSuspect(
  world: World,
  health: TargetHealth,
  nowMs: number,
  out: Decision[],
): void {
  health.silence.suspectMs = nowMs;
  health.silence.probeAskedMs = null;
  out.push({ type: "probe", target: health.target, afterMs: suspectProbeMs });
  if (isObserved(health, "suspect")) {
    return;
  }
  for (const attempt of health.waiting) {
    migrate(world, attempt, out);
  }
}

function migrate(world: World, attempt: Attempt, out: Decision[]): void {
  const course = world.calls.get(attempt.call);
  if (course !== undefined && !course.migrated && course.plan.candidates.length > 1) {
    course.migrated = true;
    out.push({ type: "migrate", attempt: attempt.id });
  }
}

/** A life sign of the target after it became SUSPECT. */
export function endSilence(health: TargetHealth): void {
  health.silence.suspectMs = null;
  health.silence.probeAskedMs = null;
}

/** A thinking model may be silent for minutes: it is asked how it is instead. */
function watchReasoning(health: TargetHealth, nowMs: number, out: Decision[]): void {
  for (const attempt of health.waiting) {
    if (!attempt.reasoning || nowMs - attempt.startMs < reasoningSilenceMs) {
      continue;
    }
    const asked = attempt.silenceProbes;
    if (asked === null || nowMs - asked.askedMs >= reasoningProbeEveryMs) {
      attempt.silenceProbes = { askedMs: nowMs, failures: asked?.failures ?? 0 };
      out.push({ type: "probe", target: health.target, afterMs: 0 });
    }
  }
}

/** A probe's word to the thinking attempts that had it asked: two failures, and they move. */
export function tellReasoning(
  world: World,
  health: TargetHealth,
  passed: boolean,
  out: Decision[],
): void {
  for (const attempt of health.waiting) {
    if (attempt.silenceProbes === null) {
      continue;
    }
    attempt.silenceProbes.failures = passed ? 0 : attempt.silenceProbes.failures + 1;
    if (attempt.silenceProbes.failures >= reasoningFailures && !isObserved(health, "suspect")) {
      migrate(world, attempt, out);
    }
  }
}

/** Whether a caller that left after so long has shown enough patience to make the target worth a look. */
export function isTellingDeparture(health: TargetHealth, attempt: Attempt, nowMs: number): boolean {
  const p99Ms = ttftMsP99(speedOf(health, attempt.sizeClass)) ?? 0;
  return attempt.headMs === null && nowMs - attempt.startMs >= Math.max(minSilenceMs, p99Ms);
}
