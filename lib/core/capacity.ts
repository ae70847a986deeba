/** How much a target can take: rate limits as the provider tells them, and a limit of our own after overload. */
import type { RateLimit, RateLimits } from "./events";

export type Capacity = {
  /** No request at all before this. */
  requestsUntilMs: number | null;
  /** The limit above is a guess: the provider said 429 and not until when. */
  guessed: boolean;
  /** No request of more tokens than `room` before this. */
  tokens: { untilMs: number; room: number } | null;
  /** Under a fifth of a limit is left until then: siblings with more room go first. */
  scarceUntilMs: number | null;
  /** Requests per second that the provider's own limit stands for. */
  perSecond: number;
  /** Attempts in flight at most; null: no limit. */
  concurrency: number | null;
  cutMs: number;
  overloadedMs: number;
  /** Calls that wait for room, and when the last of them is let through. */
  waiters: number;
  releasedMs: number;
};

const defaultWaitMs = 5_000;
const maxWaitMs = 300_000;
/** The provider's limits are per minute as a rule. */
const limitWindowSeconds = 60;
const defaultPerSecond = 5;
/** A region spills over to its siblings at 80 % of a limit. */
const scarceShare = 0.2;
const cutTo = 0.7;
const cutEveryMs = 1_000;
const concurrencyFloor = 8;
const cleanMs = 600_000;
export const waitersAtMost = 64;
const waitJitter = 0.25;

/** A target without known limits. */
export function emptyCapacity(): Capacity {
  return {
    requestsUntilMs: null,
    guessed: false,
    tokens: null,
    scarceUntilMs: null,
    perSecond: defaultPerSecond,
    concurrency: null,
    cutMs: Number.NEGATIVE_INFINITY,
    overloadedMs: Number.NEGATIVE_INFINITY,
    waiters: 0,
    releasedMs: Number.NEGATIVE_INFINITY,
  };
}

/**
 * A 429: no room for a while. `bySize`: it was about tokens, so smaller requests may still fit. The later of two instants
 * wins.
 */
export function refuse(
  capacity: Capacity,
  refusal: { retryAfterMs: number | null; bySize: boolean; promptTokens: number },
  nowMs: number,
): void {
  const untilMs = nowMs + Math.min(refusal.retryAfterMs ?? defaultWaitMs, maxWaitMs);
  if (refusal.bySize) {
    const room = Math.floor(refusal.promptTokens / 2);
    capacity.tokens = { untilMs: Math.max(untilMs, capacity.tokens?.untilMs ?? 0), room };
    return;
  }
  if (untilMs >= (capacity.requestsUntilMs ?? 0)) {
    capacity.requestsUntilMs = untilMs;
    capacity.guessed = refusal.retryAfterMs === null;
  }
}

/** What an answer's headers say. */
export function hearLimits(capacity: Capacity, limits: RateLimits, nowMs: number): void {
  const { requests, tokens } = limits;
  const perWindow = requests?.limit ?? 0;
  if (perWindow > 0) {
    capacity.perSecond = perWindow / limitWindowSeconds;
  }
  if (requests?.remaining === 0 && requests.resetMs !== null) {
    capacity.requestsUntilMs = nowMs + Math.min(requests.resetMs, maxWaitMs);
    capacity.guessed = false;
  }
  const room = tokens?.remaining ?? null;
  const resetMs = tokens?.resetMs ?? null;
  if (room !== null && resetMs !== null) {
    capacity.tokens = { untilMs: nowMs + Math.min(resetMs, maxWaitMs), room };
  }
  const scarceMs = Math.max(scarceForMs(requests), scarceForMs(tokens));
  capacity.scarceUntilMs = scarceMs > 0 ? nowMs + scarceMs : null;
}

const unsaid: RateLimit = { limit: null, remaining: null, resetMs: null };

function scarceForMs(limit: RateLimit | null): number {
  const { limit: all, remaining, resetMs } = limit ?? unsaid;
  return all !== null && remaining !== null && remaining <= scarceShare * all ? (resetMs ?? 0) : 0;
}

/** A call that started at `startMs` went through: a limit that was only guessed before that is over. */
export function clearRefusal(capacity: Capacity, startMs: number): void {
  const { guessed, requestsUntilMs } = capacity;
  if (guessed && requestsUntilMs !== null && startMs >= requestsUntilMs - defaultWaitMs) {
    capacity.requestsUntilMs = null;
    capacity.guessed = false;
  }
}

/** Until when a request of so many tokens has no room; null when it has. */
export function limitedUntilMs(
  capacity: Capacity,
  promptTokens: number,
  nowMs: number,
): number | null {
  const { requestsUntilMs, tokens } = capacity;
  const requests = requestsUntilMs !== null && nowMs < requestsUntilMs ? requestsUntilMs : 0;
  const bySize =
    tokens !== null && nowMs < tokens.untilMs && promptTokens > tokens.room ? tokens.untilMs : 0;
  const untilMs = Math.max(requests, bySize);
  return untilMs === 0 ? null : untilMs;
}

/** Whether little is left of a limit. */
export function isScarce({ scarceUntilMs }: Capacity, nowMs: number): boolean {
  return scarceUntilMs !== null && nowMs < scarceUntilMs;
}

/** Overload (529, 503, an overload timeout; never 429): no more than 0.7 × what is in flight now, for a while. */
export function cutConcurrency(capacity: Capacity, inFlight: number, nowMs: number): void {
  capacity.overloadedMs = nowMs;
  if (nowMs - capacity.cutMs < cutEveryMs) {
    return;
  }
  capacity.cutMs = nowMs;
  const present = Math.min(inFlight, capacity.concurrency ?? inFlight);
  capacity.concurrency = Math.max(concurrencyFloor, Math.floor(cutTo * present));
}

/** A success makes room for one more; ten clean minutes make the limit go away. */
export function widenConcurrency(capacity: Capacity, nowMs: number): void {
  if (capacity.concurrency !== null) {
    capacity.concurrency =
      nowMs - capacity.overloadedMs >= cleanMs ? null : capacity.concurrency + 1;
  }
}

/** Whether so many in flight are as many as the target should have. */
export function isFull({ concurrency }: Capacity, inFlight: number): boolean {
  return concurrency !== null && inFlight >= concurrency;
}

/**
 * How long a call waits for room: to the reset, behind those that wait already, at the rate that the provider allows. Up
 * to a quarter of the time since the one before comes on top, so that the order holds. Null when too many wait or it would
 * take more than `atMostMs`.
 */
export function waitForRoomMs(
  capacity: Capacity,
  roomMs: number,
  atMostMs: number,
  nowMs: number,
  random: number,
): number | null {
  if (capacity.waiters >= waitersAtMost) {
    return null;
  }
  const dueMs = Math.max(roomMs, capacity.releasedMs + 1_000 / capacity.perSecond);
  const sinceMs = Math.max(nowMs, capacity.releasedMs);
  const releasedMs = dueMs + (dueMs - sinceMs) * waitJitter * random;
  const waitMs = Math.ceil(releasedMs - nowMs);
  if (waitMs > atMostMs) {
    return null;
  }
  capacity.releasedMs = releasedMs;
  return waitMs;
}
