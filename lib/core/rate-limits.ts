/**
 * How much room an answer's headers say is left: requests and tokens, each with its limit and its reset.
 *
 * Runs on every answer. Sources: the rate-limit references of OpenAI, Azure OpenAI, Anthropic, Groq, Cerebras and
 * Fireworks; draft-ietf-httpapi-ratelimit-headers.
 */
import type { RateLimit, RateLimits } from "./events";
import { decimal, durationMs } from "./retry-after";

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** One limit's three headers. */
type Names = { readonly limit: string; readonly remaining: string; readonly reset: string };

const openAi = (what: string): Names => ({
  limit: `x-ratelimit-limit-${what}`,
  remaining: `x-ratelimit-remaining-${what}`,
  reset: `x-ratelimit-reset-${what}`,
});
const anthropic = (what: string): Names => ({
  limit: `anthropic-ratelimit-${what}-limit`,
  remaining: `anthropic-ratelimit-${what}-remaining`,
  reset: `anthropic-ratelimit-${what}-reset`,
});
const generic = (prefix: string): Names => ({
  limit: `${prefix}ratelimit-limit`,
  remaining: `${prefix}ratelimit-remaining`,
  reset: `${prefix}ratelimit-reset`,
});

const requestNames: readonly Names[] = [
  openAi("requests"),
  openAi("requests-minute"),
  openAi("requests-day"),
  anthropic("requests"),
  generic("x-"),
  generic(""),
];
const tokenNames: readonly Names[] = [
  openAi("tokens"),
  openAi("tokens-minute"),
  openAi("tokens-day"),
  openAi("tokens-prompt"),
  openAi("tokens-generated"),
  anthropic("tokens"),
  anthropic("input-tokens"),
  anthropic("output-tokens"),
];

/** What the headers say of the room that is left; null where they say nothing. `wallClockMs` places absolute resets. */
export function readRateLimits(headers: Headers, wallClockMs: number): RateLimits | null {
  if (!hasRateLimits(headers)) {
    return null;
  }
  const requests = tightest(headers, requestNames, wallClockMs);
  const tokens = tightest(headers, tokenNames, wallClockMs);
  return requests === null && tokens === null ? null : { requests, tokens };
}

/** Whether it is tokens that ran out, not requests, so that a smaller request may still pass. */
export function isTokenLimit(limits: RateLimits | null): boolean {
  const tokens = limits?.tokens?.remaining ?? null;
  const requests = limits?.requests?.remaining ?? null;
  return tokens !== null && (requests === null ? tokens === 0 : requests > 0);
}

function hasRateLimits(headers: Headers): boolean {
  for (const name in headers) {
    if (name.includes("ratelimit-")) {
      return true;
    }
  }
  return false;
}

/** Of several limits on the same thing the one with the least share left; of equal ones the one that lasts longer. */
function tightest(
  headers: Headers,
  names: readonly Names[],
  wallClockMs: number,
): RateLimit | null {
  let tight: RateLimit | null = null;
  for (const name of names) {
    const limit = readLimit(headers, name, wallClockMs);
    if (limit !== null && (tight === null || isTighter(limit, tight))) {
      tight = limit;
    }
  }
  return tight;
}

function isTighter(one: RateLimit, other: RateLimit): boolean {
  const ratio = remainingRatio(one);
  const otherRatio = remainingRatio(other);
  return ratio === otherRatio ? (one.resetMs ?? 0) > (other.resetMs ?? 0) : ratio < otherRatio;
}

function remainingRatio({ limit, remaining }: RateLimit): number {
  if (remaining === null || remaining === 0) {
    return remaining ?? 1;
  }
  return limit === null ? 1 : remaining / limit;
}

/** Azure says -1 or 0 where it does not know a limit; nothing that stands beside it is known then. */
function readLimit(headers: Headers, names: Names, wallClockMs: number): RateLimit | null {
  const limitText = firstOf(headers[names.limit]);
  const limit = decimal(limitText);
  const remaining = decimal(firstOf(headers[names.remaining]));
  const isUnknown = limitText !== "" && (limit === null || limit === 0);
  if (isUnknown || (limit === null && remaining === null)) {
    return null;
  }
  const resetMs = readReset(firstOf(headers[names.reset]), wallClockMs);
  // A zero that stands alone may mean that nobody counts.
  return limit === null && remaining === 0 && resetMs === null
    ? null
    : { limit, remaining, resetMs };
}

/** Numbers from here on are instants, in seconds since 1970, and from there on in milliseconds. */
const firstEpochSeconds = 1e9;
const firstEpochMs = 1e11;

function readReset(text: string, wallClockMs: number): number | null {
  const number = decimal(text);
  if (number === null) {
    return durationMs(text) ?? untilMs(dateOf(text), wallClockMs);
  }
  if (number < firstEpochSeconds) {
    return Math.round(number * 1_000);
  }
  return untilMs(number < firstEpochMs ? number * 1_000 : number, wallClockMs);
}

function dateOf(text: string): number {
  return /^\d{4}-\d\d-\d\dT/.test(text) ? Date.parse(text) : Number.NaN;
}

function untilMs(atMs: number, wallClockMs: number): number | null {
  return Number.isFinite(atMs) ? Math.max(0, Math.round(atMs - wallClockMs)) : null;
}

/** The first value of a header; the drafts put policies behind it (`100, 100;w=60`). */
function firstOf(header: string | readonly string[] | undefined): string {
  const text = (typeof header === "string" ? header : header?.[0]) ?? "";
  const [first = ""] = text.split(/[,;]/, 1);
  return first.trim();
}
