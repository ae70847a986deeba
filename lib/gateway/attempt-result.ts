/** What came of one try of a call at a target, as a value. */
import type { IncomingHttpHeaders } from "node:http";
import { type Failure, type Signal, classify } from "../core/classify";
import { retryAfterMs } from "../core/retry-after";
import type { Target } from "../core/types";
import { type Usage, readError } from "../dialects/openai";
import type { ChatRequest } from "./chat-request";
import type { Endpoint } from "./upstreams";
import { type WireRequest, transportCode } from "./wire";

export type Answer = {
  readonly kind: "answer";
  readonly body: Buffer;
  readonly usage: Usage | null;
  readonly contentChars: number;
};

export type AttemptResult =
  | Answer
  | { readonly kind: "stream"; readonly stream: CommittedStream }
  | { readonly kind: "failed"; readonly failure: Failure; readonly errorBody: Buffer | null }
  | { readonly kind: "cancelled" };

export type AttemptTimes = {
  /** For the first content of a stream, or for the whole of a plain answer. */
  readonly firstMs: number;
  readonly idleMs: number;
  /** For a stream that makes progress, from its start. */
  readonly streamTotalMs: number;
  readonly retryAfterWaitMs: number;
};

export type StreamEnd =
  | { kind: "complete"; usage: Usage | null; contentChars: number; malformed: number }
  | {
      kind: "interrupted";
      failure: Failure;
      usage: Usage | null;
      contentChars: number;
      malformed: number;
    }
  | { kind: "cancelled"; usage: Usage | null; contentChars: number; malformed: number };

export type CommittedStream = {
  /** Monotonic instant of the first content. */
  readonly firstContentMs: number;
  /**
   * Hands everything to `write` (held events first, then as they come) and tells how the stream ended. `write` returns
   * false to pause the provider until `resume`.
   */
  relay(write: (text: string) => boolean): Promise<StreamEnd>;
  resume(): void;
};

/** The failed attempt of `signal`. */
export function failed(
  signal: Signal,
  times: AttemptTimes,
  errorBody: Buffer | null = null,
): AttemptResult {
  return { kind: "failed", failure: classify(signal, times.retryAfterWaitMs), errorBody };
}

/** The upstream request of a chat completion. */
export function chatWireRequest(
  request: ChatRequest,
  target: Target,
  endpoint: Endpoint,
): WireRequest {
  return {
    method: "POST",
    path: `${endpoint.basePath}/chat/completions`,
    headers: endpoint.headers,
    body: request.bodyFor(target.upstreamModel),
  };
}

/** How an abort ends an attempt: a person switched the target off, or the caller left. */
export function abortedResult(signal: AbortSignal, times: AttemptTimes): AttemptResult {
  return signal.reason === switchedOff
    ? failed({ kind: "switched_off" }, times)
    : { kind: "cancelled" };
}

/** The reason of an abort that a person's switch caused. */
export const switchedOff = Symbol("switched off");

/** The failed attempt of an answer that is not a 200, once its body is here. */
export function statusFailure(
  status: number,
  headers: IncomingHttpHeaders,
  body: Buffer,
  times: AttemptTimes,
): AttemptResult {
  const text = body.toString("utf8");
  const error = readError(parsedOrNull(text));
  return failed(
    {
      kind: "status",
      status,
      retryAfterMs: retryAfterMs(singleValues(headers), Date.now()),
      error,
    },
    times,
    body,
  );
}

function parsedOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function singleValues(headers: IncomingHttpHeaders): Record<string, string | undefined> {
  const single: Record<string, string | undefined> = {};
  for (const name of ["retry-after", "retry-after-ms", "x-ms-retry-after-ms"]) {
    const value = headers[name];
    single[name] = Array.isArray(value) ? value[0] : value;
  }
  return single;
}

/** What a transport error says: before the head it is the connection's, after it the answer's. */
export function transportSignal(error: Error, elapsedMs: number, status: number): Signal {
  const code = transportCode(error);
  if (code === "UND_ERR_CONNECT_TIMEOUT" || code === "ETIMEDOUT") {
    return { kind: "timeout", phase: "connect" };
  }
  return status === 0
    ? { kind: "transport", code, elapsedMs }
    : { kind: "interrupted", detail: `the answer broke off (${code})` };
}
