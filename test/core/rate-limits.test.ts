import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RateLimits } from "@/lib/core/events";
import { isTokenLimit, readRateLimits } from "@/lib/core/rate-limits";

const nowMs = Date.UTC(2026, 10, 8, 8, 0, 0);

function openAi(
  over: Readonly<Record<string, string | readonly string[] | undefined>> = {},
): Record<string, string | readonly string[] | undefined> {
  return {
    "content-type": "application/json",
    "x-ratelimit-limit-requests": "500",
    "x-ratelimit-remaining-requests": "499",
    "x-ratelimit-reset-requests": "120ms",
    "x-ratelimit-limit-tokens": "30000",
    "x-ratelimit-remaining-tokens": "29500",
    "x-ratelimit-reset-tokens": "6m0s",
    ...over,
  };
}

describe("rate-limit headers", () => {
  it("OpenAI: durations", () => {
    expect(readRateLimits(openAi(), nowMs)).toEqual({
      requests: { limit: 500, remaining: 499, resetMs: 120 },
      tokens: { limit: 30_000, remaining: 29_500, resetMs: 360_000 },
    });
  });

  it("OpenAI: nothing left is zero, and zero is known", () => {
    const headers = openAi({ "x-ratelimit-remaining-requests": "0" });
    expect(readRateLimits(headers, nowMs)?.requests).toEqual({
      limit: 500,
      remaining: 0,
      resetMs: 120,
    });
  });

  it.each(["-1", "0"])(
    "Azure: a limit of %s is unknown, and so is what stands beside it",
    (limit) => {
      const headers = openAi({
        "x-ratelimit-limit-requests": limit,
        "x-ratelimit-remaining-requests": "0",
      });
      expect(readRateLimits(headers, nowMs)?.requests).toBeNull();
      expect(readRateLimits(headers, nowMs)?.tokens).not.toBeNull();
    },
  );

  it("Azure: unknown limits of both kinds are none", () => {
    const headers = { "x-ratelimit-limit-tokens": "-1", "x-ratelimit-remaining-requests": "-1" };
    expect(readRateLimits(headers, nowMs)).toBeNull();
  });

  it("Azure: what remains is known without its limit", () => {
    const headers = {
      "x-ratelimit-remaining-requests": "9",
      "x-ratelimit-remaining-tokens": "850",
    };
    expect(readRateLimits(headers, nowMs)).toEqual({
      requests: { limit: null, remaining: 9, resetMs: null },
      tokens: { limit: null, remaining: 850, resetMs: null },
    });
  });

  it("a zero that stands alone may mean that nobody counts", () => {
    expect(readRateLimits({ "x-ratelimit-remaining-requests": "0" }, nowMs)).toBeNull();
  });

  it("a zero with a reset is a zero", () => {
    const headers = {
      "x-ratelimit-remaining-requests": "0",
      "x-ratelimit-reset-requests": "1s",
    };
    expect(readRateLimits(headers, nowMs)?.requests).toEqual({
      limit: null,
      remaining: 0,
      resetMs: 1_000,
    });
  });

  it("a zero with a limit is a zero, also without a reset", () => {
    const headers = { "ratelimit-limit": "5", "ratelimit-remaining": "0" };
    expect(readRateLimits(headers, nowMs)?.requests).toEqual({
      limit: 5,
      remaining: 0,
      resetMs: null,
    });
  });

  it("nothing left is the tightest, also without a limit", () => {
    const headers = {
      "x-ratelimit-limit-requests": "20",
      "x-ratelimit-remaining-requests": "1",
      "x-ratelimit-remaining-requests-day": "0",
      "x-ratelimit-reset-requests-day": "9",
    };
    expect(readRateLimits(headers, nowMs)?.requests?.resetMs).toBe(9_000);
  });

  it("a limit without what remains is a limit", () => {
    expect(readRateLimits({ "x-ratelimit-limit-tokens": "10" }, nowMs)).toEqual({
      requests: null,
      tokens: { limit: 10, remaining: null, resetMs: null },
    });
  });

  it("a reset alone is nothing", () => {
    expect(readRateLimits({ "x-ratelimit-reset-tokens": "1s" }, nowMs)).toBeNull();
  });

  it("Anthropic: instants, and the tightest of three token limits", () => {
    const headers = {
      "anthropic-ratelimit-requests-limit": "50",
      "anthropic-ratelimit-requests-remaining": "49",
      "anthropic-ratelimit-requests-reset": "2026-11-08T08:00:01Z",
      "anthropic-ratelimit-tokens-limit": "90000",
      "anthropic-ratelimit-tokens-remaining": "80000",
      "anthropic-ratelimit-tokens-reset": "2026-11-08T08:00:02Z",
      "anthropic-ratelimit-input-tokens-limit": "80000",
      "anthropic-ratelimit-input-tokens-remaining": "79000",
      "anthropic-ratelimit-input-tokens-reset": "2026-11-08T08:00:03Z",
      "anthropic-ratelimit-output-tokens-limit": "10000",
      "anthropic-ratelimit-output-tokens-remaining": "1000",
      "anthropic-ratelimit-output-tokens-reset": "2026-11-08T08:00:04Z",
    };
    expect(readRateLimits(headers, nowMs)).toEqual({
      requests: { limit: 50, remaining: 49, resetMs: 1_000 },
      tokens: { limit: 10_000, remaining: 1_000, resetMs: 4_000 },
    });
    const input = { ...headers, "anthropic-ratelimit-input-tokens-remaining": "1" };
    expect(readRateLimits(input, nowMs)?.tokens?.limit).toBe(80_000);
  });

  it.each([
    ["requests-minute", "requests"],
    ["requests-day", "requests"],
    ["tokens-minute", "tokens"],
    ["tokens-day", "tokens"],
    ["tokens-prompt", "tokens"],
    ["tokens-generated", "tokens"],
  ] as const)("Cerebras, Fireworks: %s in seconds", (what, kind) => {
    const headers = {
      [`x-ratelimit-limit-${what}`]: "14400",
      [`x-ratelimit-remaining-${what}`]: "14399",
      [`x-ratelimit-reset-${what}`]: "33011.382867",
    };
    const limit = { limit: 14_400, remaining: 14_399, resetMs: 33_011_383 };
    expect(readRateLimits(headers, nowMs)).toEqual({
      requests: null,
      tokens: null,
      [kind]: limit,
    });
  });

  it.each(["x-ratelimit", "ratelimit"])("generic: %s counts requests", (prefix) => {
    const headers = {
      [`${prefix}-limit`]: "100, 100;w=60",
      [`${prefix}-remaining`]: "12",
      [`${prefix}-reset`]: "30",
    };
    expect(readRateLimits(headers, nowMs)).toEqual({
      requests: { limit: 100, remaining: 12, resetMs: 30_000 },
      tokens: null,
    });
  });

  it("a policy behind the limit is cut off", () => {
    const headers = { "ratelimit-limit": " 7 ;w=60", "ratelimit-remaining": "1" };
    expect(readRateLimits(headers, nowMs)?.requests?.limit).toBe(7);
  });

  it.each([
    ["nothing", "", null],
    ["nonsense", "later", null],
    ["a negative number", "-1", null],
    ["zero", "0", 0],
    ["seconds", "1.5", 1_500],
    ["the most seconds", "999999999", 999_999_999_000],
    ["seconds since 1970", String(nowMs / 1_000 + 9), 9_000],
    ["the first second that is an instant", "1000000000", 0],
    ["the last second that is an instant", "99999999999", 99_999_999_999_000 - nowMs],
    ["milliseconds since 1970", String(nowMs + 9), 9],
    ["the first millisecond that is an instant", "100000000000", 0],
    ["an instant that is past", "2026-11-08T07:59:59Z", 0],
    ["an instant with a zone and a fraction", "2026-11-08T09:00:00.5+01:00", 500],
    ["an instant that does not exist", "2026-99-08T09:00:00Z", null],
    ["an instant behind something else", "x2026-11-08T09:00:00Z", null],
    ["a day", "2026-11-08", null],
  ] as const)("a reset may be %s", (_what, reset, resetMs) => {
    const headers = { "x-ratelimit-limit": "5", "x-ratelimit-reset": reset };
    expect(readRateLimits(headers, nowMs)?.requests?.resetMs).toBe(resetMs);
  });

  it("of equal shares the one that lasts longer counts, in either order", () => {
    const day = "x-ratelimit-remaining-requests-day";
    const minute = "x-ratelimit-remaining-requests-minute";
    const read = (minuteReset: string, dayReset: string): number | null | undefined =>
      readRateLimits(
        {
          [minute]: "0",
          [day]: "0",
          "x-ratelimit-reset-requests-minute": minuteReset,
          "x-ratelimit-reset-requests-day": dayReset,
        },
        nowMs,
      )?.requests?.resetMs;
    expect(read("5", "9")).toBe(9_000);
    expect(read("9", "5")).toBe(9_000);
  });

  it("what is known to be short outranks what is not known", () => {
    const read = (first: string, second: string): RateLimits | null =>
      readRateLimits(
        {
          "x-ratelimit-limit-requests": "10",
          "x-ratelimit-remaining-requests": first,
          "x-ratelimit-limit-requests-day": "20",
          "x-ratelimit-remaining-requests-day": second,
        },
        nowMs,
      );
    expect(read("9", "")?.requests?.limit).toBe(10);
    expect(read("", "19")?.requests?.limit).toBe(20);
    expect(read("5", "11")?.requests?.limit).toBe(10);
    expect(read("6", "11")?.requests?.limit).toBe(20);
  });

  it("a remainder without its limit is no sign of shortness", () => {
    const headers = {
      "x-ratelimit-remaining-requests": "1",
      "x-ratelimit-limit-requests-day": "20",
      "x-ratelimit-remaining-requests-day": "19",
    };
    expect(readRateLimits(headers, nowMs)?.requests?.limit).toBe(20);
  });

  it("of two headers of one name the first counts", () => {
    const headers = openAi({ "x-ratelimit-remaining-requests": ["3", "4"] });
    expect(readRateLimits(headers, nowMs)?.requests?.remaining).toBe(3);
    const empty = openAi({ "x-ratelimit-remaining-requests": [] });
    expect(readRateLimits(empty, nowMs)?.requests?.remaining).toBeNull();
  });

  it("no such header is no limits", () => {
    expect(readRateLimits({}, nowMs)).toBeNull();
    expect(readRateLimits({ "content-type": "text/plain", date: "now" }, nowMs)).toBeNull();
    expect(readRateLimits({ "x-ratelimit-policy": "7" }, nowMs)).toBeNull();
  });

  it("never throws, and no number is negative", () => {
    const name = fc.constantFrom(
      ...Object.keys(openAi()),
      "anthropic-ratelimit-tokens-reset",
      "anthropic-ratelimit-tokens-limit",
      "ratelimit-remaining",
      "ratelimit-reset",
    );
    const value = fc.oneof(fc.string(), fc.double().map(String), fc.integer().map(String));
    const headers = fc.dictionary(name, fc.oneof(value, fc.array(value, { maxLength: 2 })));
    fc.assert(
      fc.property(headers, (one) => {
        const limits = readRateLimits(one, nowMs);
        for (const limit of [limits?.requests, limits?.tokens]) {
          for (const number of Object.values(limit ?? {})) {
            expect(number === null || number >= 0).toBe(true);
          }
        }
      }),
    );
  });
});

describe("whether tokens ran out", () => {
  const limits = (requests: number | null, tokens: number | null): RateLimits => ({
    requests: requests === null ? null : { limit: null, remaining: requests, resetMs: null },
    tokens: tokens === null ? null : { limit: null, remaining: tokens, resetMs: null },
  });

  it.each([
    ["requests are left and tokens are counted", limits(1, 500), true],
    ["requests are left and no token is", limits(1, 0), true],
    ["no request is left", limits(0, 500), false],
    ["neither is left", limits(0, 0), false],
    ["only tokens are counted and none is left", limits(null, 0), true],
    ["only tokens are counted and some are left", limits(null, 1), false],
    ["only requests are counted", limits(5, null), false],
    ["nothing is counted", limits(null, null), false],
    ["nothing is known", null, false],
  ] as const)("%s: %o", (_what, given, expected) => {
    expect(isTokenLimit(given)).toBe(expected);
  });
});
