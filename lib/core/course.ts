/** The course of one call over its plan: which attempt comes next, when it waits, and when there is nothing left. */
import { limitedUntilMs, waitForRoomMs } from "./capacity";
import { callMs, minAttemptMs } from "./deadline";
import type { AttemptHow, CallSpec, FinishWhy, Resume, TriedAttempt } from "./events";
import type { Candidate, Plan } from "./plan";
import type { Luck } from "./sickness";
import { barReason } from "./sickness";
import { type Standing, doubtfulInOrder, hasWell, isAlive, isTrial, standings } from "./standing";
import type { Target } from "./types";
import { recentTally } from "./window";
import { type TargetHealth, type World, healthOf, isObserved } from "./world";

export type Course = {
  readonly spec: CallSpec;
  readonly plan: Plan;
  readonly luck: Luck;
  readonly startedMs: number;
  readonly attemptsAtMost: number;
  /** Failed attempts, in order. */
  readonly tried: TriedAttempt[];
  /** How the newest attempt ended; null while none has. */
  last: "failed" | "migrated" | "left" | null;
  /** Models whose text the caller has. */
  readonly authors: Set<string>;
  /** Targets that were asked and taken back: not asked again while others are left. */
  readonly left: Set<string>;
  /** Targets whose failure by this call has counted. */
  readonly counted: Set<string>;
  started: number;
  /** The same target, after a pause. */
  retry: Candidate | null;
  /** Waits for this target's capacity. */
  waitingFor: TargetHealth | null;
  waited: boolean;
  migrated: boolean;
  resumed: number;
};

export type Step =
  | {
      readonly kind: "attempt";
      readonly candidate: Candidate;
      readonly how: AttemptHow;
      readonly splice: "prefill" | "restart" | null;
      /** Somebody healthy could take over. */
      readonly healthyFollows: boolean;
    }
  | { readonly kind: "pause"; readonly forMs: number; readonly why: "retry" | "capacity" }
  | { readonly kind: "finish"; readonly why: FinishWhy; readonly retryInMs: number | null };

/** Attempts on one provider × model while another one is still untried. */
const attemptsPerPair = 2;
/** In panic a target that may be broken takes no more than this at a time, until one call succeeds. */
const panicAtMost = 10;
/** A same-target retry waits up to a fifth longer or shorter; a provider's Retry-After only longer. */
const retryJitter = 0.2;
const retryAfterJitter = 0.1;
/** Same-target retries: at most this share of the last 10 s, and a few besides. */
const retryShare = 0.2;
const retriesBesides = 3;
const capacityWaitMs = 10_000;
const resumptionsAtMost = 2;

/** A call that begins. `attempts` may grow with the plan, so that no outage can use up a call's tries. */
export function beginCourse(spec: CallSpec, plan: Plan, luck: Luck, nowMs: number): Course {
  const pairs = new Set(plan.candidates.map(({ target }) => target.pair)).size;
  return {
    spec,
    plan,
    luck,
    startedMs: nowMs,
    attemptsAtMost: Math.max(spec.limits.attempts, pairs + 1),
    tried: [],
    last: null,
    authors: new Set(),
    left: new Set(),
    counted: new Set(),
    started: 0,
    retry: null,
    waitingFor: null,
    waited: false,
    migrated: false,
    resumed: 0,
  };
}

/** Milliseconds that the call has left at `target`. */
export function leftMs(course: Course, target: Target, nowMs: number): number {
  return course.startedMs + callMs(course.spec, target) - nowMs;
}

/** What the call does next at `nowMs`, from what it has tried and from the world as it is now. */
export function nextStep(
  world: World,
  course: Course,
  resume: Resume | null,
  nowMs: number,
  random: () => number,
): Step {
  const hasWaited = stopWaiting(course);
  const open = openCandidates(world, course, nowMs);
  if (resume !== null) {
    return resumption(world, course, open, nowMs);
  }
  const ended = endOf(course, open, nowMs);
  if (ended !== null) {
    return { kind: "finish", why: ended, retryInMs: null };
  }
  return (
    pausedRetry(world, course, open, hasWaited, nowMs) ??
    sameTargetAgain(world, course, open, nowMs, random) ??
    otherTarget(world, course, open, nowMs, random)
  );
}

/** Gives the place among the waiting calls back; whether the call had one. */
function stopWaiting(course: Course): boolean {
  const { waitingFor } = course;
  if (waitingFor === null) {
    return false;
  }
  waitingFor.capacity.waiters -= 1;
  course.waitingFor = null;
  return true;
}

/** Releases what the call holds; it is over. */
export function endCourse(course: Course): void {
  stopWaiting(course);
}

/** Candidates that people, residency and the answers so far still allow. */
function openCandidates(world: World, course: Course, nowMs: number): readonly Candidate[] {
  return course.plan.candidates.filter(
    ({ target }) =>
      barReason(world.snapshot, target, course.spec, nowMs) === null &&
      course.tried.every((one) => mayFollow(one, target)),
  );
}

/** Those of them that the call has not been sent to. */
export function untriedCandidates(
  world: World,
  course: Course,
  nowMs: number,
): readonly Candidate[] {
  return openCandidates(world, course, nowMs).filter(
    ({ target }) => !wasTried(course, target) && !course.left.has(target.id),
  );
}

/** Whether a failure leaves any sense in asking `target`. */
function mayFollow(last: TriedAttempt, target: Target): boolean {
  if (last.target.id === target.id) {
    return true;
  }
  switch (last.failure.next) {
    case "larger_window": {
      const needed = last.target.capabilities.contextTokens;
      const offered = target.capabilities.contextTokens;
      return needed !== null && offered !== null && offered > needed;
    }
    case "other_credential":
      return (
        last.target.provider !== target.provider || last.target.credential !== target.credential
      );
    case "sibling":
    case "pair":
    case "none":
      return true;
  }
}

function endOf(course: Course, open: readonly Candidate[], nowMs: number): FinishWhy | null {
  const { tried, spec, plan } = course;
  const last = tried.at(-1)?.failure;
  if (plan.candidates.length === 0) {
    return "no_target";
  }
  const isPolicyFallback = spec.limits.fallbackOnContentPolicy && last?.reason === "content_policy";
  if (last?.next === "none" && !isPolicyFallback) {
    return last.verbatim ? "refused" : "exhausted";
  }
  if (spec.needs.unrepeatable && (course.left.size > 0 || !tried.every(isUnsent))) {
    return "exhausted";
  }
  if (course.started >= course.attemptsAtMost) {
    return "exhausted";
  }
  const someTime = open.some(({ target }) => leftMs(course, target, nowMs) >= minAttemptMs);
  if (open.length > 0 && !someTime) {
    return "deadline";
  }
  return null;
}

function isUnsent({ failure: { reason } }: TriedAttempt): boolean {
  return reason === "unreachable" || reason === "connect_timeout";
}

/** The pause before a second try is over; if the target opened or was switched off meanwhile, others are asked. */
function pausedRetry(
  world: World,
  course: Course,
  open: readonly Candidate[],
  hasWaited: boolean,
  nowMs: number,
): Step | null {
  const { retry } = course;
  course.retry = null;
  if (retry === null || !open.some(({ target }) => target.id === retry.target.id)) {
    return null;
  }
  if (isBrokenNow(world, course, retry, nowMs)) {
    return null;
  }
  const how = wasTried(course, retry.target) ? "retry" : howNext(course);
  // Others have paused beside it: the budget is asked again when the retry really begins.
  return hasWaited || mayRetry(healthOf(world, retry.target), nowMs)
    ? attemptAt(world, course, open, retry, how, nowMs)
    : null;
}

function isBrokenNow(world: World, course: Course, candidate: Candidate, nowMs: number): boolean {
  const [standing] = standings(world, course.spec, course.luck, [candidate], nowMs);
  return standing?.sick?.grade === "broken";
}

function sameTargetAgain(
  world: World,
  course: Course,
  open: readonly Candidate[],
  nowMs: number,
  random: () => number,
): Step | null {
  const last = course.tried.at(-1);
  const waitMs = last?.failure.sameTargetAfterMs ?? null;
  const candidate = open.find(({ target }) => target.id === last?.target.id);
  const isOver = course.last !== "failed" || last === undefined;
  if (isOver || waitMs === null || candidate === undefined) {
    return null;
  }
  const tries = course.tried.filter(({ target }) => target.id === last.target.id).length;
  const health = healthOf(world, last.target);
  if (tries > 1 || !mayRetry(health, nowMs) || isBrokenNow(world, course, candidate, nowMs)) {
    return null;
  }
  const spread =
    last.failure.health === "capacity"
      ? random() * retryAfterJitter
      : (random() * 2 - 1) * retryJitter;
  const forMs = Math.round(waitMs * (1 + spread));
  if (leftMs(course, last.target, nowMs) < forMs + minAttemptMs) {
    return null;
  }
  if (!roomForOtherPairs(course, open, last.target)) {
    return null;
  }
  if (forMs === 0) {
    return attemptAt(world, course, open, candidate, "retry", nowMs);
  }
  course.retry = candidate;
  return { kind: "pause", forMs, why: "retry" };
}

/** Retries must not multiply the load of a target in trouble. */
function mayRetry(health: TargetHealth, nowMs: number): boolean {
  const { started, retries } = recentTally(health.circuit.window, nowMs);
  return retries < retryShare * started + retriesBesides;
}

/** One attempt is always kept for each provider × model that was not tried yet, and until then a pair has two. */
function roomForOtherPairs(course: Course, open: readonly Candidate[], target: Target): boolean {
  const untried = untriedPairs(course, open).size;
  return (
    untried === 0 ||
    (course.attemptsAtMost - course.started > untried &&
      triesOnPair(course, target).length < attemptsPerPair)
  );
}

function untriedPairs(course: Course, open: readonly Candidate[]): ReadonlySet<string> {
  const pairs = new Set(open.map(({ target }) => target.pair));
  for (const { target } of course.tried) {
    pairs.delete(target.pair);
  }
  return pairs;
}

function otherTarget(
  world: World,
  course: Course,
  open: readonly Candidate[],
  nowMs: number,
  random: () => number,
): Step {
  const untried = open.filter(({ target }) => !wasTried(course, target));
  const fresh = untried.filter(
    ({ target }) => !course.left.has(target.id) && leftMs(course, target, nowMs) >= minAttemptMs,
  );
  const freshPairs = untriedPairs(course, fresh);
  const ordered = standings(world, course.spec, course.luck, spentPairsLast(course, fresh), nowMs);
  const isTight = course.attemptsAtMost - course.started <= freshPairs.size;
  const kept = isTight
    ? ordered.filter(({ candidate }) => freshPairs.has(candidate.target.pair))
    : ordered;
  return (
    choice(world, course, open, kept, nowMs) ??
    (isTight ? choice(world, course, open, ordered, nowMs) : null) ??
    capacityStep(world, course, open, nowMs, random) ??
    takenBackAgain(world, course, open, untried, nowMs) ?? {
      kind: "finish",
      why: course.tried.length === 0 && open.length === 0 ? "no_target" : "exhausted",
      retryInMs: null,
    }
  );
}

/** The first of these that is well, else one that is doubtful, else in panic one that is broken. */
function choice(
  world: World,
  course: Course,
  open: readonly Candidate[],
  ordered: readonly Standing[],
  nowMs: number,
): Step | null {
  const how = howNext(course);
  const well = ordered.filter((one) => one.sick === null);
  const alive = how === "migrated" ? well.find(({ health }) => isAlive(health, nowMs)) : undefined;
  const chosen = alive ?? well[0];
  if (chosen !== undefined) {
    const isProof = isTrial(chosen.health);
    return attemptAt(world, course, open, chosen.candidate, isProof ? "trial" : how, nowMs);
  }
  const doubtful = doubtfulInOrder(ordered)[0];
  return doubtful === undefined
    ? panic(world, course, open, ordered, nowMs)
    : attemptAt(world, course, open, doubtful.candidate, how, nowMs);
}

function howNext({ started, last }: Course): AttemptHow {
  if (started === 0) {
    return "first";
  }
  return last === "migrated" ? "migrated" : "next";
}

function wasTried(course: Course, target: Target): boolean {
  return course.tried.some((one) => one.target.id === target.id);
}

/** Siblings of a pair that has had its tries go behind those of every pair that has not. */
function spentPairsLast(course: Course, untried: readonly Candidate[]): readonly Candidate[] {
  if (course.tried.length === 0) {
    return untried;
  }
  const isSpent = ({ target }: Candidate): boolean => {
    const onPair = triesOnPair(course, target);
    // `none` comes here only from a content policy that another model may see otherwise.
    return (
      onPair.length >= attemptsPerPair ||
      onPair.some(({ failure: { next } }) => next === "pair" || next === "none")
    );
  };
  return [...untried.filter((one) => !isSpent(one)), ...untried.filter(isSpent)];
}

function triesOnPair(course: Course, { pair }: Target): readonly TriedAttempt[] {
  return course.tried.filter((one) => one.target.pair === pair);
}

/** Ejection is a fact, avoidance only a plan: the broken target that is due back first is tried. */
function panic(
  world: World,
  course: Course,
  open: readonly Candidate[],
  ordered: readonly Standing[],
  nowMs: number,
): Step | null {
  let best: Standing | null = null;
  for (const one of ordered) {
    // Once one of them succeeds the target is broken no more.
    if (one.sick?.grade !== "broken" || one.health.panicInFlight >= panicAtMost) {
      continue;
    }
    if (best === null || dueBackMs(one, nowMs) < dueBackMs(best, nowMs)) {
      best = one;
    }
  }
  return best === null ? null : attemptAt(world, course, open, best.candidate, "panic", nowMs);
}

/** Dead credentials and refused access come last: waiting does not heal them. */
const notByWaitingMs = 1e12;

function dueBackMs({ health, sick }: Standing, nowMs: number): number {
  if (sick?.reason === "credential_dead" || sick?.reason === "blocked") {
    return notByWaitingMs;
  }
  const { breaker } = sick?.reason === "region_down" ? health.place.circuit : health.circuit;
  return untilOf(breaker, nowMs);
}

function untilOf(breaker: TargetHealth["circuit"]["breaker"], nowMs: number): number {
  return breaker.state === "open" ? breaker.untilMs : nowMs;
}

/**
 * Only rate-limited targets are left: waits for the soonest room if that comes in time. Otherwise a limit that was only
 * guessed is tried, and so is any when something else than limits has failed this call already.
 */
function capacityStep(
  world: World,
  course: Course,
  open: readonly Candidate[],
  nowMs: number,
  random: () => number,
): Step | null {
  const refused = (target: Target): boolean =>
    course.tried.every((one) => one.target.id !== target.id || one.failure.health === "capacity");
  const { promptTokens } = course.spec.needs;
  const soonest = open
    .filter(
      (candidate) =>
        refused(candidate.target) &&
        leftMs(course, candidate.target, nowMs) >= minAttemptMs &&
        // Whoever is broken besides has as many in flight as panic allows, or it would have been asked.
        !isBrokenNow(world, course, candidate, nowMs),
    )
    .flatMap((candidate) => {
      const health = healthOf(world, candidate.target);
      if (isObserved(health, "capacity")) {
        return [];
      }
      const { capacity } = health;
      const untilMs = limitedUntilMs(capacity, promptTokens, nowMs);
      return untilMs === null ? [] : [{ candidate, capacity, untilMs }];
    })
    .toSorted((a, b) => a.untilMs - b.untilMs)[0];
  if (soonest === undefined) {
    return null;
  }
  const { candidate, capacity, untilMs } = soonest;
  const { target } = candidate;
  const atMostMs = Math.min(capacityWaitMs, leftMs(course, target, nowMs) - minAttemptMs);
  const forMs = course.waited ? null : waitForRoomMs(capacity, untilMs, atMostMs, nowMs, random());
  if (forMs !== null) {
    capacity.waiters += 1;
    course.waitingFor = healthOf(world, target);
    course.waited = true;
    course.retry = candidate;
    return { kind: "pause", forMs, why: "capacity" };
  }
  const isBesides = course.tried.some(({ failure }) => failure.health !== "capacity");
  if (!wasTried(course, target) && (isBesides || capacity.guessed)) {
    return attemptAt(world, course, open, candidate, howNext(course), nowMs);
  }
  return isBesides
    ? null
    : { kind: "finish", why: "rate_limited", retryInMs: Math.ceil(untilMs - nowMs) };
}

/** A target from which the call was taken back is better than none. */
function takenBackAgain(
  world: World,
  course: Course,
  open: readonly Candidate[],
  untried: readonly Candidate[],
  nowMs: number,
): Step | null {
  const left = untried.filter(
    ({ target }) => course.left.has(target.id) && leftMs(course, target, nowMs) >= minAttemptMs,
  );
  const ordered = standings(world, course.spec, course.luck, left, nowMs);
  return choice(world, course, open, ordered, nowMs);
}

function attemptAt(
  world: World,
  course: Course,
  open: readonly Candidate[],
  candidate: Candidate,
  how: AttemptHow,
  nowMs: number,
): Step {
  const others = open.filter(
    ({ target }) => target.id !== candidate.target.id && !wasTried(course, target),
  );
  const healthyFollows = hasWell(world, course.spec, course.luck, others, nowMs);
  return { kind: "attempt", candidate, how, splice: null, healthyFollows };
}

/** Where a broken stream goes on: at a target that continues a prefill, else where it may be started over. */
function resumption(world: World, course: Course, open: readonly Candidate[], nowMs: number): Step {
  const { spec } = course;
  const isOver =
    spec.limits.midstream !== "resume" ||
    !spec.needs.resumable ||
    course.resumed >= resumptionsAtMost ||
    course.authors.size === 0;
  if (isOver) {
    return { kind: "finish", why: "interrupted", retryInMs: null };
  }
  const all = standings(world, spec, course.luck, open, nowMs);
  const well = [...all.filter((one) => one.sick === null), ...doubtfulInOrder(all)];
  const others = well.filter((one) => !wasTried(course, one.candidate.target));
  const prefill = others.find((one) => one.candidate.target.capabilities.prefill);
  if (prefill !== undefined) {
    return resumeAt(prefill.candidate, "prefill");
  }
  const restart = [...others, ...well].find((one) => mayRestart(course, one.candidate.target));
  return restart === undefined
    ? { kind: "finish", why: "interrupted", retryInMs: null }
    : resumeAt(restart.candidate, "restart");
}

/** Only whoever wrote all of it is expected to write it again. */
function mayRestart({ spec: { limits, needs }, authors }: Course, target: Target): boolean {
  switch (limits.restart) {
    case "off":
      return false;
    case "any":
      return true;
    case "same_model":
      return needs.deterministic && [...authors].every((model) => model === target.model);
  }
}

function resumeAt(candidate: Candidate, splice: "prefill" | "restart"): Step {
  return { kind: "attempt", candidate, how: "resume", splice, healthyFollows: false };
}
