/** OpenAI chat completions on the wire: what an answer, a stream's chunk and an error say. Sources: docs/providers.md. */

export type Usage = {
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly cachedTokens: number;
};

export type UpstreamErrorBody = {
  message: string;
  type: string;
  code: string;
  param: string | null;
};

export type StreamChunk =
  | { kind: "done" }
  | { kind: "malformed" }
  | { kind: "error"; error: UpstreamErrorBody }
  | {
      kind: "chunk";
      /** Content, reasoning, refusal or a tool call: the answer has begun. */
      hasContent: boolean;
      contentChars: number;
      finishReason: string | null;
      usage: Usage | null;
      /** It carries the usage and nothing else. */
      usageOnly: boolean;
    };

type Json = Record<string, unknown>;

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function count(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) && value > 0 ? value : 0;
}

/** The token counts of a `usage` object, or null when it is none. Cached tokens are part of the prompt's. */
export function readUsage(usage: unknown): Usage | null {
  if (!isObject(usage)) {
    return null;
  }
  const details = usage["prompt_tokens_details"];
  const cached = isObject(details) ? details["cached_tokens"] : usage["prompt_cache_hit_tokens"];
  return {
    promptTokens: count(usage["prompt_tokens"]),
    completionTokens: count(usage["completion_tokens"]),
    cachedTokens: count(cached),
  };
}

/** The error in a body of OpenAI's shape; fields that are absent are empty, `fallback` is the message of last resort. */
export function readError(body: unknown, fallback = ""): UpstreamErrorBody {
  const container = Array.isArray(body) ? (body[0] as unknown) : body;
  const error = isObject(container) ? container["error"] : undefined;
  if (!isObject(error)) {
    const message = typeof error === "string" ? error : fallback;
    return { message, type: "", code: "", param: null };
  }
  const text = (value: unknown): string =>
    typeof value === "string" || typeof value === "number" ? String(value) : "";
  const param = text(error["param"]);
  return {
    message: text(error["message"]),
    type: text(error["type"]),
    code: text(error["code"]),
    param: param === "" ? null : param,
  };
}

/** What the data of one streamed event says. Never throws. */
export function readStreamChunk(data: string): StreamChunk {
  if (data === "[DONE]") {
    return { kind: "done" };
  }
  let chunk: unknown;
  try {
    chunk = JSON.parse(data);
  } catch {
    return { kind: "malformed" };
  }
  if (Array.isArray(chunk) || (isObject(chunk) && isErrorField(chunk["error"]))) {
    return { kind: "error", error: readError(chunk) };
  }
  if (!isObject(chunk)) {
    return { kind: "malformed" };
  }
  const choices = Array.isArray(chunk["choices"]) ? (chunk["choices"] as unknown[]) : [];
  const usage = readUsage(chunk["usage"]);
  let contentChars = 0;
  let hasContent = false;
  let finishReason: string | null = null;
  for (const choice of choices) {
    if (!isObject(choice)) {
      continue;
    }
    const delta = isObject(choice["delta"]) ? choice["delta"] : {};
    const text = textOf(delta["content"]);
    contentChars += text.length;
    hasContent ||= text !== "" || hasOtherContent(delta);
    if (typeof choice["finish_reason"] === "string") {
      finishReason = choice["finish_reason"];
    }
  }
  return {
    kind: "chunk",
    hasContent,
    contentChars,
    finishReason,
    usage,
    usageOnly: choices.length === 0 && usage !== null,
  };
}

function isErrorField(error: unknown): boolean {
  return isObject(error) || (typeof error === "string" && error !== "");
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function hasOtherContent(delta: Json): boolean {
  return (
    textOf(delta["reasoning_content"]) !== "" ||
    textOf(delta["reasoning"]) !== "" ||
    textOf(delta["refusal"]) !== "" ||
    (Array.isArray(delta["tool_calls"]) && delta["tool_calls"].length > 0) ||
    isObject(delta["function_call"]) ||
    isObject(delta["audio"])
  );
}

export type PlainAnswer =
  | { kind: "answer"; usage: Usage | null; contentChars: number }
  | { kind: "error"; error: UpstreamErrorBody }
  | { kind: "invalid" };

/** What the body of a 200 says: an answer has `choices`. Never throws. */
export function readPlainAnswer(body: string): PlainAnswer {
  let answer: unknown;
  try {
    answer = JSON.parse(body);
  } catch {
    return { kind: "invalid" };
  }
  if (!isObject(answer)) {
    return { kind: "invalid" };
  }
  if (isErrorField(answer["error"])) {
    return { kind: "error", error: readError(answer) };
  }
  const choices = answer["choices"];
  if (!Array.isArray(choices) || choices.length === 0) {
    return { kind: "invalid" };
  }
  const first: unknown = choices[0];
  const message = isObject(first) ? first["message"] : undefined;
  const contentChars = isObject(message) ? textOf(message["content"]).length : 0;
  return { kind: "answer", usage: readUsage(answer["usage"]), contentChars };
}
