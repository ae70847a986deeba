/**
 * One try of a call at a target, as a value: answered, committed to a stream, failed or cancelled.
 *
 * What a failure means is core's to say; what happens here only tells what the wire did.
 */
import type { Limits, Target } from "../core/types";
import { type AttemptResult, type AttemptTimes, failed } from "./attempt-result";
import type { ChatRequest } from "./chat-request";
import { collect } from "./collect";
import type { GatewayDeps } from "./deps";
import { openStream } from "./stream";

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
    streamTotalMs: limits.streamTotalMs,
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
