import { isMainThread } from "node:worker_threads";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decimal, durationMs, retryAfterMs } from "@/lib/core/retry-after";

const nowMs = Date.UTC(2026, 10, 8, 8, 49, 37);

describe("Retry-After", () => {
  it.each([
    ["seconds", "2", 2_000],
    ["zero", "0", 0],
    ["fractions of seconds", "0.25", 250],
    ["spaces around", "  3 ", 3_000],
    ["a duration", "1m30s", 90_000],
    ["a date", "Sun, 08 Nov 2026 08:49:40 GMT", 3_000],
    ["a date of RFC 850", "Sunday, 08-Nov-26 08:49:40 GMT", 3_000],
    ["a date with spaces around", " Sun, 08 Nov 2026 08:49:40 GMT ", 3_000],
    ["a date of asctime", "Sun Nov  8 08:49:40 2026", 3_000],
    ["a date that is past", "Sun, 08 Nov 2026 08:49:30 GMT", 0],
    ["a list, of which the longest counts", "1, 5, 2", 5_000],
    ["a list with nonsense in it", "soon, 5", 5_000],
    [
      "a date far away",
      "Fri, 31 Dec 9999 23:59:59 GMT",
      Date.UTC(9999, 11, 31, 23, 59, 59) - nowMs,
    ],
    ["a number beyond counting", "9".repeat(40), Number.MAX_SAFE_INTEGER],
    ["a number beyond floating", "9".repeat(400), Number.MAX_SAFE_INTEGER],
    ["nothing", "", null],
    ["a negative number", "-5", null],
    ["Infinity", "Infinity", null],
    ["NaN", "NaN", null],
    ["an exponent", "1e3", null],
    ["a hexadecimal number", "0x10", null],
    ["words that a lenient parser takes for a date", "banana 5", null],
    ["a date that does not exist", "Sun, 99 Nov 2026 99:49:40 GMT", null],
    ["a date with something before it", "x Sun, 08 Nov 2026 08:49:40 GMT", null],
    ["a date with something behind it", "Sun, 08 Nov 2026 08:49:40 GMT+1", null],
    ["a day alone", "Sunday", null],
  ] as const)("reads %s", (_what, value, expected) => {
    expect(retryAfterMs({ "retry-after": value }, nowMs)).toBe(expected);
  });

  it("reads milliseconds before seconds, OpenAI's header before Azure's", () => {
    const all = { "retry-after-ms": "20", "x-ms-retry-after-ms": "30", "retry-after": "4" };
    expect(retryAfterMs(all, nowMs)).toBe(20);
    expect(retryAfterMs({ ...all, "retry-after-ms": undefined }, nowMs)).toBe(30);
    expect(retryAfterMs({ "retry-after": "4" }, nowMs)).toBe(4_000);
    expect(retryAfterMs({ "retry-after-ms": "0", "retry-after": "4" }, nowMs)).toBe(0);
  });

  it("goes on to the next header when one cannot be used", () => {
    expect(retryAfterMs({ "retry-after-ms": "-1", "retry-after": "4" }, nowMs)).toBe(4_000);
    expect(retryAfterMs({ "retry-after-ms": "soon", "x-ms-retry-after-ms": "7" }, nowMs)).toBe(7);
    expect(retryAfterMs({ "retry-after-ms": "1s", "retry-after": "4" }, nowMs)).toBe(4_000);
  });

  it("rounds to whole milliseconds", () => {
    expect(retryAfterMs({ "retry-after-ms": "1.6" }, nowMs)).toBe(2);
    expect(retryAfterMs({ "retry-after": "0.0014" }, nowMs)).toBe(1);
    expect(retryAfterMs({ "retry-after": "Sun, 08 Nov 2026 08:49:40 GMT" }, nowMs + 0.4)).toBe(
      3_000,
    );
  });

  it("takes the longest of a header that came twice, in either order", () => {
    expect(retryAfterMs({ "retry-after": ["1", "3"] }, nowMs)).toBe(3_000);
    expect(retryAfterMs({ "retry-after": ["3", "1"] }, nowMs)).toBe(3_000);
    expect(retryAfterMs({ "retry-after": ["x", "0"] }, nowMs)).toBe(0);
    expect(retryAfterMs({ "retry-after": ["2", "x"] }, nowMs)).toBe(2_000);
    expect(retryAfterMs({ "retry-after": [] }, nowMs)).toBeNull();
  });

  // A thread cannot change the zone of its process.
  it.skipIf(!isMainThread)("reads dates without a zone as GMT, wherever we are", () => {
    const zone = process.env["TZ"];
    process.env["TZ"] = "Asia/Seoul";
    try {
      expect(new Date(0).getHours()).toBe(9);
      for (const date of ["Sun Nov  8 08:49:40 2026", "Sun, 08 Nov 2026 08:49:40 GMT"]) {
        expect(retryAfterMs({ "retry-after": date }, nowMs)).toBe(3_000);
      }
    } finally {
      if (zone === undefined) {
        delete process.env["TZ"];
      } else {
        process.env["TZ"] = zone;
      }
    }
  });

  it("says nothing when there is none", () => {
    expect(retryAfterMs({}, nowMs)).toBeNull();
  });

  it("is never negative and always a number or nothing", () => {
    const value = fc.oneof(
      fc.string(),
      fc.double().map(String),
      fc.integer().map((ms) => new Date(ms * 1_000).toUTCString()),
      fc.stringMatching(/^[\d.,smh -]{0,12}$/),
    );
    const header = fc.option(fc.oneof(value, fc.array(value, { maxLength: 3 })), {
      nil: undefined,
    });
    const headers = fc.record({
      "retry-after": header,
      "retry-after-ms": header,
      "x-ms-retry-after-ms": header,
    });
    fc.assert(
      fc.property(headers, fc.double({ noNaN: true, min: 0, max: 1e13 }), (one, atMs) => {
        const ms = retryAfterMs(one, atMs);
        expect(ms === null || (Number.isFinite(ms) && ms >= 0)).toBe(true);
      }),
    );
  });
});

describe("a duration", () => {
  it.each([
    ["12ms", 12],
    ["1.5s", 1_500],
    ["31s", 31_000],
    ["6m0s", 360_000],
    ["1h2m", 3_720_000],
    ["2m59.56s", 179_560],
    ["1d", 86_400_000],
    ["1500us", 2],
    ["2000µs", 2],
    ["3000000ns", 3],
    [" 1s ", 1_000],
    ["0s", 0],
    ["9".repeat(400) + "s", Number.MAX_SAFE_INTEGER],
    ["", null],
    [" ", null],
    ["5", null],
    ["s", null],
    ["-1s", null],
    ["1s 2s", null],
    ["1s?", null],
    ["?1s", null],
    ["1.s", null],
    ["1.5.5s", null],
    ["1x", null],
    ["1S", null],
  ] as const)("%j is %s ms", (text, ms) => {
    expect(durationMs(text)).toBe(ms);
  });
});

describe("a decimal number", () => {
  it.each([
    ["0", 0],
    ["007", 7],
    ["11.382867", 11.382867],
    ["", null],
    ["1.", null],
    [".5", null],
    ["-1", null],
    ["+1", null],
    ["1e3", null],
    ["1 ", null],
    ["1x", null],
    ["x1", null],
  ] as const)("%j is %s", (text, value) => {
    expect(decimal(text)).toBe(value);
  });
});
