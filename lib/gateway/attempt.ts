/**
 * One try of a call at a target, as a value: answered, committed to a stream, failed or cancelled.
 *
 * What a failure means is core's to say; this file only tells what the wire did.
 */
import type { IncomingHttpHeaders } from "node:http";
import { type Failure, type Signal, classify } from "../core/classify";
import { retryAfterMs } from "../core/retry-after";
import type { Limits, Target } from "../core/types";
import { type Usage, readError, readPlainAnswer } from "../dialects/openai";
import type { ChatRequest } from "./chat-request";
import type { GatewayDeps } from "./deps";
import { type CommittedStream, openStream } from "./stream";
import type { Endpoint } from "./upstreams";
import { type Wire, send, transportCode } from "./wire";

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
  readonly retryAfterWaitMs: number;
};

const maxAnswerBytes = 32 * 1024 * 1024;
const maxErrorBytes = 64 * 1024;
/** A plain answer has no first token to watch: it may take this per token asked for, beyond the first. */
const plainMsPerToken = 30;
const minPlainMs = 30_000;

/** How long an attempt of `request` may take, `leftMs` before the call's deadline. */
export function attemptTimes(request: ChatRequest, limits: Limits, leftMs: number): AttemptTimes {
  const plainMs = Math.max(minPlainMs, limits.ttftMs + (request.maxTokens ?? 0) * plainMsPerToken);
  const promptTokens = request.promptChars / 4;
  const ttftMs = Math.min(90_000, limits.ttftMs + Math.floor(promptTokens / 8_000) * 1_000);
  return {
    firstMs: Math.min(request.stream ? ttftMs : plainMs, leftMs),
    idleMs: limits.idleMs,
    retryAfterWaitMs: limits.retryAfterWaitMs,
  };
}

/** Tries `target` once. Never rejects; `signal` ends it as cancelled, or as `switched_off` when its reason says so. */
export function attempt(
  deps: GatewayDeps,
  request: ChatRequest,
  target: Target,
  times: AttemptTimes,
  signal: AbortSignal,
): Promise<AttemptResult> {
  const endpoint = deps.upstreams.find(target);
  if (endpoint === undefined) {
    return Promise.resolve(failed({ kind: "switched_off" }, times));
  }
  return request.stream
    ? openStream(deps, request, target, endpoint, times, signal)
    : collect(deps, request, target, endpoint, times, signal);
}

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
): Parameters<typeof send>[1] {
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

function collect(
  deps: GatewayDeps,
  request: ChatRequest,
  target: Target,
  endpoint: Endpoint,
  times: AttemptTimes,
  signal: AbortSignal,
): Promise<AttemptResult> {
  return new Promise((resolve) => {
    const startedMs = deps.now();
    const chunks: Buffer[] = [];
    let bytes = 0;
    let status = 0;
    let headers: IncomingHttpHeaders = {};
    const finish = (result: AttemptResult): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      wire.abort();
      resolve(result);
    };
    const timer = setTimeout(() => {
      finish(failed({ kind: "timeout", phase: "ttft" }, times));
    }, times.firstMs);
    const onAbort = (): void => {
      finish(abortedResult(signal, times));
    };
    const wire: Wire = send(
      deps.upstreams.pool(endpoint.origin),
      chatWireRequest(request, target, endpoint),
      {
        onHead(headStatus, headHeaders) {
          status = headStatus;
          headers = headHeaders;
        },
        onData(chunk) {
          bytes += chunk.length;
          if (bytes > (status === 200 ? maxAnswerBytes : maxErrorBytes)) {
            finish(
              status === 200
                ? failed({ kind: "too_large" }, times)
                : statusFailure(status, headers, Buffer.concat(chunks), times),
            );
            return;
          }
          chunks.push(chunk);
        },
        onEnd() {
          const body = chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks);
          finish(
            status === 200 ? plainResult(body, times) : statusFailure(status, headers, body, times),
          );
        },
        onError(error) {
          const elapsedMs = deps.now() - startedMs;
          finish(failed(transportSignal(error, elapsedMs, status), times));
        },
      },
    );
    if (signal.aborted) {
      onAbort();
    } else {
      signal.addEventListener("abort", onAbort);
    }
  });
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

function plainResult(body: Buffer, times: AttemptTimes): AttemptResult {
  const answer = readPlainAnswer(body.toString("utf8"));
  switch (answer.kind) {
    case "answer":
      return { kind: "answer", body, usage: answer.usage, contentChars: answer.contentChars };
    case "error":
      return failed(
        { kind: "bad_answer", detail: "an error inside a 200", error: answer.error },
        times,
        body,
      );
    case "invalid":
      return failed(
        {
          kind: "bad_answer",
          detail: body.length === 0 ? "an empty body" : "not a chat completion",
          error: null,
        },
        times,
      );
  }
}
