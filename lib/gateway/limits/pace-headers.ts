/** A key's limits as OpenAI tells them, so that clients that pace themselves need not learn another form. */
import { type Pace, unitsLeft, untilFullMs } from "../../core/pace";

/** A limit per minute, how much of it is used, and what of it is this node's. */
export type PaceState = {
  readonly pace: Pace;
  readonly perMinute: number;
  readonly limit: number;
};

/**
 * The `x-ratelimit-*` headers of the limits that a key has. What is left is what this node would surely take now, so with
 * several nodes it is less than the limit from the beginning.
 */
export function paceHeaders(
  requests: PaceState | null,
  tokens: PaceState | null,
  nowMs: number,
): Record<string, string> {
  const headers: Record<string, string> = {};
  if (requests !== null) {
    headers["x-ratelimit-limit-requests"] = String(requests.limit);
    headers["x-ratelimit-remaining-requests"] = leftText(requests, nowMs);
    headers["x-ratelimit-reset-requests"] = durationText(untilFullMs(requests.pace, nowMs));
  }
  if (tokens !== null) {
    headers["x-ratelimit-limit-tokens"] = String(tokens.limit);
    headers["x-ratelimit-remaining-tokens"] = leftText(tokens, nowMs);
    headers["x-ratelimit-reset-tokens"] = durationText(untilFullMs(tokens.pace, nowMs));
  }
  return headers;
}

function leftText({ pace, perMinute }: PaceState, nowMs: number): string {
  return String(unitsLeft(pace, perMinute, nowMs));
}

/** A duration as OpenAI writes it: `12ms`, `1.204s`, `6m0s`. */
export function durationText(ms: number): string {
  const whole = Math.ceil(ms);
  if (whole < 1_000) {
    return `${whole}ms`;
  }
  const minutes = Math.floor(whole / 60_000);
  const seconds = (whole - minutes * 60_000) / 1_000;
  return minutes === 0 ? `${seconds}s` : `${minutes}m${seconds}s`;
}
