/**
 * A streamed answer of one target: held back until its first content (the commit point), relayed from there.
 *
 * Before the commit point a failure is just a failed attempt. After it the stream ends in one of three ways, and never
 * silently: `complete`, `interrupted` or `cancelled`.
 */
import type { IncomingHttpHeaders } from "node:http";
import { classify } from "../core/classify";
import type { Target } from "../core/types";
import { type Usage, readStreamChunk } from "../dialects/openai";
import { sseParser } from "../dialects/sse";
import {
  type AttemptResult,
  type AttemptTimes,
  type StreamEnd,
  abortedResult,
  chatWireRequest,
  failed,
  statusFailure,
  transportSignal,
} from "./attempt-result";
import type { ChatRequest } from "./chat-request";
import type { GatewayDeps } from "./deps";
import type { Endpoint } from "./upstreams";
import { type Wire, send } from "./wire";

const maxEventBytes = 16 * 1024 * 1024;
const maxErrorBytes = 64 * 1024;

/** Opens the stream and resolves at its first content, or with the failure before it. Never rejects. */
export function openStream(
  deps: GatewayDeps,
  request: ChatRequest,
  target: Target,
  endpoint: Endpoint,
  times: AttemptTimes,
  signal: AbortSignal,
): Promise<AttemptResult> {
  return new Promise((resolve) => {
    const startedMs = deps.now();
    let status = 0;
    let headers: IncomingHttpHeaders = {};
    const errorChunks: Buffer[] = [];
    let errorBytes = 0;
    let held = "";
    let batch = "";
    let write: ((text: string) => boolean) | null = null;
    let committed = false;
    let finishReason: string | null = null;
    let usage: Usage | null = null;
    let contentChars = 0;
    let malformed = 0;
    let lastByteMs = startedMs;
    let end: StreamEnd | null = null;
    let onEnd: ((end: StreamEnd) => void) | null = null;
    let over = false;
    let paused = false;
    const pause = (): void => {
      paused = true;
      wire.pause();
    };

    const stop = (): void => {
      over = true;
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      wire.abort();
    };
    const failBeforeCommit = (result: AttemptResult): void => {
      if (!over) {
        stop();
        resolve(result);
      }
    };
    const endAfterCommit = (how: StreamEnd): void => {
      if (over) {
        return;
      }
      stop();
      flush();
      end = how;
      onEnd?.(how);
    };
    const summary = (): { usage: Usage | null; contentChars: number; malformed: number } => ({
      usage,
      contentChars,
      malformed,
    });
    const interrupt = (signalOfEnd: Parameters<typeof classify>[0]): void => {
      if (!committed) {
        failBeforeCommit(failed(signalOfEnd, times));
        return;
      }
      const failure = classify(signalOfEnd, times.retryAfterWaitMs);
      endAfterCommit({ kind: "interrupted", failure, ...summary() });
    };
    const complete = (): void => {
      batch += "data: [DONE]\n\n";
      endAfterCommit({ kind: "complete", ...summary() });
    };
    const flush = (): void => {
      if (batch === "") {
        return;
      }
      if (write === null) {
        held += batch;
      } else if (!write(batch)) {
        pause();
      }
      batch = "";
    };
    const commit = (): void => {
      committed = true;
      const firstContentMs = deps.now();
      resolve({
        kind: "stream",
        stream: {
          firstContentMs,
          relay(sink) {
            write = sink;
            if (held !== "" && !sink(held) && end === null) {
              pause();
            }
            held = "";
            return end === null
              ? new Promise((ended) => {
                  onEnd = ended;
                })
              : Promise.resolve(end);
          },
          resume: () => {
            lastByteMs = deps.now();
            paused = false;
            wire.resume();
          },
        },
      });
    };

    const onData = (data: string): void => {
      if (over) {
        return;
      }
      const chunk = readStreamChunk(data);
      switch (chunk.kind) {
        case "done":
          if (committed) {
            complete();
          } else {
            interrupt({ kind: "bad_answer", detail: "a stream without content", error: null });
          }
          return;
        case "malformed":
          malformed += 1;
          return;
        case "error":
          interrupt({
            kind: "bad_answer",
            detail: "an error event in the stream",
            error: chunk.error,
          });
          return;
        case "chunk":
          usage = chunk.usage ?? usage;
          contentChars += chunk.contentChars;
          finishReason = chunk.finishReason ?? finishReason;
          if (chunk.usageOnly && !request.wantsUsage) {
            return;
          }
          batch += `data: ${data}\n\n`;
          if (!committed && (chunk.hasContent || chunk.finishReason !== null)) {
            commit();
          }
      }
    };
    const parser = sseParser(onData);

    // One timer for both waits; it looks at the last byte's time when it fires, so that no chunk has to touch it.
    const onTimer = (): void => {
      const nowMs = deps.now();
      // A provider that we hold back cannot be blamed for its silence.
      lastByteMs = paused ? nowMs : lastByteMs;
      const totalDueMs = startedMs + times.streamTotalMs;
      const dueMs = committed
        ? Math.min(lastByteMs + times.idleMs, totalDueMs)
        : startedMs + times.firstMs;
      if (nowMs + 1 >= dueMs) {
        const phase = dueMs === totalDueMs ? "total" : "idle";
        interrupt({ kind: "timeout", phase: committed ? phase : "ttft" });
        return;
      }
      timer = setTimeout(onTimer, dueMs - nowMs);
    };
    let timer = setTimeout(onTimer, Math.min(times.firstMs, times.idleMs));
    const onAbort = (): void => {
      const result = abortedResult(signal, times);
      if (!committed) {
        failBeforeCommit(result);
      } else if (result.kind === "failed") {
        interrupt({ kind: "switched_off" });
      } else {
        endAfterCommit({ kind: "cancelled", ...summary() });
      }
    };

    const wire: Wire = send(
      deps.upstreams.pool(endpoint.origin),
      chatWireRequest(request, target, endpoint),
      {
        onHead(headStatus, headHeaders) {
          status = headStatus;
          headers = headHeaders;
          if (status === 200 && !isEventStream(headers)) {
            interrupt({
              kind: "bad_answer",
              detail: "not an event stream",
              error: null,
            });
          }
        },
        onData(chunk) {
          lastByteMs = deps.now();
          if (status !== 200) {
            errorBytes += chunk.length;
            if (errorBytes <= maxErrorBytes) {
              errorChunks.push(chunk);
            }
            return;
          }
          parser.push(chunk);
          if (over) {
            return;
          }
          flush();
          if (parser.pendingBytes() > maxEventBytes) {
            interrupt({ kind: "too_large" });
          }
        },
        onEnd() {
          if (status !== 200) {
            failBeforeCommit(statusFailure(status, headers, Buffer.concat(errorChunks), times));
          } else if (committed && finishReason !== null) {
            complete();
          } else {
            interrupt({ kind: "interrupted", detail: "the stream ended without its end" });
          }
        },
        onError(error) {
          interrupt(transportSignal(error, deps.now() - startedMs, status));
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

function isEventStream(headers: IncomingHttpHeaders): boolean {
  return (headers["content-type"] ?? "").includes("text/event-stream");
}
