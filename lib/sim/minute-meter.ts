/** A provider's own limit per minute on requests and tokens: a bucket that fills evenly. */
import type { RateLimits } from "../core/events";
import type { MinuteLimit } from "./scenario";
import type { FateEnd } from "./upstream";

const minuteMs = 60_000;

export class MinuteMeter {
  readonly tells: boolean;
  private readonly limit: MinuteLimit;
  private requests: number;
  private tokens: number;
  private filledMs = 0;

  constructor(limit: MinuteLimit) {
    this.limit = limit;
    this.tells = limit.tells;
    this.requests = limit.requests;
    this.tokens = limit.tokens;
  }

  /** Takes a request of so many tokens; the refusal when there is no room. */
  spend(tokens: number, nowMs: number): FateEnd | null {
    this.fill(nowMs);
    if (tokens > this.limit.tokens) {
      return { kind: "status", status: 429, code: "request_too_large", retryAfterMs: null };
    }
    if (this.requests >= 1 && this.tokens >= tokens) {
      this.requests -= 1;
      this.tokens -= tokens;
      return null;
    }
    const forRequestMs = ((1 - this.requests) / this.limit.requests) * minuteMs;
    const forTokensMs = ((tokens - this.tokens) / this.limit.tokens) * minuteMs;
    const retryAfterMs = this.tells ? Math.ceil(Math.max(forRequestMs, forTokensMs)) : null;
    return { kind: "status", status: 429, code: "rate_limit_exceeded", retryAfterMs };
  }

  limits(nowMs: number): RateLimits {
    this.fill(nowMs);
    return {
      requests: share(this.limit.requests, this.requests),
      tokens: share(this.limit.tokens, this.tokens),
    };
  }

  private fill(nowMs: number): void {
    const part = (nowMs - this.filledMs) / minuteMs;
    this.filledMs = nowMs;
    this.requests = Math.min(this.limit.requests, this.requests + part * this.limit.requests);
    this.tokens = Math.min(this.limit.tokens, this.tokens + part * this.limit.tokens);
  }
}

function share(limit: number, left: number): RateLimits["requests"] {
  const remaining = Math.max(0, Math.floor(left));
  return { limit, remaining, resetMs: Math.ceil((1 - remaining / limit) * minuteMs) };
}
