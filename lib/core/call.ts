/** The course of one call over its plan: which attempt comes next, and when there is none left. */
import type { Failure } from "./classify";
import { type World, healthOf } from "./health";
import { type Candidate, type Plan, sickReason } from "./plan";
import { type Snapshot, type Target, holdAt } from "./types";

export type TriedAttempt = { readonly target: Target; readonly failure: Failure };

export type CallCourse = {
  readonly plan: Plan;
  readonly maxAttempts: number;
  readonly fallbackOnContentPolicy: boolean;
  readonly deadlineMs: number;
  readonly tried: TriedAttempt[];
};

export type Move =
  | {
      kind: "attempt";
      candidate: Candidate;
      afterMs: number;
      how: "first" | "retry" | "next" | "panic";
    }
  | { kind: "finish"; why: "exhausted" | "refused" | "deadline" | "no_target" };

/** Attempts on one provider × model while another one is still untried. */
const attemptsPerPair = 2;
/** No attempt starts with less than this left. */
const minAttemptMs = 1_000;
/** In panic a target that may be broken takes no more than this at a time, until one call succeeds. */
const panicInFlight = 10;
const jitter = 0.2;

/**
 * The most attempts that a call may make: at least one for every provider × model of its plan, so that no outage can
 * use up a call's tries.
 */
export function attemptCap(plan: Plan, limit: number): number {
  return Math.max(
    limit,
    new Set(plan.candidates.map((candidate) => candidate.target.pair)).size + 1,
  );
}

/** What a call does next at `nowMs`, from what it has tried and from the world as it is now. */
export function nextMove(
  course: CallCourse,
  snapshot: Snapshot,
  world: World,
  nowMs: number,
  random: () => number,
): Move {
  const { plan, tried } = course;
  const last = tried.at(-1);
  if (plan.candidates.length === 0) {
    return { kind: "finish", why: "no_target" };
  }
  if (last?.failure.next === "none" && !isPolicyFallback(course, last)) {
    return { kind: "finish", why: "refused" };
  }
  if (nowMs + minAttemptMs > course.deadlineMs) {
    return { kind: "finish", why: "deadline" };
  }
  if (tried.length >= course.maxAttempts) {
    return { kind: "finish", why: "exhausted" };
  }
  const open = plan.candidates.filter(
    ({ target }) => holdAt(snapshot, target, nowMs) === null && mayFollow(last, target),
  );
  const retry = sameTargetAgain(course, open, nowMs, random);
  if (retry !== null) {
    return retry;
  }
  const untried = open.filter(({ target }) => !tried.some((one) => one.target.id === target.id));
  const ordered = pairsWithTriesFirst(untried, tried);
  const how = last === undefined ? "first" : "next";
  for (const candidate of ordered) {
    const health = healthOf(world, candidate.target.id);
    const isLastChoice = ordered.length === 1;
    // A trial of a target that may be broken is for calls that still have somewhere else to go.
    const trialAlone = isLastChoice && health.breaker.state === "half_open";
    if (sickReason(health, nowMs, random) === null && !trialAlone) {
      return { kind: "attempt", candidate, afterMs: 0, how };
    }
  }
  const desperate = leastSick(world, ordered, nowMs);
  return desperate === null
    ? { kind: "finish", why: "exhausted" }
    : { kind: "attempt", candidate: desperate, afterMs: 0, how: "panic" };
}

function isPolicyFallback(course: CallCourse, last: TriedAttempt): boolean {
  return course.fallbackOnContentPolicy && last.failure.reason === "content_policy";
}

/** Whether the last failure leaves any sense in asking `target`. */
function mayFollow(last: TriedAttempt | undefined, target: Target): boolean {
  if (last === undefined || last.target.id === target.id) {
    return true;
  }
  if (last.failure.reason === "context_length") {
    const needed = last.target.capabilities.contextTokens;
    const offered = target.capabilities.contextTokens;
    return needed !== null && offered !== null && offered > needed;
  }
  return true;
}

function sameTargetAgain(
  course: CallCourse,
  open: readonly Candidate[],
  nowMs: number,
  random: () => number,
): Move | null {
  const last = course.tried.at(-1);
  if (last === undefined || last.failure.sameTargetAfterMs === null) {
    return null;
  }
  const before = course.tried.filter((one) => one.target.id === last.target.id).length;
  const candidate = open.find(({ target }) => target.id === last.target.id);
  if (before > 1 || candidate === undefined) {
    return null;
  }
  const waitMs = last.failure.sameTargetAfterMs;
  // A provider's Retry-After is a promise: jitter only adds to it.
  const spread =
    last.failure.reason === "rate_limited" ? random() * jitter * 0.5 : (random() * 2 - 1) * jitter;
  const afterMs = Math.round(waitMs * (1 + spread));
  return nowMs + afterMs + minAttemptMs > course.deadlineMs
    ? null
    : { kind: "attempt", candidate, afterMs, how: "retry" };
}

/** Siblings of a pair that has had its tries go behind every pair that has not. */
function pairsWithTriesFirst(
  untried: readonly Candidate[],
  tried: readonly TriedAttempt[],
): readonly Candidate[] {
  if (tried.length === 0) {
    return untried;
  }
  const spent = (candidate: Candidate): boolean => {
    const onPair = tried.filter((one) => one.target.pair === candidate.target.pair);
    return onPair.length >= attemptsPerPair || onPair.some((one) => one.failure.next === "pair");
  };
  return [...untried.filter((one) => !spent(one)), ...untried.filter(spent)];
}

/** Panic: the enabled target that is due back first; ejection is a fact, avoidance only a plan. */
function leastSick(
  world: World,
  candidates: readonly Candidate[],
  nowMs: number,
): Candidate | null {
  let best: Candidate | null = null;
  let bestMs = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const health = healthOf(world, candidate.target.id);
    const { breaker } = health;
    if (breaker.state !== "closed" && health.inFlight >= panicInFlight) {
      continue;
    }
    const backMs =
      breaker.state === "open" ? breaker.untilMs : (health.rateLimitedUntilMs ?? nowMs);
    if (backMs < bestMs) {
      best = candidate;
      bestMs = backMs;
    }
  }
  return best;
}
