/** The error of a call that nobody could answer: it names every attempt, or passes on what the provider said of it. */
import type { Failure } from "../core/classify";
import type { CallConstraints, Move } from "../core/events";
import type { Plan, PlanEntry } from "../core/plan";
import { GatewayError } from "../shared/errors";
import { redact } from "./redact";

type Finish = Extract<Move, { type: "finish" }>;

const maxMessageChars = 2_000;
/** SDKs may come back by themselves when a limit resets this soon. */
const maxRetryMs = 60_000;
/** Where a provider is overloaded, or at its limit, and does not say for how long. */
const unknownWaitMs = 1_000;

/** The tried chain has just been repeated for the caller: an SDK that repeats it again only adds load. */
const noRetry = { "x-should-retry": "false" };

/** The error of a call whose course came to its end without an answer. */
export function exhaustedError(finish: Finish): GatewayError {
  const last = finish.tried.at(-1)?.failure;
  if (last === undefined) {
    return untriedError(finish);
  }
  if (finish.why === "deadline") {
    const message = listed("The call's time ran out", finish);
    return new GatewayError("upstream_timeout", { message, headers: noRetry });
  }
  if (finish.why === "interrupted") {
    const message = listed("The provider's stream broke before its end", finish);
    return new GatewayError("stream_interrupted", { message });
  }
  if (last.verbatim) {
    return verbatimError(last);
  }
  const message = listed("All targets failed", finish);
  if (finish.why === "rate_limited" || last.caller === "rate_limited") {
    return rateLimitedError(resetMs(finish), message);
  }
  // The gateway is no target of its own: a provider's overload is told as 503 under the same code.
  return last.reason === "overloaded" && last.caller === "targets_exhausted"
    ? new GatewayError("targets_exhausted", {
        message,
        status: 503,
        headers: { ...noRetry, "retry-after": seconds(last.retryAfterMs ?? unknownWaitMs) },
      })
    : new GatewayError(last.caller, { message, headers: noRetry });
}

function untriedError({ why, retryInMs }: Finish): GatewayError {
  switch (why) {
    case "deadline":
      return new GatewayError("upstream_timeout", { headers: noRetry });
    case "rate_limited":
      return rateLimitedError(retryInMs ?? unknownWaitMs);
    case "exhausted":
    case "refused":
    case "no_target":
    case "interrupted":
      return new GatewayError("no_target");
  }
}

function listed(sentence: string, { tried }: Finish): string {
  const attempts = tried.map(
    ({ target, failure }) => `${target.model}@${target.region}: ${redact(failure.message)}`,
  );
  return `${sentence}: ${attempts.join("; ")}`.slice(0, maxMessageChars);
}

/** `inMs` null: waiting does not help, since the request is larger than every limit. */
function rateLimitedError(inMs: number | null, message?: string): GatewayError {
  const mayRetry = inMs !== null && inMs <= maxRetryMs;
  return new GatewayError("rate_limited", {
    ...(message === undefined ? {} : { message }),
    headers: {
      "x-should-retry": String(mayRetry),
      ...(inMs === null ? {} : { "retry-after": seconds(inMs) }),
      ...(mayRetry ? { "retry-after-ms": String(Math.ceil(inMs)) } : {}),
    },
  });
}

/** When the soonest limit resets; null when none of the attempts met one that a wait could help with. */
function resetMs({ tried, retryInMs }: Finish): number | null {
  const waits = tried
    .filter(({ failure }) => failure.reason === "rate_limited")
    .map(({ failure }) => failure.retryAfterMs ?? unknownWaitMs);
  return retryInMs ?? (waits.length === 0 ? null : Math.min(...waits));
}

function seconds(ms: number): string {
  return String(Math.max(1, Math.ceil(ms / 1_000)));
}

/** The provider's own words about a request that was at fault, without our key in them. */
function verbatimError({ status, upstream }: Failure): GatewayError {
  const message = redact(upstream?.message ?? "").slice(0, maxMessageChars);
  const param = redact(upstream?.param ?? "");
  return new GatewayError("upstream_refused", {
    ...(status === null ? {} : { status }),
    headers: noRetry,
    ...(message === "" ? {} : { message }),
    ...(param === "" ? {} : { param }),
    upstream: { type: redact(upstream?.type ?? ""), code: redact(upstream?.code ?? "") },
  });
}

type Reason = PlanEntry["reason"];

/** What a request asks of a model, for the sentence that says that none has it. */
const asked: Readonly<Partial<Record<Reason, string>>> = {
  lacks_tools: "take tools",
  lacks_vision: "see images",
  lacks_json: "write JSON",
  context_too_small: "take a prompt of this length",
};

/** The error of a call whose plan has no target at all. */
export function plannedNothingError(plan: Plan, constraints: CallConstraints): GatewayError {
  const reasons = [...new Set(plan.entries.map((entry) => entry.reason))];
  const only = (reason: Reason): boolean => reasons.length === 1 && reasons[0] === reason;
  if (only("model_not_allowed")) {
    return new GatewayError("model_not_allowed", { param: "model" });
  }
  if (only("region_not_allowed")) {
    return new GatewayError("region_not_allowed");
  }
  const lacking = reasons.map((reason) => asked[reason]);
  if (reasons.length > 0 && lacking.every((words) => words !== undefined)) {
    const message = `No target of this route can ${lacking.join(" and ")}.`;
    return new GatewayError("invalid_request", { message, param: "model" });
  }
  return constraints.regionMode === "require" && constraints.region !== null
    ? new GatewayError("region_unavailable", {
        param: "X-Region",
        message: `Region "${constraints.region}" is required and has no target that may answer.`,
      })
    : new GatewayError("no_target");
}
