import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Capacity,
  clearRefusal,
  cutConcurrency,
  emptyCapacity,
  hearLimits,
  isFull,
  isScarce,
  limitedUntilMs,
  refuse,
  waitForRoomMs,
  widenConcurrency,
} from "@/lib/core/capacity";
import type { RateLimit } from "@/lib/core/events";
import { Bench, statusFailure } from "./fixture";

const refusal = (
  over: Partial<Parameters<typeof refuse>[1]> = {},
): Parameters<typeof refuse>[1] => ({
  retryAfterMs: null,
  bySize: false,
  promptTokens: 1_000,
  ...over,
});
const limit = (over: Partial<RateLimit> = {}): RateLimit => ({
  limit: null,
  remaining: null,
  resetMs: null,
  ...over,
});

describe("a 429", () => {
  it.each([
    ["without a word of when", null, 6_000, true],
    ["with a Retry-After", 700, 1_700, false],
    ["with a Retry-After of hours", 9_000_000, 301_000, false],
  ])("%s closes the target for every request", (_name, retryAfterMs, untilMs, guessed) => {
    const capacity = emptyCapacity();
    refuse(capacity, refusal({ retryAfterMs }), 1_000);
    expect(limitedUntilMs(capacity, 1, 1_000)).toBe(untilMs);
    expect(limitedUntilMs(capacity, 1, untilMs - 1)).toBe(untilMs);
    expect(limitedUntilMs(capacity, 1, untilMs)).toBeNull();
    expect(capacity.guessed).toBe(guessed);
  });

  it("of two instants the later one holds, whichever comes last", () => {
    const capacity = emptyCapacity();
    refuse(capacity, refusal({ retryAfterMs: 20_000 }), 0);
    refuse(capacity, refusal(), 0);
    expect(capacity).toMatchObject({ requestsUntilMs: 20_000, guessed: false });
    refuse(capacity, refusal({ retryAfterMs: 30_000 }), 0);
    expect(capacity).toMatchObject({ requestsUntilMs: 30_000, guessed: false });
    refuse(capacity, refusal(), 25_000);
    expect(capacity).toMatchObject({ requestsUntilMs: 30_000, guessed: true });
  });

  it("about tokens leaves room for requests of half the size", () => {
    const capacity = emptyCapacity();
    refuse(capacity, refusal({ bySize: true, retryAfterMs: 4_000, promptTokens: 1_001 }), 1_000);
    expect(limitedUntilMs(capacity, 500, 1_000)).toBeNull();
    expect(limitedUntilMs(capacity, 501, 1_000)).toBe(5_000);
    expect(limitedUntilMs(capacity, 501, 5_000)).toBeNull();
    refuse(capacity, refusal({ bySize: true, retryAfterMs: 1_000, promptTokens: 100 }), 2_000);
    expect(capacity.tokens).toEqual({ untilMs: 5_000, room: 50 });
  });

  it("of both kinds the later one holds", () => {
    const capacity = emptyCapacity();
    refuse(capacity, refusal({ bySize: true, retryAfterMs: 9_000 }), 0);
    refuse(capacity, refusal({ retryAfterMs: 4_000 }), 0);
    expect(limitedUntilMs(capacity, 1_000, 0)).toBe(9_000);
    expect(limitedUntilMs(capacity, 10, 0)).toBe(4_000);
  });

  it("that was only guessed is over when a later call is answered, one that was told is not", () => {
    const capacity = emptyCapacity();
    refuse(capacity, refusal(), 100);
    clearRefusal(capacity, 99);
    expect(limitedUntilMs(capacity, 1, 100)).toBe(5_100);
    clearRefusal(capacity, 100);
    expect(limitedUntilMs(capacity, 1, 100)).toBeNull();
    refuse(capacity, refusal({ retryAfterMs: 4_000 }), 0);
    clearRefusal(capacity, 100);
    expect(limitedUntilMs(capacity, 1, 0)).toBe(4_000);
  });

  it("never moves the breaker", () => {
    const bench = new Bench();
    const moves = Array.from({ length: 10 }, () => bench.attempt(bench.call().id));
    for (const move of moves) {
      bench.fail(move, statusFailure(429, { retryAfterMs: 60_000 }));
    }
    expect(bench.transitions()).toEqual([]);
    expect(bench.label("acme:us:first")).toBe("closed");
  });
});

describe("what headers say", () => {
  it("nothing changes nothing", () => {
    const capacity = emptyCapacity();
    hearLimits(capacity, { requests: null, tokens: null }, 0);
    hearLimits(capacity, { requests: limit(), tokens: limit() }, 0);
    expect(capacity).toEqual(emptyCapacity());
  });

  it("a limit per minute teaches the rate; none or zero does not", () => {
    const capacity = emptyCapacity();
    expect(capacity.perSecond).toBe(5);
    hearLimits(capacity, { requests: limit({ limit: 600 }), tokens: null }, 0);
    expect(capacity.perSecond).toBe(10);
    hearLimits(capacity, { requests: limit({ limit: 0 }), tokens: limit({ limit: 90 }) }, 0);
    expect(capacity.perSecond).toBe(10);
  });

  it.each([
    ["no request left", 0, 8_000, 9_000],
    ["no request left for hours", 0, 9_000_000, 301_000],
    ["one request left", 1, 8_000, null],
    ["no request left, and not until when", 0, null, null],
  ])("%s", (_name, remaining, resetMs, untilMs) => {
    const capacity = emptyCapacity();
    hearLimits(capacity, { requests: limit({ remaining, resetMs }), tokens: null }, 1_000);
    expect(limitedUntilMs(capacity, 1, 1_000)).toBe(untilMs);
  });

  it("a limit that headers tell is no guess any more", () => {
    const capacity = emptyCapacity();
    refuse(capacity, refusal(), 0);
    hearLimits(capacity, { requests: limit({ remaining: 0, resetMs: 8_000 }), tokens: null }, 0);
    expect(capacity).toMatchObject({ guessed: false, requestsUntilMs: 8_000 });
  });

  it.each([
    ["that fits", 500, null],
    ["that does not", 501, 9_000],
  ])("tokens left are room for a request %s", (_name, promptTokens, untilMs) => {
    const capacity = emptyCapacity();
    hearLimits(
      capacity,
      { requests: null, tokens: limit({ remaining: 500, resetMs: 8_000 }) },
      1_000,
    );
    expect(limitedUntilMs(capacity, promptTokens, 1_000)).toBe(untilMs);
    expect(limitedUntilMs(capacity, promptTokens, 9_000)).toBeNull();
  });

  it("tokens left count until their reset, five minutes at most, and not without one", () => {
    const capacity = emptyCapacity();
    hearLimits(capacity, { requests: null, tokens: limit({ remaining: 500 }) }, 0);
    expect(capacity.tokens).toBeNull();
    hearLimits(capacity, { requests: null, tokens: limit({ resetMs: 500 }) }, 0);
    expect(capacity.tokens).toBeNull();
    hearLimits(capacity, { requests: null, tokens: limit({ remaining: 0, resetMs: 9e6 }) }, 0);
    expect(capacity.tokens).toEqual({ untilMs: 300_000, room: 0 });
  });

  it.each([
    ["79 % used", 21, false],
    ["80 % used", 20, true],
    ["all used", 0, true],
  ])("%s: scarce is %s", (_name, remaining, scarce) => {
    const told = limit({ limit: 100, remaining, resetMs: 5_000 });
    const requests = emptyCapacity();
    const tokens = emptyCapacity();
    hearLimits(requests, { requests: told, tokens: null }, 1_000);
    hearLimits(tokens, { requests: null, tokens: told }, 1_000);
    for (const capacity of [requests, tokens]) {
      expect(isScarce(capacity, 1_000)).toBe(scarce);
      expect(isScarce(capacity, 5_999)).toBe(scarce);
      expect(isScarce(capacity, 6_000)).toBe(false);
    }
  });

  it.each([
    ["no limit", limit({ remaining: 1, resetMs: 5_000 })],
    ["nothing of what is left", limit({ limit: 100, resetMs: 5_000 })],
    ["no reset", limit({ limit: 100, remaining: 1 })],
  ])("of which %s is told make nothing scarce", (_name, told) => {
    const capacity = emptyCapacity();
    hearLimits(capacity, { requests: told, tokens: null }, 1_000);
    expect(isScarce(capacity, 1_000)).toBe(false);
  });

  it("room that is back ends scarcity, and of two scarce limits the later reset holds", () => {
    const capacity = emptyCapacity();
    const scarce = (resetMs: number): RateLimit => limit({ limit: 100, remaining: 1, resetMs });
    hearLimits(capacity, { requests: scarce(5_000), tokens: scarce(9_000) }, 0);
    expect(isScarce(capacity, 8_999)).toBe(true);
    hearLimits(capacity, { requests: limit({ limit: 100, remaining: 99 }), tokens: null }, 0);
    expect(isScarce(capacity, 0)).toBe(false);
  });

  it("a region with less than a fifth left spills over to its sibling", () => {
    const bench = new Bench();
    const { id } = bench.call();
    const move = bench.attempt(id);
    bench.apply({
      type: "head",
      attempt: move.attempt,
      limits: { requests: limit({ limit: 100, remaining: 5, resetMs: 10_000 }), tokens: null },
    });
    bench.succeed(move);
    expect(bench.one("ok").target).toBe("acme:eu:first");
    bench.nowMs += 10_000;
    expect(bench.one("ok").target).toBe("acme:us:first");
  });
});

describe("concurrency after overload", () => {
  it("is not limited before", () => {
    expect(isFull(emptyCapacity(), 1_000_000)).toBe(false);
    const capacity = emptyCapacity();
    widenConcurrency(capacity, 0);
    expect(capacity.concurrency).toBeNull();
  });

  it.each([
    ["0.7 × what is in flight", 100, 70],
    ["rounded down", 19, 13],
    ["no less than eight", 10, 8],
  ])("is %s", (_name, inFlight, concurrency) => {
    const capacity = emptyCapacity();
    cutConcurrency(capacity, inFlight, 0);
    expect(capacity.concurrency).toBe(concurrency);
    expect(isFull(capacity, concurrency - 1)).toBe(false);
    expect(isFull(capacity, concurrency)).toBe(true);
  });

  it("is cut once a second at most, from the limit when more than that is in flight", () => {
    const capacity = emptyCapacity();
    cutConcurrency(capacity, 100, 0);
    cutConcurrency(capacity, 100, 999);
    expect(capacity.concurrency).toBe(70);
    cutConcurrency(capacity, 100, 1_000);
    expect(capacity.concurrency).toBe(49);
    cutConcurrency(capacity, 20, 2_000);
    expect(capacity.concurrency).toBe(14);
  });

  it("grows by one with each success and ends after ten clean minutes", () => {
    const capacity = emptyCapacity();
    cutConcurrency(capacity, 100, 0);
    widenConcurrency(capacity, 1_000);
    widenConcurrency(capacity, 1_000);
    expect(capacity.concurrency).toBe(72);
    // An overload that is too soon for a cut is no clean minute either.
    cutConcurrency(capacity, 100, 500);
    widenConcurrency(capacity, 600_499);
    expect(capacity.concurrency).toBe(73);
    widenConcurrency(capacity, 600_500);
    expect(capacity.concurrency).toBeNull();
  });

  it.each([
    [503, true],
    [529, true],
    [429, false],
    [500, false],
  ])("is limited by a %i: %s", (status, limited) => {
    const bench = new Bench();
    bench.one(statusFailure(status));
    expect(bench.health("acme:us:first").capacity.concurrency !== null).toBe(limited);
  });

  it("a target that is full stands behind its sibling", () => {
    const bench = new Bench();
    for (let call = 0; call < 8; call += 1) {
      bench.attempt(bench.call().id);
    }
    bench.health("acme:us:first").capacity.concurrency = 9;
    expect(bench.attempt(bench.call().id).target.id).toBe("acme:us:first");
    expect(bench.attempt(bench.call().id).target.id).toBe("acme:eu:first");
  });
});

describe("waiting for room", () => {
  const limited = (over: Partial<Capacity> = {}): Capacity => ({ ...emptyCapacity(), ...over });

  it.each([
    ["no jitter", 0, 4_000],
    ["half of it", 0.5, 4_500],
    ["all of it", 1, 5_000],
  ])("takes until the reset and up to a quarter longer: %s", (_name, random, waitMs) => {
    expect(waitForRoomMs(limited(), 5_000, 10_000, 1_000, random)).toBe(waitMs);
  });

  it("lets the calls go one after the other at the rate that was learned", () => {
    const capacity = limited({ perSecond: 10 });
    const waits = [1, 2, 3].map(() => waitForRoomMs(capacity, 5_000, 10_000, 1_000, 0));
    expect(waits).toEqual([4_000, 4_100, 4_200]);
  });

  it("begins at the reset again when the last one was let through long ago", () => {
    const capacity = limited({ perSecond: 10 });
    waitForRoomMs(capacity, 5_000, 10_000, 1_000, 0);
    expect(waitForRoomMs(capacity, 50_000, 10_000, 49_000, 1)).toBe(1_250);
  });

  it.each([
    ["just fits", 4_000, 4_000],
    ["does not fit", 3_999, null],
  ])("that %s the time that is left", (_name, atMostMs, waitMs) => {
    expect(waitForRoomMs(limited(), 5_000, atMostMs, 1_000, 0)).toBe(waitMs);
  });

  it("that came to nothing takes nobody's turn", () => {
    const capacity = limited();
    waitForRoomMs(capacity, 5_000, 1_000, 1_000, 0);
    expect(waitForRoomMs(capacity, 5_000, 9_000, 1_000, 0)).toBe(4_000);
  });

  it.each([
    [63, 4_000],
    [64, null],
  ])("behind %i others", (waiters, waitMs) => {
    expect(waitForRoomMs(limited({ waiters }), 5_000, 10_000, 1_000, 0)).toBe(waitMs);
  });

  it("keeps the order and the rate whatever chance says, and is never longer by more than a quarter", () => {
    const luck = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(fc.tuple(luck, fc.integer({ min: 0, max: 300 })), { minLength: 2, maxLength: 30 }),
        fc.integer({ min: 1, max: 50 }),
        (calls, perSecond) => {
          const capacity = limited({ perSecond });
          const gapMs = 1_000 / perSecond;
          let nowMs = 0;
          let lastMs = Number.NEGATIVE_INFINITY;
          for (const [index, [random, afterMs]] of calls.entries()) {
            nowMs += afterMs;
            const roomMs = Math.max(5_000, nowMs + 1);
            const waitMs = waitForRoomMs(capacity, roomMs, 1e9, nowMs, random) ?? 0;
            const atMs = nowMs + waitMs;
            expect(atMs).toBeGreaterThanOrEqual(Math.max(roomMs, lastMs + gapMs - 1));
            expect(atMs).toBeLessThanOrEqual(1.25 * Math.max(roomMs, 5_000 + index * gapMs) + 1);
            lastMs = atMs;
          }
        },
      ),
    );
  });
});
