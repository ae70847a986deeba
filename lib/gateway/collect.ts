/** A plain answer of one target, collected whole before anything of it goes to the caller. */
import type { IncomingHttpHeaders } from "node:http";
import type { Target } from "../core/types";
import { readPlainAnswer } from "../dialects/openai";
import {
  type AttemptResult,
  type AttemptTimes,
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

const maxAnswerBytes = 32 * 1024 * 1024;
const maxErrorBytes = 64 * 1024;

/** Asks `target` and resolves with its whole answer, or with what went wrong. Never rejects. */
export function collect(
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
