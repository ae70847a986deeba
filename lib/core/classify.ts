/**
 * What a failed attempt means before the commit point, as one total function: whether the same target is asked again,
 * whether the next one is, what it says about health, and what the caller hears when nothing is left.
 *
 * The rows are those of docs/failure-modes.md. What fits no row is the provider's failure.
 */
import type { ErrorCode } from "../shared/errors";

export type Reason =
  | "reset_early"
  | "reset"
  | "unreachable"
  | "connect_timeout"
  | "ttft_timeout"
  | "idle_timeout"
  | "total_timeout"
  | "server_error"
  | "overloaded"
  | "rate_limited"
  | "request_over_limit"
  | "quota"
  | "unauthorized"
  | "forbidden"
  | "model_not_found"
  | "context_length"
  | "content_policy"
  | "bad_request"
  | "bad_answer"
  | "redirect"
  | "too_large"
  | "interrupted"
  | "switched_off"
  | "client_closed";

export type UpstreamError = { code: string; type: string; message: string };

/** What happened to an attempt, as its wire saw it. */
export type Signal =
  | { kind: "transport"; code: string; elapsedMs: number }
  | { kind: "timeout"; phase: "connect" | "ttft" | "idle" | "total" }
  | { kind: "status"; status: number; retryAfterMs: number | null; error: UpstreamError }
  | { kind: "bad_answer"; detail: string; error: UpstreamError | null }
  | { kind: "too_large" }
  | { kind: "interrupted"; detail: string }
  | { kind: "switched_off" };

export type Failure = {
  readonly reason: Reason;
  /** Milliseconds to wait before the same target is asked once more; null: not again. */
  readonly sameTargetAfterMs: number | null;
  /** `sibling`: another region of the same provider × model may be asked next; `pair`: only another provider × model. */
  readonly next: "sibling" | "pair" | "none";
  readonly health: "failure" | "capacity" | "neutral";
  readonly retryAfterMs: number | null;
  readonly status: number | null;
  readonly message: string;
  /** What the caller hears when this was the last word. */
  readonly caller: ErrorCode;
  /** The provider's own words are passed on: the request itself was at fault. */
  readonly verbatim: boolean;
};

const unreachableCodes = new Set([
  "ECONNREFUSED",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EPROTO",
  "CERT_HAS_EXPIRED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "ERR_TLS_CERT_ALTNAME_INVALID",
]);

/** A reset this soon after the request is most likely a kept-alive socket that the provider had just closed. */
const staleSocketMs = 1_000;

const moneyCodes = new Set(["insufficient_quota", "billing_hard_limit_reached", "billing_error"]);
const contextCodes = new Set(["context_length_exceeded", "request_too_large"]);
const policyCodes = new Set(["content_policy_violation", "content_filter"]);
/** Parameters that one provider knows and another does not: worth asking elsewhere. */
const targetSpecificCodes = new Set([
  "unsupported_parameter",
  "unsupported_value",
  "unknown_parameter",
]);

type Verdict = Pick<Failure, "reason" | "next" | "health" | "caller"> &
  Partial<Pick<Failure, "sameTargetAfterMs" | "retryAfterMs" | "verbatim">>;

/** What `signal` means. `retryAfterWaitMs` is the longest Retry-After that is worth waiting for at the same target. */
export function classify(signal: Signal, retryAfterWaitMs: number): Failure {
  return {
    sameTargetAfterMs: null,
    retryAfterMs: null,
    verbatim: false,
    status: signal.kind === "status" ? signal.status : null,
    message: messageOf(signal),
    ...verdictOf(signal, retryAfterWaitMs),
  };
}

function verdictOf(signal: Signal, retryAfterWaitMs: number): Verdict {
  switch (signal.kind) {
    case "transport":
      return transportVerdict(signal.code, signal.elapsedMs);
    case "timeout":
      return {
        reason: `${signal.phase}_timeout`,
        next: signal.phase === "connect" ? "sibling" : "pair",
        health: "failure",
        caller: "upstream_timeout",
      };
    case "status":
      return statusVerdict(signal, retryAfterWaitMs);
    case "bad_answer":
      return signal.error === null
        ? { reason: "bad_answer", next: "sibling", health: "failure", caller: "targets_exhausted" }
        : errorEventVerdict(signal.error, retryAfterWaitMs);
    case "too_large":
      return { reason: "too_large", next: "none", health: "neutral", caller: "targets_exhausted" };
    case "interrupted":
      return {
        reason: "interrupted",
        next: "sibling",
        health: "failure",
        caller: "targets_exhausted",
      };
    case "switched_off":
      return { reason: "switched_off", next: "sibling", health: "neutral", caller: "no_target" };
  }
}

function transportVerdict(code: string, elapsedMs: number): Verdict {
  if (unreachableCodes.has(code)) {
    return {
      reason: "unreachable",
      next: "sibling",
      health: "failure",
      caller: "targets_exhausted",
    };
  }
  if (elapsedMs <= staleSocketMs) {
    return {
      reason: "reset_early",
      sameTargetAfterMs: 0,
      next: "sibling",
      health: "failure",
      caller: "targets_exhausted",
    };
  }
  return { reason: "reset", next: "sibling", health: "failure", caller: "targets_exhausted" };
}

/** An error event in a 200 carries no status, so its type or code stands for one. */
function errorEventVerdict(error: UpstreamError, retryAfterWaitMs: number): Verdict {
  const numeric = Number(error.code);
  const status = numeric >= 400 && numeric < 600 ? numeric : (statusByType[error.type] ?? 502);
  return statusVerdict({ status, retryAfterMs: null, error }, retryAfterWaitMs);
}

const statusByType: Readonly<Record<string, number>> = {
  invalid_request_error: 400,
  authentication_error: 401,
  permission_error: 403,
  not_found_error: 404,
  rate_limit_error: 429,
  rate_limit_exceeded: 429,
  overloaded_error: 529,
};

function statusVerdict(
  signal: { status: number; retryAfterMs: number | null; error: UpstreamError },
  retryAfterWaitMs: number,
): Verdict {
  const { status, error } = signal;
  if (status === 402 || moneyCodes.has(error.code) || moneyCodes.has(error.type)) {
    return { reason: "quota", next: "pair", health: "capacity", caller: "targets_exhausted" };
  }
  if (status === 429) {
    const waitMs = signal.retryAfterMs;
    return {
      reason: "rate_limited",
      sameTargetAfterMs: waitMs !== null && waitMs <= retryAfterWaitMs ? waitMs : null,
      retryAfterMs: waitMs,
      next: "sibling",
      health: "capacity",
      caller: "rate_limited",
    };
  }
  if (status === 500 || status === 502) {
    return {
      reason: "server_error",
      sameTargetAfterMs: 250,
      next: "sibling",
      health: "failure",
      caller: "targets_exhausted",
    };
  }
  if (status === 408 || status >= 500) {
    return {
      reason: "overloaded",
      retryAfterMs: signal.retryAfterMs,
      next: "sibling",
      health: "failure",
      caller: status === 504 || status === 408 ? "upstream_timeout" : "targets_exhausted",
    };
  }
  if (status >= 300 && status < 400) {
    return { reason: "redirect", next: "sibling", health: "failure", caller: "targets_exhausted" };
  }
  if (status === 401) {
    return { reason: "unauthorized", next: "pair", health: "failure", caller: "targets_exhausted" };
  }
  if (status === 403) {
    return { reason: "forbidden", next: "sibling", health: "failure", caller: "targets_exhausted" };
  }
  if (status === 404 || status === 410) {
    return {
      reason: "model_not_found",
      next: "sibling",
      health: "failure",
      caller: "targets_exhausted",
    };
  }
  return requestVerdict(status, error);
}

function requestVerdict(status: number, error: UpstreamError): Verdict {
  if (contextCodes.has(error.code) || status === 413) {
    return {
      reason: "context_length",
      next: "pair",
      health: "neutral",
      caller: "upstream_refused",
      verbatim: true,
    };
  }
  if (policyCodes.has(error.code)) {
    return {
      reason: "content_policy",
      next: "none",
      health: "neutral",
      caller: "upstream_refused",
      verbatim: true,
    };
  }
  return {
    reason: "bad_request",
    next: targetSpecificCodes.has(error.code) ? "pair" : "none",
    health: "neutral",
    caller: "upstream_refused",
    verbatim: true,
  };
}

function messageOf(signal: Signal): string {
  switch (signal.kind) {
    case "transport":
      return signal.code;
    case "timeout":
      return `${signal.phase} timeout`;
    case "status":
      return signal.error.message === ""
        ? String(signal.status)
        : `${String(signal.status)} ${signal.error.message}`;
    case "bad_answer":
    case "interrupted":
      return signal.detail;
    case "too_large":
      return "answer too large";
    case "switched_off":
      return "switched off";
  }
}
