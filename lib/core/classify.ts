/**
 * What a failed attempt means before the commit point, as one total function: whether the same target is asked again,
 * who is asked next, what it says about health, and what the caller hears when nothing is left.
 *
 * The rows are those of docs/failure-modes.md. What fits no row is the provider's failure, marked `unclassified`.
 */
import type { ErrorCode } from "../shared/errors";
import { durationMs } from "./retry-after";
import {
  type UpstreamError,
  isAboutTokens,
  isRequestOverLimit,
  isTargetSpecific,
  reasonOfWords,
  statusOfWords,
} from "./upstream-words";

export type Reason =
  | "reset_early"
  | "reset"
  | "unreachable"
  | "connect_timeout"
  | "ttft_timeout"
  | "idle_timeout"
  | "progress_timeout"
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
  | "unclassified";

/** What happened to an attempt, as its wire saw it. */
export type Signal =
  | { readonly kind: "transport"; readonly code: string; readonly elapsedMs: number }
  | {
      readonly kind: "timeout";
      readonly phase: "connect" | "ttft" | "idle" | "progress" | "total";
    }
  | {
      readonly kind: "status";
      readonly status: number;
      readonly retryAfterMs: number | null;
      readonly error: UpstreamError;
      /** The body is a page for people: somebody in front of the provider answered. */
      readonly isHtml: boolean;
      /** The provider's `x-should-retry`; false forbids the same target only. */
      readonly shouldRetry: boolean | null;
      /** The answer's headers say that tokens ran out, not requests. */
      readonly sizeLimit?: boolean;
    }
  /** A 200 that is no answer; `error` is the one it carries instead. */
  | { readonly kind: "bad_answer"; readonly detail: string; readonly error: UpstreamError | null }
  | { readonly kind: "too_large" }
  | { readonly kind: "interrupted"; readonly detail: string };

export type Failure = {
  readonly reason: Reason;
  /** Milliseconds to wait before the same target is asked once more; null: not again. */
  readonly sameTargetAfterMs: number | null;
  /**
   * Who may be asked next. `sibling`: another region of the same provider × model too; `pair`: only another provider ×
   * model; `larger_window`: only one that takes longer prompts; `other_credential`: none that pays with the same key.
   */
  readonly next: "sibling" | "pair" | "larger_window" | "other_credential" | "none";
  /** Whose health it speaks of. */
  readonly health:
    | "target"
    | "region"
    | "credential"
    | "quota"
    | "access"
    | "configuration"
    | "capacity"
    | "neutral";
  /** What the provider asks us to wait, for limits and overload. */
  readonly retryAfterMs: number | null;
  /** A sign that fewer calls at a time would fare better. */
  readonly overload: boolean;
  /** A rate limit on tokens: a smaller request may still pass. */
  readonly bySize: boolean;
  /** It fits no row: the provider's failure until somebody has read the evidence in `message`. */
  readonly unclassified: boolean;
  /** Of the answer's head; null when none came or it was a 200. */
  readonly status: number | null;
  readonly message: string;
  /** What the caller hears when this was the last word. */
  readonly caller: ErrorCode;
  /** The provider's own words are passed on: the request itself was at fault. */
  readonly verbatim: boolean;
  /** The provider's own words, where they are passed on. */
  readonly upstream: UpstreamError | null;
};

type Row = Pick<Failure, "next" | "health" | "caller"> &
  Partial<Pick<Failure, "overload" | "verbatim">>;

const rows: Readonly<Record<Reason, Row>> = {
  reset_early: { next: "sibling", health: "target", caller: "targets_exhausted" },
  reset: { next: "sibling", health: "target", caller: "targets_exhausted" },
  unreachable: { next: "sibling", health: "region", caller: "upstream_unreachable" },
  connect_timeout: { next: "sibling", health: "region", caller: "upstream_timeout" },
  ttft_timeout: { next: "pair", health: "target", caller: "upstream_timeout", overload: true },
  idle_timeout: { next: "pair", health: "target", caller: "upstream_timeout", overload: true },
  progress_timeout: { next: "pair", health: "target", caller: "upstream_timeout", overload: true },
  total_timeout: { next: "pair", health: "target", caller: "upstream_timeout", overload: true },
  server_error: { next: "sibling", health: "target", caller: "targets_exhausted" },
  overloaded: { next: "sibling", health: "target", caller: "targets_exhausted" },
  rate_limited: { next: "sibling", health: "capacity", caller: "rate_limited" },
  request_over_limit: { next: "sibling", health: "neutral", caller: "rate_limited" },
  quota: { next: "other_credential", health: "quota", caller: "provider_quota" },
  unauthorized: { next: "other_credential", health: "credential", caller: "upstream_auth" },
  forbidden: { next: "sibling", health: "access", caller: "targets_exhausted" },
  model_not_found: { next: "sibling", health: "configuration", caller: "targets_exhausted" },
  context_length: {
    next: "larger_window",
    health: "neutral",
    caller: "upstream_refused",
    verbatim: true,
  },
  content_policy: { next: "none", health: "neutral", caller: "upstream_refused", verbatim: true },
  bad_request: { next: "none", health: "neutral", caller: "upstream_refused", verbatim: true },
  bad_answer: { next: "sibling", health: "target", caller: "targets_exhausted" },
  redirect: { next: "sibling", health: "configuration", caller: "targets_exhausted" },
  too_large: { next: "none", health: "neutral", caller: "targets_exhausted" },
  interrupted: { next: "sibling", health: "target", caller: "targets_exhausted" },
  unclassified: { next: "sibling", health: "target", caller: "targets_exhausted" },
};

const reasonByStatus: ReadonlyMap<number, Reason> = new Map<number, Reason>([
  [400, "bad_request"],
  [401, "unauthorized"],
  [402, "quota"],
  [403, "forbidden"],
  [404, "model_not_found"],
  [405, "bad_request"],
  [408, "overloaded"],
  [409, "bad_request"],
  [410, "model_not_found"],
  [413, "context_length"],
  [415, "bad_request"],
  [422, "bad_request"],
  [429, "rate_limited"],
  [500, "server_error"],
  [502, "server_error"],
  [503, "overloaded"],
  [504, "overloaded"],
  [520, "overloaded"],
  [521, "overloaded"],
  [522, "overloaded"],
  [523, "overloaded"],
  [524, "overloaded"],
  [525, "overloaded"],
  [526, "overloaded"],
  [529, "overloaded"],
]);

const reasonByTransportCode: ReadonlyMap<string, Reason> = new Map<string, Reason>([
  ["ECONNREFUSED", "unreachable"],
  ["EHOSTUNREACH", "unreachable"],
  ["ENETUNREACH", "unreachable"],
  ["EHOSTDOWN", "unreachable"],
  ["ENETDOWN", "unreachable"],
  ["ENOTFOUND", "unreachable"],
  ["EAI_AGAIN", "unreachable"],
  ["EAI_FAIL", "unreachable"],
  ["EAI_NODATA", "unreachable"],
  ["ENODATA", "unreachable"],
  ["ESERVFAIL", "unreachable"],
  ["EPROTO", "unreachable"],
  ["ERR_PRIVATE_ADDRESS", "unreachable"],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "unreachable"],
  ["SELF_SIGNED_CERT_IN_CHAIN", "unreachable"],
  ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", "unreachable"],
  ["UNABLE_TO_GET_ISSUER_CERT", "unreachable"],
  ["UNABLE_TO_GET_ISSUER_CERT_LOCALLY", "unreachable"],
  ["UND_ERR_CONNECT_TIMEOUT", "connect_timeout"],
  ["ETIMEDOUT", "connect_timeout"],
  ["UND_ERR_HEADERS_TIMEOUT", "ttft_timeout"],
  ["UND_ERR_BODY_TIMEOUT", "idle_timeout"],
  ["ECONNRESET", "reset"],
  ["ECONNABORTED", "reset"],
  ["EPIPE", "reset"],
  ["UND_ERR_SOCKET", "reset"],
  ["UND_ERR_HEADERS_OVERFLOW", "bad_answer"],
  ["UND_ERR_RES_CONTENT_LENGTH_MISMATCH", "bad_answer"],
]);
/** Families of codes: certificates, TLS, and answers that are no HTTP. */
const reasonByTransportPrefix: readonly (readonly [string, Reason])[] = [
  ["CERT_", "unreachable"],
  ["ERR_TLS_", "unreachable"],
  ["ERR_SSL_", "unreachable"],
  ["HPE_", "bad_answer"],
];

/** A reset this soon after the request is most likely a kept-alive socket that the provider had just closed. */
const staleSocketMs = 1_000;
const serverErrorRetryMs = 250;
const maxMessageChars = 500;

type Verdict = { readonly reason: Reason } & Partial<Omit<Failure, "reason" | "message">>;

/** What `signal` means. `retryAfterWaitMs` is the longest Retry-After that is worth waiting for at the same target. */
export function classify(signal: Signal, retryAfterWaitMs: number): Failure {
  const verdict = verdictOf(signal, retryAfterWaitMs);
  return {
    sameTargetAfterMs: null,
    retryAfterMs: null,
    overload: false,
    bySize: false,
    verbatim: false,
    status: null,
    upstream: null,
    unclassified: verdict.reason === "unclassified",
    ...rows[verdict.reason],
    ...verdict,
    message: messageOf(signal, verdict).slice(0, maxMessageChars),
  };
}

function verdictOf(signal: Signal, retryAfterWaitMs: number): Verdict {
  switch (signal.kind) {
    case "transport":
      return transportVerdict(signal.code, signal.elapsedMs);
    case "timeout":
      return { reason: `${signal.phase}_timeout` };
    case "status":
      return { ...answerVerdict(signal, retryAfterWaitMs), status: signal.status };
    case "bad_answer":
      return signal.error === null
        ? { reason: "bad_answer" }
        : errorInsideVerdict(signal.error, retryAfterWaitMs);
    case "too_large":
    case "interrupted":
      return { reason: signal.kind };
  }
}

function transportVerdict(code: string, elapsedMs: number): Verdict {
  const family = reasonByTransportPrefix.find(([prefix]) => code.startsWith(prefix));
  const reason = reasonByTransportCode.get(code) ?? family?.[1] ?? "unclassified";
  return reason === "reset" && elapsedMs <= staleSocketMs
    ? { reason: "reset_early", sameTargetAfterMs: 0 }
    : { reason };
}

type ErrorAnswer = Omit<Extract<Signal, { kind: "status" }>, "kind">;

/** An error inside a 200 has no status, so its words stand for one. It is never asked of the same target again. */
function errorInsideVerdict(error: UpstreamError, retryAfterWaitMs: number): Verdict {
  const status = statusOfWords(error);
  if (status === null) {
    return { reason: "bad_answer", unclassified: true };
  }
  const answer = { status, retryAfterMs: null, error, isHtml: false, shouldRetry: false };
  return answerVerdict(answer, retryAfterWaitMs);
}

function answerVerdict(answer: ErrorAnswer, retryAfterWaitMs: number): Verdict {
  const { status, error } = answer;
  const reason = answerReason(status, error);
  const waitMs = waitOf(answer);
  const mayRepeat = answer.shouldRetry !== false;
  if (rows[reason].verbatim === true) {
    const elsewhere = reason === "bad_request" && isTargetSpecific(error);
    return { reason, upstream: error, ...(elsewhere ? { next: "pair" } : {}) };
  }
  if (reason === "server_error") {
    return { reason, sameTargetAfterMs: mayRepeat ? serverErrorRetryMs : null };
  }
  if (reason === "overloaded") {
    const overload = status === 503 || status === 529 || reasonOfWords(error) === "overloaded";
    const isTimeout = status === 504 || status === 408;
    const caller = isTimeout ? "upstream_timeout" : rows[reason].caller;
    return { reason, retryAfterMs: waitMs, overload, caller };
  }
  if (reason === "rate_limited") {
    const isShort = waitMs !== null && waitMs <= retryAfterWaitMs;
    return {
      reason,
      retryAfterMs: waitMs,
      sameTargetAfterMs: mayRepeat && isShort ? waitMs : null,
      bySize: answer.sizeLimit === true || isAboutTokens(error),
    };
  }
  return reason === "forbidden" && answer.isHtml ? { reason, health: "neutral" } : { reason };
}

/** What the provider asks us to wait: its headers first, then its body. */
function waitOf({ retryAfterMs, error }: ErrorAnswer): number | null {
  const waitMs = retryAfterMs ?? durationMs(error.retryDelay ?? "");
  return waitMs !== null && waitMs >= 0 ? waitMs : null;
}

function answerReason(status: number, error: UpstreamError): Reason {
  if (status >= 300 && status < 400) {
    return "redirect";
  }
  if (!(status >= 400 && status < 600)) {
    return "unclassified";
  }
  const said = reasonOfWords(error);
  if (said === "quota" || said === "overloaded") {
    return said;
  }
  const isTooLong = status === 429 && said === "context_length";
  if (isTooLong || ((status === 429 || status === 413) && isRequestOverLimit(error))) {
    return "request_over_limit";
  }
  const reason = reasonByStatus.get(status) ?? "unclassified";
  return said !== null && status < 500 && outranks(said, reason) ? said : reason;
}

/** A refused prompt or a dead key is that under any status but 401; other words only explain the vague ones. */
function outranks(said: Reason, reason: Reason): boolean {
  const isVague = reason === "bad_request" || reason === "unclassified";
  const isPlain = said === "content_policy" || said === "unauthorized";
  return isVague || (isPlain && reason !== "unauthorized");
}

function messageOf(signal: Signal, verdict: Verdict): string {
  switch (signal.kind) {
    case "transport":
      return signal.code;
    case "timeout":
      return `${signal.phase} timeout`;
    case "status":
      return joined([
        String(signal.status),
        ...(verdict.reason === "unclassified" ? [signal.error.code, signal.error.type] : []),
        signal.error.message,
      ]);
    case "bad_answer":
      return joined([signal.detail, signal.error?.code, signal.error?.type, signal.error?.message]);
    case "interrupted":
      return signal.detail;
    case "too_large":
      return "answer too large";
  }
}

function joined(words: readonly (string | undefined)[]): string {
  return words.filter((word) => word !== undefined && word !== "").join(" ");
}
