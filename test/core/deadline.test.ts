import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  attemptTimes,
  callMs,
  isReasoning,
  isStreamedUpstream,
  minAttemptMs,
  ttftLimitMs,
} from "@/lib/core/deadline";
import type { AttemptTimes, CallNeeds, CallSpec } from "@/lib/core/events";
import { type Speed, addSample, emptySpeed, measureTtft } from "@/lib/core/latency";
import type { Limits, Target } from "@/lib/core/types";
import { Bench, statusFailure } from "./fixture";

const bench = new Bench();
const target = bench.target("acme:us:first");
const thinker: Target = { ...target, capabilities: { ...target.capabilities, reasoning: true } };
const unknown = emptySpeed();

function specOf(
  needs: Partial<CallNeeds> = {},
  limits: Partial<Limits> = {},
  ttftMs: number | null = null,
): CallSpec {
  return bench.spec({ needs, limits, constraints: { ttftMs } });
}

/** A class whose p99 of first tokens and of whole plain answers is `ms`, or a little more. */
function speedOf(ms: number): Speed {
  const speed = emptySpeed();
  for (let sample = 0; sample < 20; sample += 1) {
    measureTtft(speed, ms, true, 0);
    addSample(speed.durations, ms, 0);
  }
  return speed;
}

type Case = {
  needs?: Partial<CallNeeds>;
  limits?: Partial<Limits>;
  ttftMs?: number;
  at?: Target;
  speed?: Speed;
  streamed?: boolean;
  leftMs?: number;
  totalMs?: number;
  follows?: boolean;
};

function timesOf(one: Case): AttemptTimes {
  return attemptTimes(
    specOf(one.needs, one.limits, one.ttftMs ?? null),
    one.at ?? target,
    one.speed ?? unknown,
    one.streamed ?? true,
    one.leftMs ?? 120_000,
    one.totalMs ?? 120_000,
    one.follows ?? false,
  );
}

describe("the limits of an attempt", () => {
  it("are the route's while there is time", () => {
    expect(timesOf({})).toEqual({
      connectMs: 3_000,
      firstMs: 12_000,
      idleMs: 30_000,
      progressMs: 120_000,
      totalMs: 3_600_000,
      impatient: false,
    });
  });

  it.each<[string, Case, number]>([
    ["for tools", { needs: { tools: true } }, 90_000],
    ["for a call that thinks", { needs: { reasoning: true } }, 90_000],
    ["for a model that thinks", { at: thinker }, 90_000],
    ["for neither", {}, 30_000],
    ["three times the route's own", { needs: { tools: true }, limits: { idleMs: 7_000 } }, 21_000],
  ])("bytes may pause %s", (_name, one, idleMs) => {
    expect(timesOf(one).idleMs).toBe(idleMs);
  });

  it.each<[string, Case, number, boolean]>([
    ["time enough", { leftMs: 60_000 }, 12_000, false],
    ["just time enough", { leftMs: 12_000 }, 12_000, false],
    ["less time than it may take", { leftMs: 11_999 }, 11_999, true],
    ["the reserve of 10 s, unused", { leftMs: 22_000, follows: true }, 12_000, false],
    ["the reserve of 10 s", { leftMs: 21_000, follows: true }, 11_000, true],
    [
      "half of what is left, for as long as it takes",
      { leftMs: 18_000, follows: true },
      9_000,
      true,
    ],
    ["a quarter of a short call", { leftMs: 8_000, totalMs: 8_000, follows: true }, 6_000, true],
    ["no reserve for nobody", { leftMs: 8_000, totalMs: 8_000 }, 8_000, true],
    ["a second at least, reserve or not", { leftMs: 1_500, follows: true }, 1_000, true],
    ["what is left when that is less", { leftMs: 400, follows: true }, 400, true],
    ["the caller's own limit", { ttftMs: 2_000 }, 2_000, true],
    ["the caller's own patience, no more than ours", { ttftMs: 90_000 }, 12_000, false],
    ["as much as ours", { ttftMs: 12_000 }, 12_000, false],
    [
      "the caller's own, raised by nothing learned",
      { ttftMs: 2_000, speed: speedOf(9_000) },
      2_000,
      true,
    ],
    ["less than both", { ttftMs: 2_000, leftMs: 1_500 }, 1_500, true],
  ])("the first content has %s", (_name, one, firstMs, impatient) => {
    expect(timesOf(one)).toMatchObject({ firstMs, impatient });
  });

  it("connecting takes no longer than there is time", () => {
    expect(timesOf({ leftMs: 2_000 }).connectMs).toBe(2_000);
    expect(timesOf({ leftMs: 13_500, follows: true }).connectMs).toBe(3_000);
    expect(timesOf({ leftMs: 4_000, follows: true }).connectMs).toBe(2_000);
  });

  it("never exceed the time that is left, and leave the reserve while a second remains", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 900_000 }),
        fc.integer({ min: 1_000, max: 900_000 }),
        fc.boolean(),
        fc.boolean(),
        fc.option(fc.integer({ min: 1, max: 300_000 })),
        fc.integer({ min: 0, max: 2_000_000 }),
        (leftMs, totalMs, follows, streamed, ttftMs, promptTokens) => {
          const patience = ttftMs === null ? {} : { ttftMs };
          const one = { leftMs, totalMs, follows, streamed, ...patience, needs: { promptTokens } };
          const { firstMs, connectMs } = timesOf(one);
          const reserveMs = follows ? Math.min(10_000, totalMs / 4, leftMs / 2) : 0;
          expect(firstMs).toBeLessThanOrEqual(leftMs);
          expect(firstMs).toBeLessThanOrEqual(Math.max(minAttemptMs, leftMs - reserveMs));
          const askedMs = streamed ? ttftMs : null;
          expect(firstMs).toBeLessThanOrEqual(askedMs ?? Number.POSITIVE_INFINITY);
          expect(firstMs).toBeGreaterThan(0);
          expect(connectMs).toBeLessThanOrEqual(Math.min(3_000, leftMs));
        },
      ),
    );
  });
});

it("a caller's limit for the first content leaves a plain answer its time", () => {
  expect(timesOf({ streamed: false, ttftMs: 2_000 }).firstMs).toBe(30_000);
  expect(timesOf({ streamed: true, ttftMs: 2_000 }).firstMs).toBe(2_000);
});

describe("the time to the first content of a stream", () => {
  it.each([
    ["a short prompt", 7_999, {}, unknown, 12_000],
    ["8 000 tokens", 8_000, {}, unknown, 13_000],
    ["80 000 tokens", 80_000, {}, unknown, 22_000],
    ["a million tokens", 1_000_000, {}, unknown, 90_000],
    ["a route that allows more than 90 s", 8_000, { ttftMs: 100_000 }, unknown, 100_000],
    ["a class that was learned to be fast", 100, {}, speedOf(100), 12_000],
    ["a class that was learned to be slow", 100, {}, speedOf(10 * 1.25 ** 30), 3 * 10 * 1.25 ** 30],
    ["a class that was learned to be very slow", 100, {}, speedOf(60_000), 90_000],
  ] as const)("of %s", (_name, promptTokens, limits, speed, ms) => {
    expect(ttftLimitMs(specOf({ promptTokens }, limits), target, speed)).toBeCloseTo(ms, 5);
  });

  it("is long for a model that thinks, whatever was learned", () => {
    expect(ttftLimitMs(specOf({ reasoning: true }), target, speedOf(60_000))).toBe(300_000);
    expect(ttftLimitMs(specOf(), thinker, unknown)).toBe(300_000);
  });

  it("learning only raises it", () => {
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 300_000 }), fc.nat(500_000), (ms, promptTokens) => {
        const spec = specOf({ promptTokens });
        const plainMs = ttftLimitMs(spec, target, unknown);
        const learnedMs = ttftLimitMs(spec, target, speedOf(ms));
        expect(learnedMs).toBeGreaterThanOrEqual(plainMs);
        expect(learnedMs).toBeLessThanOrEqual(90_000);
      }),
    );
  });
});

describe("the one limit of a plain answer", () => {
  it.each<[string, Case, number]>([
    ["is 30 s", {}, 30_000],
    ["is no less for a fast class", { speed: speedOf(100) }, 30_000],
    ["is three times what nearly all take", { speed: speedOf(10 * 1.25 ** 35) }, 30 * 1.25 ** 35],
    ["is that of thinking for a model that does", { at: thinker, leftMs: 900_000 }, 300_000],
    [
      "is that of thinking for a call that wants it",
      { needs: { reasoning: true }, leftMs: 900_000 },
      300_000,
    ],
  ])("%s", (_name, one, ms) => {
    expect(timesOf({ streamed: false, ...one }).firstMs).toBeCloseTo(ms, 5);
  });
});

describe("the time of a call", () => {
  it.each([
    ["a plain one", specOf(), target, 120_000],
    ["one that thinks", specOf({ reasoning: true }), target, 900_000],
    ["one at a model that thinks", specOf(), thinker, 900_000],
    ["one that has no target", specOf(), undefined, 120_000],
    ["one that thinks and has no target", specOf({ reasoning: true }), undefined, 900_000],
  ])("of %s", (_name, spec, at, ms) => {
    expect(callMs(spec, at)).toBe(ms);
  });

  it("thinking is a matter of the call or of the model", () => {
    expect(isReasoning(specOf(), target)).toBe(false);
    expect(isReasoning(specOf({ reasoning: true }), target)).toBe(true);
    expect(isReasoning(specOf(), thinker)).toBe(true);
  });

  it.each([
    ["a second", 119_000, "attempt"],
    ["less", 119_001, "finish"],
  ])("with %s left: %s", (_name, waitMs, type) => {
    const own = new Bench();
    const { id } = own.call();
    own.nowMs += waitMs;
    const move = own.next(id);
    expect(move.type).toBe(type);
    if (move.type === "finish") {
      expect(move.why).toBe("deadline");
    }
  });

  it("is kept in part for a healthy target that follows, and not for a sick one", () => {
    const own = new Bench();
    const first = own.attempt(own.call({ limits: { totalMs: 14_000 } }).id);
    expect(first.times.firstMs).toBe(10_500);
    for (const id of ["acme:eu:first", "acme:us:second", "acme:eu:second"]) {
      own.health(id).silence.suspectMs = own.nowMs;
    }
    const alone = own.attempt(own.call({ limits: { totalMs: 14_000 } }).id);
    expect(alone.times.firstMs).toBe(12_000);
  });

  it("goes on while it tries: the second attempt has what the first one left", () => {
    const own = new Bench();
    const { id } = own.call({ limits: { totalMs: 20_000, ttftMs: 60_000 } });
    const first = own.attempt(id);
    own.nowMs += 9_000;
    own.fail(first, statusFailure(503));
    expect(own.attempt(id).times.firstMs).toBe(6_000);
  });
});

describe("upstream_stream: auto", () => {
  const plain = { stream: false, maxTokens: 100 };

  it.each<[string, Partial<CallNeeds>, Partial<Limits>, boolean]>([
    ["a stream is a stream", { stream: true, maxTokens: 1, collectable: false }, {}, true],
    ["a stream is a stream, though it is off", { stream: true }, { upstreamStream: "off" }, true],
    ["a short plain answer is not streamed", plain, {}, false],
    ["5 s of answer are not", { ...plain, maxTokens: 166 }, {}, false],
    ["more are", { ...plain, maxTokens: 167 }, {}, true],
    ["an answer of unknown length is", { ...plain, maxTokens: null }, {}, true],
    ["not when it is off", { ...plain, maxTokens: null }, { upstreamStream: "off" }, false],
    [
      "not what cannot be put together",
      { ...plain, maxTokens: null, collectable: false },
      {},
      false,
    ],
    ["thinking takes long", { ...plain, reasoning: true }, {}, true],
  ])("%s", (_name, needs, limits, streamed) => {
    expect(isStreamedUpstream(specOf(needs, limits), target, unknown)).toBe(streamed);
  });

  it("counts the time to the first token", () => {
    const slow: Speed = { ...emptySpeed(), ttftMs: 2_001 };
    expect(isStreamedUpstream(specOf(plain), target, slow)).toBe(true);
    expect(isStreamedUpstream(specOf(plain), target, { ...slow, ttftMs: 2_000 })).toBe(false);
  });

  it("streams from a model that thinks", () => {
    expect(isStreamedUpstream(specOf(plain), thinker, unknown)).toBe(true);
  });

  it("an attempt is told, and watched for silence as a stream is", () => {
    const own = new Bench();
    const needs = { stream: false, maxTokens: null };
    const move = own.attempt(own.call({ needs }).id);
    expect(move.streamed).toBe(true);
    expect(own.health(move.target.id).waiting.size).toBe(1);
    const short = own.attempt(own.call({ needs: { ...needs, maxTokens: 5 } }).id);
    expect(short).toMatchObject({ streamed: false, times: { firstMs: 30_000 } });
    expect(own.health(move.target.id).waiting.size).toBe(1);
  });
});
