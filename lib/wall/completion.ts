import type { ChatCall } from "./call";
import { jsonEscaped, tokensOf } from "./text";
import type { ForcedTool } from "./tool-call";

/** An answer before it takes its wire form. */
export interface Completion {
  readonly id: string;
  readonly createdSeconds: number;
  readonly call: ChatCall;
  /** The visible tokens, JSON-escaped: of the text, or of a tool call's arguments. */
  readonly tokens: readonly string[];
  readonly finishReason: "stop" | "length" | "tool_calls";
  readonly reasoningTokens: number;
  readonly cachedTokens: number;
}

const defaultTokens = 24;
// A larger cap is a caller's safety margin, not a wish for that much text.
const capTakenAsWishTokens = 1_000;

/**
 * The answer to a call.
 *
 * Its length is what the last message asks for ("300 words"), else `max_tokens` up to 1000, else
 * about 24 tokens; `max_tokens` cuts it in any case.
 *
 * @param rnd yields numbers in 0..1; only drawn when the call is not deterministic.
 */
export function completionOf(
  call: ChatCall,
  identity: { id: string; createdSeconds: number; cachedTokens: number },
  rnd: () => number,
): Completion {
  const seed = call.seed ?? Math.floor(rnd() * 0xffffffff);
  const capTokens = call.maxTokens ?? Infinity;
  const reasoningTokens = Math.min(call.reasoningTokens, capTokens - 1);
  if (call.tool !== null) {
    const tokens = piecesOf(call.tool.arguments);
    return { ...identity, call, tokens, finishReason: "tool_calls", reasoningTokens };
  }
  const roomTokens = capTokens - reasoningTokens;
  const wishTokens =
    call.naturalTokens === null && capTokens <= capTakenAsWishTokens
      ? Infinity
      : (call.naturalTokens ?? defaultTokens - 4 + (seed % 9)) - call.prefillTokens;
  const count = Math.max(1, Math.min(roomTokens, wishTokens));
  return {
    ...identity,
    call,
    tokens: tokensOf(seed, call.prefillTokens, count),
    finishReason: wishTokens <= roomTokens ? "stop" : "length",
    reasoningTokens,
  };
}

/** The OpenAI usage object of an answer; a prompt token is four characters. */
export function usageOf({ call, tokens, reasoningTokens, cachedTokens }: Completion): {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
} & Record<string, unknown> {
  const promptTokens = Math.ceil(call.promptChars / 4);
  const completionTokens = tokens.length + reasoningTokens;
  return {
    prompt_tokens: promptTokens,
    completion_tokens: completionTokens,
    total_tokens: promptTokens + completionTokens,
    prompt_tokens_details: { cached_tokens: cachedTokens, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: reasoningTokens,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

/** The body of a plain answer. */
export function completionBody(completion: Completion): string {
  const { id, createdSeconds, call, tokens, finishReason } = completion;
  const message =
    call.tool === null
      ? `"content":"${tokens.join("")}"`
      : `"content":null,"tool_calls":[${toolCallJson(call.tool, id)}]`;
  return (
    `{"id":"${id}","object":"chat.completion","created":${String(createdSeconds)},` +
    `"model":"${call.model.id}","choices":[{"index":0,"message":{"role":"assistant",${message},` +
    `"refusal":null,"annotations":[]},"logprobs":null,"finish_reason":"${finishReason}"}],` +
    `"usage":${JSON.stringify(usageOf(completion))},` +
    `"service_tier":"default","system_fingerprint":"fp_wall"}`
  );
}

/** The JSON of a whole tool call, its id derived from the completion's. */
export function toolCallJson(tool: ForcedTool, completionId: string): string {
  return JSON.stringify({
    id: `call_${completionId}`,
    type: "function",
    function: { name: tool.name, arguments: tool.arguments },
  });
}

function piecesOf(text: string): string[] {
  return (text.match(/[^]{1,6}/gu) ?? []).map(jsonEscaped);
}
