import { toolCallJson, type Completion } from "./completion";
import { keepAliveOf, type KeepAlive } from "./exchange";
import { errorEvent } from "./fault-answers";
import type { StreamFault } from "./fault-kinds";

/** What a stream will say, event by event, and how it ends. */
export interface StreamScript {
  readonly head: string;
  /** One entry a token, sent at the pace of the model. */
  readonly tokens: readonly string[];
  readonly tail: string;
  readonly end: "complete" | "truncated" | "cut" | "reset" | "stalled";
  readonly keepAlive: KeepAlive | null;
}

const done = "data: [DONE]\n\n";
const brokenEvent =
  'data: {"id":"chatcmpl-wall","object":"chat.completion.chunk","choices":[{"del\n\n';

/** The stream of a completion: undisturbed, or as a fault leaves it. */
export function streamScript(completion: Completion, fault: StreamFault | null): StreamScript {
  const whole = wholeScript(completion);
  const { tokens } = whole;
  switch (fault?.kind) {
    case undefined:
      return whole;
    case "cut":
      return { ...begun(whole, fault.after_tokens), end: fault.rst ? "reset" : "cut" };
    case "stall":
      return {
        ...begun(whole, fault.after_tokens),
        end: "stalled",
        keepAlive: keepAliveOf(fault.keep_alive_ms, true),
      };
    case "malformed_event": {
      const at = Math.min(fault.after_tokens, tokens.length - 1);
      const broken = tokens.map((token, i) => (i === at ? brokenEvent + token : token));
      return { ...whole, tokens: broken };
    }
    case "no_done":
      return { ...whole, tail: whole.tail.slice(0, -done.length), end: "truncated" };
    case "no_finish":
      return { ...begun(whole, fault.after_tokens), end: "truncated" };
    case "error_in_stream":
      return {
        ...begun(whole, fault.after_tokens),
        head: fault.after_tokens === 0 ? "" : whole.head,
        tail: errorEvent(fault),
        end: "truncated",
      };
  }
}

// The last token carries the finish reason, so an unfinished stream never reaches it.
function begun(
  whole: StreamScript,
  afterTokens = Math.floor(whole.tokens.length / 2),
): StreamScript {
  const sent = Math.max(0, Math.min(afterTokens, whole.tokens.length - 1));
  return { ...whole, tokens: whole.tokens.slice(0, sent), tail: "" };
}

function wholeScript(completion: Completion): StreamScript {
  const { id, createdSeconds, call, tokens, finishReason } = completion;
  const opening =
    `data: {"id":"${id}","object":"chat.completion.chunk","created":${String(createdSeconds)},` +
    `"model":"${call.model.id}","service_tier":"default","system_fingerprint":"fp_wall",`;
  const hasUsage = call.includeUsage && completion.usage !== null;
  const usage = hasUsage ? `,"usage":null` : "";
  const event = (delta: string, finish = "null"): string =>
    `${opening}"choices":[{"index":0,"delta":${delta},"logprobs":null,` +
    `"finish_reason":${finish}}]${usage}}\n\n`;
  const last = tokens.length - 1;
  const events = tokens.map((token, i) =>
    event(
      call.tool === null
        ? `{"content":"${token}"}`
        : `{"tool_calls":[{"index":0,"function":{"arguments":"${token}"}}]}`,
      i === last ? `"${finishReason}"` : "null",
    ),
  );
  const usageEvent = hasUsage
    ? `${opening}"choices":[],"usage":${JSON.stringify(completion.usage)}}\n\n`
    : "";
  const roleEvent =
    call.tool === null
      ? event(`{"role":"assistant","content":""}`)
      : event(`{"role":"assistant","content":null}`) +
        event(
          `{"tool_calls":[{"index":0,${toolCallJson({ ...call.tool, arguments: "" }, id).slice(1)}]}`,
        );
  const finishEvent = tokens.length === 0 ? event("{}", `"${finishReason}"`) : "";
  return {
    head: roleEvent,
    tokens: events,
    tail: finishEvent + usageEvent + done,
    end: "complete",
    keepAlive: null,
  };
}
