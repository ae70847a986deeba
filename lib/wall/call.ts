import { invalidRequest, modelNotFound, type Answer } from "./answers";
import { findModel, type WallModel } from "./catalog";
import { hashOf, tokenCountOf } from "./text";
import { forcedTool, type ForcedTool } from "./tool-call";

/** A chat completion request, checked and reduced to what shapes its answer. */
export interface ChatCall {
  readonly model: WallModel;
  readonly stream: boolean;
  readonly includeUsage: boolean;
  readonly promptChars: number;
  /** Whether a text is in the prompt. */
  readonly mentions: (text: string) => boolean;
  /** The first characters of the prompt when it is long enough to be cached, else null. */
  readonly cacheKey: string | null;
  readonly maxTokens: number | null;
  /** The length at which the answer ends by itself. */
  readonly naturalTokens: number | null;
  readonly reasoningTokens: number;
  /** The same for equal requests that ask for a deterministic answer, else null. */
  readonly seed: number | null;
  /** The answer's beginning that the caller has already; empty without one. */
  readonly prefill: string;
  readonly prefillTokens: number;
  readonly tool: ForcedTool | null;
}

export type ParsedCall =
  { kind: "call"; call: ChatCall } | { kind: "refused"; answer: Answer; model: string | null };

/** The call that a request body makes, or the 4xx answer that it deserves. */
export function parseCall(json: string): ParsedCall {
  const body = parsedObject(json);
  if (body === undefined) {
    return refused(invalidRequest("We could not parse the JSON body of your request."));
  }
  const { model: modelId, messages } = body;
  if (typeof modelId !== "string" || modelId === "") {
    return refused(invalidRequest("you must provide a model parameter", "model"));
  }
  const model = findModel(modelId);
  if (model === undefined) {
    return refused(modelNotFound(modelId), modelId);
  }
  if (!Array.isArray(messages) || messages.length === 0) {
    return refused(invalidRequest("Missing required parameter: 'messages'.", "messages"), modelId);
  }
  const maxTokens = body["max_completion_tokens"] ?? body["max_tokens"] ?? null;
  if (maxTokens !== null && !isPositiveInteger(maxTokens)) {
    return refused(
      invalidRequest("'max_tokens' must be a positive integer.", "max_tokens"),
      modelId,
    );
  }
  const turns = messages.map(turnOf);
  const last = turns.at(-1);
  const prefill = last?.role === "assistant" ? last.text : null;
  if (prefill !== null && !model.prefill) {
    return refused(
      invalidRequest(`${modelId} does not support assistant message prefill.`, "messages"),
      modelId,
    );
  }
  if (prefill !== null && /\s$/.test(prefill)) {
    return refused(
      invalidRequest("final assistant content cannot end with trailing whitespace", "messages"),
      modelId,
    );
  }
  const tool = forcedTool(body["tools"], body["tool_choice"]);
  if (tool === "unknown") {
    return refused(
      invalidRequest("Tool choice is not in the 'tools' parameter.", "tool_choice"),
      modelId,
    );
  }
  const prompt = prefill === null ? turns : turns.slice(0, -1);
  const { seed: askedSeed, temperature, stream_options: streamOptions } = body;
  const isDeterministic = temperature === 0 || typeof askedSeed === "number";
  return {
    kind: "call",
    call: {
      model,
      stream: body["stream"] === true,
      includeUsage: isObject(streamOptions) && streamOptions["include_usage"] === true,
      promptChars: turns.reduce((chars, { text }) => chars + text.length, 0),
      mentions: (text) => turns.some((turn) => turn.text.includes(text)),
      cacheKey: cacheKeyOf(prompt),
      maxTokens,
      naturalTokens: askedLength(prompt.at(-1)?.text ?? ""),
      reasoningTokens: model.reasoning ? reasoningTokensOf(body["reasoning_effort"]) : 0,
      seed: isDeterministic ? promptHash(`${modelId}:${String(askedSeed)}`, prompt) : null,
      prefill: prefill ?? "",
      prefillTokens: prefill === null ? 0 : tokenCountOf(prefill),
      tool,
    },
  };
}

interface Turn {
  readonly role: unknown;
  readonly text: string;
}

function turnOf(message: unknown): Turn {
  if (!isObject(message)) {
    return { role: null, text: "" };
  }
  const { role, content } = message;
  if (typeof content === "string") {
    return { role, text: content };
  }
  const parts: unknown[] = Array.isArray(content) ? content : [];
  return { role, text: parts.map(partText).join("") };
}

function partText(part: unknown): string {
  return isObject(part) && typeof part["text"] === "string" ? part["text"] : "";
}

const cachedOpeningChars = 4_096;

function cacheKeyOf(prompt: readonly Turn[]): string | null {
  let opening = "";
  for (const { text } of prompt) {
    opening += text.slice(0, cachedOpeningChars - opening.length);
    if (opening.length === cachedOpeningChars) {
      return opening;
    }
  }
  return null;
}

function askedLength(question: string): number | null {
  const match = /\b(\d{1,6}) (?:words|tokens)\b/.exec(question.slice(0, 2_000));
  return match === null ? null : Math.max(1, Number(match[1]));
}

function promptHash(salt: string, prompt: readonly Turn[]): number {
  return prompt.reduce((hash, { text }) => hashOf(text, hash), hashOf(salt));
}

function reasoningTokensOf(effort: unknown): number {
  switch (effort) {
    case "low":
      return 16;
    case "medium":
      return 64;
    case "high":
      return 256;
    default:
      return 0;
  }
}

function parsedObject(json: string): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(json);
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function isObject(candidate: unknown): candidate is Record<string, unknown> {
  return typeof candidate === "object" && candidate !== null && !Array.isArray(candidate);
}

function isPositiveInteger(candidate: unknown): candidate is number {
  return typeof candidate === "number" && Number.isInteger(candidate) && candidate > 0;
}

function refused(answer: Answer, model: string | null = null): ParsedCall {
  return { kind: "refused", answer, model };
}
