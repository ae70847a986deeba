/** The errors of a call that its own key's limits refuse: which limit, by how much, and when to come back. */
import type { Unbounded } from "../../core/reserve";
import { GatewayError } from "../../shared/errors";
import type { KeyBudget } from "./key-limits";

/** SDKs may come back by themselves when there is room this soon. */
const maxRetryMs = 60_000;
/** Nobody knows when a running call ends. */
const parallelRetryMs = 1_000;
const databaseRetryMs = 5_000;

/** The key is at its limit of `what` per minute; there is room in `waitMs`, Infinity: never for this call. */
export function paceError(
  what: "requests" | "tokens",
  limit: number,
  units: number,
  waitMs: number,
): GatewayError {
  if (waitMs === Number.POSITIVE_INFINITY) {
    return new GatewayError("rate_limit_exceeded", {
      message:
        `This call is larger than this API key's whole limit of ${limit} ${what} per minute: ` +
        `it has about ${units}.`,
      details: { limit: what, limit_per_minute: limit, requested: units },
      headers: { "x-should-retry": "false" },
    });
  }
  return new GatewayError("rate_limit_exceeded", {
    message:
      `This API key is at its limit of ${limit} ${what} per minute. ` +
      `Try again in ${(waitMs / 1_000).toFixed(1)} s.`,
    details: { limit: what, limit_per_minute: limit },
    headers: retryHeaders(waitMs),
  });
}

/** The key has `limit` calls under way. */
export function parallelError(limit: number): GatewayError {
  return new GatewayError("too_many_parallel", {
    message: `This API key has ${limit} calls under way, as many as it may have at a time.`,
    details: { limit: "parallel", parallel: limit },
    headers: retryHeaders(parallelRetryMs),
  });
}

/** Why money was refused: the budget is used up, or the database that holds the rest does not answer. */
export type NoMoney = {
  readonly why: "used_up" | "database_away";
  readonly neededNanoUsd: number;
  /** When the next month begins, epoch ms. */
  readonly resetsAtMs: number;
};

/** The budget has less left than the call may cost. */
export function budgetError(
  { limitNanoUsd }: KeyBudget,
  { why, neededNanoUsd, resetsAtMs }: NoMoney,
): GatewayError {
  const limitUsd = limitNanoUsd / 1e9;
  const resetsAt = new Date(resetsAtMs).toISOString();
  const details = { limit: "budget", budget_usd_per_month: limitUsd, reason: why };
  if (why === "database_away") {
    return new GatewayError("budget_exceeded", {
      message:
        `Nothing is left of what this gateway holds of this API key's budget of $${limitUsd} a month, ` +
        "and the database that keeps the rest does not answer.",
      details,
      headers: retryHeaders(databaseRetryMs),
    });
  }
  return new GatewayError("budget_exceeded", {
    message:
      `This API key's budget of $${limitUsd} for this month has less left than the ` +
      `$${(neededNanoUsd / 1e9).toFixed(6)} that this call may cost. It begins anew at ${resetsAt}.`,
    details: { ...details, resets_at: resetsAt },
    headers: { "x-should-retry": "false" },
  });
}

/** A strict budget cannot hold a call of which nobody knows what it costs at most. */
export function unboundedError({ why, model }: Unbounded): GatewayError {
  return why === "no_price"
    ? new GatewayError("model_not_allowed", {
        param: "model",
        message: `This API key has a strict budget, and the model "${model}" has no price.`,
      })
    : new GatewayError("invalid_request", {
        param: "max_tokens",
        message:
          "This API key has a strict budget: send `max_tokens`, because nobody knows how long an " +
          `answer of the model "${model}" can get.`,
      });
}

function retryHeaders(waitMs: number): Record<string, string> {
  return {
    "retry-after": String(Math.max(1, Math.ceil(waitMs / 1_000))),
    "retry-after-ms": String(Math.max(1, Math.ceil(waitMs))),
    "x-should-retry": String(waitMs <= maxRetryMs),
  };
}
