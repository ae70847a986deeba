/** The error of a call that nobody could answer: it names every attempt, or passes on what the provider said of it. */
import type { CallCourse, Move } from "../core/call";
import type { CallConstraints, Plan } from "../core/plan";
import { readError } from "../dialects/openai";
import { GatewayError } from "../shared/errors";
import { redact } from "./redact";

const maxPassedOnChars = 2_000;
const retryWithinSeconds = 60;

/** The error of a call whose course came to its end without an answer. */
export function exhaustedError(
  course: CallCourse,
  why: Extract<Move, { kind: "finish" }>["why"],
  lastErrorBody: Buffer | null,
): GatewayError {
  const last = course.tried.at(-1);
  if (last === undefined) {
    return new GatewayError(why === "deadline" ? "upstream_timeout" : "no_target");
  }
  const { failure } = last;
  if (failure.verbatim) {
    return verbatimError(failure.status ?? 400, lastErrorBody);
  }
  const attempts = course.tried.map(
    ({ target, failure: one }) => `${target.model}@${target.region}: ${redact(one.message)}`,
  );
  const message = `All targets failed: ${attempts.join("; ")}`.slice(0, maxPassedOnChars);
  if (course.tried.every((one) => one.failure.reason === "rate_limited")) {
    const seconds = soonestResetSeconds(course);
    return new GatewayError("rate_limited", {
      message,
      headers: {
        "retry-after": String(seconds),
        "x-should-retry": String(seconds <= retryWithinSeconds),
      },
    });
  }
  const headers = { "x-should-retry": "false" };
  if (failure.caller === "upstream_timeout") {
    return new GatewayError("upstream_timeout", { message, headers });
  }
  return failure.reason === "overloaded"
    ? new GatewayError("targets_exhausted", {
        message,
        status: 503,
        headers: { ...headers, "retry-after": String(soonestResetSeconds(course)) },
      })
    : new GatewayError("targets_exhausted", { message, headers });
}

function soonestResetSeconds(course: CallCourse): number {
  const waits = course.tried.map((one) => one.failure.retryAfterMs ?? 1_000);
  return Math.max(1, Math.ceil(Math.min(...waits) / 1_000));
}

/** The provider's own words about a request that was at fault, without our key in them. */
function verbatimError(status: number, body: Buffer | null): GatewayError {
  const error = readError(parsedOrNull(body));
  return new GatewayError("upstream_refused", {
    status,
    headers: { "x-should-retry": "false" },
    ...(error.message === "" ? {} : { message: redact(error.message).slice(0, maxPassedOnChars) }),
    ...(error.param === null ? {} : { param: error.param }),
    upstream: { type: error.type, code: error.code },
  });
}

function parsedOrNull(body: Buffer | null): unknown {
  try {
    return body === null ? null : JSON.parse(body.toString("utf8"));
  } catch {
    return null;
  }
}

/** The error of a call whose plan has no target at all. */
export function plannedNothingError(plan: Plan, constraints: CallConstraints): GatewayError {
  const reasons = new Set(plan.entries.map((entry) => entry.reason));
  const only = (reason: string): boolean => reasons.size === 1 && reasons.has(reason as never);
  if (only("model_not_allowed")) {
    return new GatewayError("model_not_allowed", { param: "model" });
  }
  if (only("region_not_allowed")) {
    return new GatewayError("region_not_allowed");
  }
  return constraints.regionMode === "require" && constraints.region !== null
    ? new GatewayError("region_unavailable", {
        param: "X-Region",
        message: `Region "${constraints.region}" is required and has no target that may answer.`,
      })
    : new GatewayError("no_target");
}
