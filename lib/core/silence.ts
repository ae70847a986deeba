/**
 * SUSPECT: streaming calls wait on a target and none has a byte.
 *
 * Timeouts alone would let every call of the first seconds wait for its own; silence is seen from all of them together.
 */
import { untriedCandidates } from "./course";
import type { Decision } from "./events";
import { type SizeClass, ttftMsP99 } from "./latency";
import { isAlive, standings } from "./standing";
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
/** Time is seen in ticks: what was asked for at one comes due at another. */
const tickMs = 250;
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
      quiet.push(...quietOf(world, health, nowMs));
    }
    watchReasoning(health, nowMs, out);
  }
  noteMassSilence(world, quiet, active, nowMs);
  for (const one of quiet) {
    confirm(world, one, nowMs, out);
    if (isProven(one, nowMs) && !isOurSilence(world, nowMs)) {
      suspect(one.health, nowMs - one.sinceMs);
    }
  }
  for (const health of world.targets.values()) {
    migrateWaiting(world, health, nowMs, out);
  }
}

function isActive(health: TargetHealth, nowMs: number): boolean {
  return (
    health.waiting.size > 0 ||
    health.speeds.some(
      (speed) => nowMs - (speed?.lastByteMs ?? Number.NEGATIVE_INFINITY) < activeMs,
    )
  );
}

/** The target when one of its classes has been quiet for half of the limit or longer. */
function quietOf(world: World, health: TargetHealth, nowMs: number): readonly Quiet[] {
  if (health.silence.suspectMs !== null) {
    return [];
  }
  const classes = health.waiting.size < minWaiting ? [] : bySize(health.waiting);
  for (const [sizeClass, attempts] of classes) {
    const oldest = attempts[0];
    const third = attempts[minWaiting - 1];
    if (oldest === undefined || third === undefined) {
      continue;
    }
    const limitMs = silenceLimitMs(health, oldest);
    const lastByteMs = health.speeds[sizeClass]?.lastByteMs ?? 0;
    const lifeMs = Math.max(lastByteMs, health.probe.passedMs ?? 0);
    // While our own loop stood still, nobody was silent: the wait begins again.
    const sinceMs = Math.max(oldest.startMs, lifeMs, world.frozenUntilMs);
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

/** Notes whether most of what is in use went silent at once, at more than one provider. */
function noteMassSilence(
  world: World,
  quiet: readonly Quiet[],
  active: number,
  nowMs: number,
): void {
  const providers = new Set(quiet.map((one) => one.health.target.provider));
  const begins = quiet.map((one) => one.sinceMs);
  const isMass =
    providers.size > 1 &&
    2 * quiet.length > active &&
    Math.max(...begins) - Math.min(...begins) <= togetherMs;
  world.massSilenceMs = isMass ? (world.massSilenceMs ?? nowMs) : null;
}

/** Whether what the wires say now is our own fault: our loop stood still, or everybody fell silent at once. */
export function isOurSilence({ frozenUntilMs, massSilenceMs }: World, nowMs: number): boolean {
  const isMass = massSilenceMs !== null && nowMs - massSilenceMs < massSilenceAtMostMs;
  return isMass || nowMs < frozenUntilMs;
}

/** Asks for the confirming probe, once, and for one of whoever would take the calls over. */
function confirm(world: World, { health }: Quiet, nowMs: number, out: Decision[]): void {
  const { silence, target, waiting } = health;
  if (silence.probeAskedMs !== null) {
    return;
  }
  silence.probeAskedMs = nowMs;
  out.push({ type: "probe", target, afterMs: 0 });
  const heirs = new Map<string, TargetHealth>();
  for (const attempt of waiting) {
    const heir = heirsOf(world, attempt, nowMs)[0];
    if (heir !== undefined && !isAlive(heir, nowMs)) {
      heirs.set(heir.target.id, heir);
    }
  }
  for (const heir of heirs.values()) {
    out.push({ type: "probe", target: heir.target, afterMs: 0 });
  }
}

/** The whole limit has passed, and the confirming probe had its half of it. */
function isProven({ health, sinceMs, limitMs }: Quiet, nowMs: number): boolean {
  const askedMs = health.silence.probeAskedMs ?? nowMs;
  return nowMs - sinceMs >= limitMs && nowMs - askedMs >= limitMs / 2 - tickMs;
}

/** Makes the target SUSPECT; it is asked until it answers. */
export function becomeSuspect(health: TargetHealth, nowMs: number, out: Decision[]): void {
  health.silence.suspectMs = nowMs;
  health.silence.probeAskedMs = null;
  out.push({ type: "probe", target: health.target, afterMs: suspectProbeMs });
}

/** Asks the calls back that waited as the target became SUSPECT, as soon as there is somebody alive to take them. */
function migrateWaiting(world: World, health: TargetHealth, nowMs: number, out: Decision[]): void {
  const { suspectMs } = health.silence;
  if (suspectMs === null || isObserved(health, "suspect")) {
    return;
  }
  for (const attempt of health.waiting) {
    if (attempt.startMs <= suspectMs) {
      migrate(world, attempt, nowMs, out);
    }
  }
}

/** Once in a call's life, and only to a target that has just shown that it lives. */
function migrate(world: World, attempt: Attempt, nowMs: number, out: Decision[]): void {
  const course = world.calls.get(attempt.call);
  if (course === undefined || course.migrated || course.spec.needs.unrepeatable) {
    return;
  }
  const isTaker = (heir: TargetHealth): boolean =>
    isAlive(heir, nowMs) || heir.target.probe.mode === "off";
  if (heirsOf(world, attempt, nowMs).some(isTaker)) {
    course.migrated = true;
    out.push({ type: "migrate", attempt: attempt.id });
  }
}

/** Who is well and could take the attempt's call over, in the order of its plan. */
function heirsOf(world: World, attempt: Attempt, nowMs: number): readonly TargetHealth[] {
  const course = world.calls.get(attempt.call);
  if (course === undefined) {
    return [];
  }
  const others = untriedCandidates(world, course, nowMs).filter(
    ({ target }) => target.id !== attempt.health.target.id,
  );
  return standings(world, course.spec, course.luck, others, nowMs)
    .filter((one) => one.sick === null)
    .map((one) => one.health);
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
  nowMs: number,
  out: Decision[],
): void {
  for (const attempt of health.waiting) {
    if (attempt.silenceProbes === null) {
      continue;
    }
    attempt.silenceProbes.failures = passed ? 0 : attempt.silenceProbes.failures + 1;
    if (attempt.silenceProbes.failures >= reasoningFailures && !isObserved(health, "suspect")) {
      migrate(world, attempt, nowMs, out);
    }
  }
}

/** Whether a caller that left after so long has shown enough patience to make the target worth a look. */
export function isTellingDeparture(health: TargetHealth, attempt: Attempt, nowMs: number): boolean {
  const p99Ms = ttftMsP99(speedOf(health, attempt.sizeClass)) ?? 0;
  return attempt.contentMs === null && nowMs - attempt.startMs >= Math.max(minSilenceMs, p99Ms);
}
