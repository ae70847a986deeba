import type { ChatCall } from "./call";
import type { WordingFault } from "./fault-kinds";
import { jsonEscaped, tokensOf } from "./text";
import type { ForcedTool } from "./tool-call";

/** An answer before it takes its wire form. */
export interface Completion {
  readonly id: string;
  readonly createdSeconds: number;
  readonly call: ChatCall;
  /** The visible tokens, JSON-escaped: of the text, or of a tool call's arguments. */
  readonly tokens: readonly string[];
  readonly finishReason: string;
  readonly reasoningTokens: number;
  readonly cachedTokens: number;
  /** Null where the provider does not tell. */
  readonly usage: Usage | null;
}

type Usage = {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
} & Record<string, unknown>;

type Identity = Pick<Completion, "id" | "createdSeconds" | "cachedTokens">;

const defaultTokens = 24;
// A larger cap is a caller's safety margin, not a wish for that much text.
const capTakenAsWishTokens = 1_000;

/**
 * The answer to a call.
 *
 * Its length is what the last message asks for ("300 words"), else `max_tokens` up to 1000, else
 * about 24 tokens; `max_tokens` cuts it in any case. Equal calls with a seed or temperature 0 get
 * the same text, wherever the model lives; all others one of their own.
 *
 * @param rnd yields numbers in 0..1; only drawn when the call is not deterministic.
 */
export function completionOf(
  call: ChatCall,
  identity: Identity,
  rnd: () => number,
  faults: readonly WordingFault[] = [],
): Completion {
  const answer = faults.reduce(
    (wording, fault) => reworded(call, wording, fault),
    undisturbed(call, rnd),
  );
  const told = !faults.some(({ kind }) => kind === "no_usage");
  return {
    ...identity,
    call,
    ...answer,
    usage: told ? usageOf(call, answer, identity.cachedTokens) : null,
  };
}

/** What an answer says, before anything is known about its envelope. */
type Wording = Pick<Completion, "tokens" | "finishReason" | "reasoningTokens"> & {
  /** Where in the model's text the tokens begin. */
  readonly from: number;
  readonly seed: number;
};

function undisturbed(call: ChatCall, rnd: () => number): Wording {
  const seed = call.seed ?? Math.floor(rnd() * 0xffffffff);
  const capTokens = call.maxTokens ?? Infinity;
  const reasoningTokens = Math.min(call.reasoningTokens, capTokens - 1);
  if (call.tool !== null) {
    const tokens = piecesOf(call.tool.arguments);
    return { tokens, finishReason: "tool_calls", reasoningTokens, from: 0, seed };
  }
  const roomTokens = capTokens - reasoningTokens;
  const wishTokens =
    call.naturalTokens === null && capTokens <= capTakenAsWishTokens
      ? Infinity
      : (call.naturalTokens ?? defaultTokens - 4 + (seed % 9)) - call.prefillTokens;
  const count = Math.max(1, Math.min(roomTokens, wishTokens));
  return {
    tokens: tokensOf(seed, call.prefillTokens, count),
    finishReason: wishTokens <= roomTokens ? "stop" : "length",
    reasoningTokens,
    from: call.prefillTokens,
    seed,
  };
}

function reworded(call: ChatCall, answer: Wording, fault: WordingFault): Wording {
  const { tokens, from, seed } = answer;
  switch (fault.kind) {
    case "no_usage":
      return answer;
    case "prefill_repeated": {
      const repeated = (call.prefill.match(/\s*\S+/g) ?? []).map(jsonEscaped);
      return { ...answer, tokens: [...repeated, ...tokens], from: 0 };
    }
    case "drift": {
      const other = tokensOf(~seed, from, tokens.length);
      return {
        ...answer,
        tokens: tokens.map((token, i) => driftedToken(token, other[i], from + i, fault)),
      };
    }
    case "spaces_after":
      return {
        ...answer,
        tokens: tokens.map((token, i) => `${i === 0 && from > 0 ? " " : ""}${token.trim()} `),
      };
    case "finish_early":
      return {
        ...answer,
        tokens: tokens.slice(0, fault.after_tokens),
        finishReason: fault.reason,
      };
  }
}

// "instead" is no word of the texts, so a drift is always seen.
function driftedToken(
  token: string,
  other: string | undefined,
  index: number,
  { after_tokens: afterTokens }: { readonly after_tokens: number },
): string {
  if (index < afterTokens) {
    return token;
  }
  return index === afterTokens ? `${index === 0 ? "" : " "}instead` : (other ?? token);
}

// A prompt token is four characters.
function usageOf(
  call: ChatCall,
  { tokens, reasoningTokens }: Wording,
  cachedTokens: number,
): Usage {
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
  const { id, createdSeconds, call, tokens, finishReason, usage } = completion;
  const message =
    call.tool === null
      ? `"content":"${tokens.join("")}"`
      : `"content":null,"tool_calls":[${toolCallJson(call.tool, id)}]`;
  return (
    `{"id":"${id}","object":"chat.completion","created":${String(createdSeconds)},` +
    `"model":"${call.model.id}","choices":[{"index":0,"message":{"role":"assistant",${message},` +
    `"refusal":null,"annotations":[]},"logprobs":null,"finish_reason":"${finishReason}"}],` +
    (usage === null ? "" : `"usage":${JSON.stringify(usage)},`) +
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
