import { errorAnswer, errorBody, type Answer } from "./answers";
import type { AnswerFault } from "./fault-kinds";
import { requestedTokens } from "./faults";
import type { Attempt } from "./journal";

/** The whole HTTP answer that a fault gives instead of the real one. */
export function faultAnswer(fault: AnswerFault, stream: boolean, asked: Attempt): Answer {
  switch (fault.kind) {
    case "status":
      return withHeaders(
        errorAnswer(fault.status, {
          message: fault.message ?? `The wall answers ${String(fault.status)} on purpose.`,
          type: fault.type ?? (fault.status >= 500 ? "server_error" : "invalid_request_error"),
          code: fault.code === undefined ? defaultCode(fault.status) : fault.code,
        }),
        retryHeaders(fault),
      );
    case "rate_limit":
      return withHeaders(
        errorAnswer(429, {
          message:
            fault.limit_tokens === undefined
              ? `Rate limit reached for ${fault.of}. Please try again later.`
              : `Request too large for ${asked.model ?? "this model"} on tokens per min (TPM): ` +
                `Limit ${String(fault.limit_tokens)}, Requested ${String(requestedTokens(asked))}.`,
          type: fault.of,
          code: "rate_limit_exceeded",
        }),
        {
          [`x-ratelimit-limit-${fault.of}`]: String(
            fault.limit_tokens ?? (fault.of === "requests" ? 10_000 : 2_000_000),
          ),
          [`x-ratelimit-remaining-${fault.of}`]: "0",
          [`x-ratelimit-reset-${fault.of}`]: duration(fault.reset_ms),
          ...retryHeaders(fault),
        },
      );
    case "quota":
      return errorAnswer(429, {
        message: "You exceeded your current quota, please check your plan and billing details.",
        type: "insufficient_quota",
        code: "insufficient_quota",
      });
    case "unauthorized":
      return errorAnswer(401, {
        message: "Incorrect API key provided.",
        type: "invalid_request_error",
        code: "invalid_api_key",
      });
    case "huge":
      return hugeAnswer(fault.bytes, stream);
    case "prefill_refused":
      return errorAnswer(400, {
        message: "This model does not support assistant message prefill.",
        type: "invalid_request_error",
        code: null,
        param: "messages",
      });
    case "context_length":
      return errorAnswer(400, {
        message:
          "This model's maximum context length is exceeded. Please reduce the length of the messages.",
        type: "invalid_request_error",
        code: "context_length_exceeded",
        param: "messages",
      });
    case "content_policy":
      return errorAnswer(400, {
        message: "Your request was rejected as a result of our safety system.",
        type: "invalid_request_error",
        code: "content_policy_violation",
      });
    case "error_in_200":
      return errorAnswer(200, fault);
    case "redirect":
      return { status: fault.status, headers: { location: fault.location }, body: "" };
    case "wrong_content_type":
      return {
        status: 200,
        headers: { "content-type": "text/html; charset=utf-8" },
        body: "<!doctype html><html><body><h1>We will be back soon</h1></body></html>",
      };
    case "invalid_json":
      return { status: 200, headers: json, body: '{"id":"chatcmpl-wall","object":"chat.comp' };
    case "empty_body":
      return { status: 200, headers: stream ? sse : json, body: "" };
  }
}

/** The SSE event with which a provider reports an error inside a 200 stream. */
export function errorEvent(error: { message: string; type: string; code: string | null }): string {
  return `data: ${errorBody(error)}\n\n`;
}

// One answer, or one event of a stream, that is a little larger than `bytes`.
function hugeAnswer(bytes: number, stream: boolean): Answer {
  const text = "x".repeat(bytes);
  const choice = `{"index":0,"${stream ? "delta" : "message"}":{"role":"assistant","content":"${text}"}`;
  const object = stream ? "chat.completion.chunk" : "chat.completion";
  const body = `{"id":"chatcmpl-wall","object":"${object}","choices":[${choice},"finish_reason":"stop"}]}`;
  return {
    status: 200,
    headers: stream ? sse : json,
    body: stream ? `data: ${body}\n\ndata: [DONE]\n\n` : body,
  };
}

const json = { "content-type": "application/json" };
const sse = { "content-type": "text/event-stream; charset=utf-8" };

function withHeaders(answer: Answer, headers: Record<string, string>): Answer {
  return { ...answer, headers: { ...answer.headers, ...headers } };
}

function retryHeaders(fault: {
  retry_after?: number | string | undefined;
  retry_after_ms?: number | undefined;
}): Record<string, string> {
  return {
    ...(fault.retry_after !== undefined && { "retry-after": String(fault.retry_after) }),
    ...(fault.retry_after_ms !== undefined && { "retry-after-ms": String(fault.retry_after_ms) }),
  };
}

function defaultCode(status: number): string | null {
  switch (status) {
    case 401:
      return "invalid_api_key";
    case 402:
      return "insufficient_balance";
    case 404:
      return "model_not_found";
    case 429:
      return "rate_limit_exceeded";
    default:
      return status >= 500 ? "server_error" : null;
  }
}

// The form in which OpenAI writes resets: 12ms, 1.5s, 6m0s.
function duration(ms: number): string {
  if (ms < 1_000) {
    return `${String(ms)}ms`;
  }
  const seconds = ms / 1_000;
  return seconds < 60
    ? `${String(seconds)}s`
    : `${String(Math.floor(seconds / 60))}m${String(seconds % 60)}s`;
}
