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
  /** Further words for programs: Gemini's reasons and quota ids, Anthropic's `error_code`, Azure's inner code. */
  details: readonly string[];
  /** How long Gemini's body asks us to wait, such as `31s`; else empty. */
  retryDelay: string;
};

/** One event of a streamed answer that is not its end. */
export type Chunk = {
  readonly kind: "chunk";
  /** As it came, and what it says. */
  readonly data: string;
  readonly json: Readonly<Json>;
  /** Content, reasoning, a refusal or a tool call: the answer has begun. */
  readonly hasContent: boolean;
  /** The content of the first choice. */
  readonly text: string;
  /** It holds more of the answer than `text`: reasoning, or what cannot be continued elsewhere. */
  readonly extra: "none" | "reasoning" | "other";
  /** Everything that was generated: content, reasoning, refusal, arguments. */
  readonly chars: number;
  readonly finishReason: string | null;
  /** How many choices end with it. */
  readonly finishes: number;
  readonly usage: Usage | null;
  /** It carries the usage and nothing else. */
  readonly usageOnly: boolean;
};

export type StreamChunk =
  { kind: "done" } | { kind: "malformed" } | { kind: "error"; error: UpstreamErrorBody } | Chunk;

export type Json = Record<string, unknown>;

/** Whether a parsed value is an object and no list. */
export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function count(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) && value > 0 ? value : 0;
}

/** Finish reasons that mean: the provider gave up, this is no answer (DeepSeek, OpenRouter). */
const failureReasons: ReadonlySet<string> = new Set(["insufficient_system_resource", "error"]);

/** Whether an answer that ends so is none, because its provider could not go on. */
export function isProviderFailure(finishReason: string | null): boolean {
  return finishReason !== null && failureReasons.has(finishReason);
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

/**
 * The error in a body of OpenAI's shape, Anthropic's, Gemini's or Azure's; fields that are absent are empty, `fallback`
 * is the message of last resort. Never throws.
 */
export function readError(body: unknown, fallback = ""): UpstreamErrorBody {
  const container = Array.isArray(body) ? (body[0] as unknown) : body;
  const error = isObject(container) ? (container["error"] ?? container) : container;
  if (!isObject(error)) {
    const message = typeof error === "string" && error !== "" ? error : fallback;
    return { message, type: "", code: "", param: null, details: [], retryDelay: "" };
  }
  const param = wordOf(error["param"]);
  const message = wordOf(error["message"]);
  return {
    message: message === "" ? fallback : message,
    type: wordOf(error["type"]) || wordOf(error["status"]),
    code: wordOf(error["code"]),
    param: param === "" ? null : param,
    ...readErrorDetails(error),
  };
}

function readErrorDetails(error: Json): Pick<UpstreamErrorBody, "details" | "retryDelay"> {
  const details: string[] = [];
  let retryDelay = "";
  const add = (word: unknown): void => {
    if (typeof word === "string" && word !== "") {
      details.push(word);
    }
  };
  const inner = error["innererror"];
  add(isObject(inner) ? inner["code"] : undefined);
  const listed: unknown = error["details"];
  for (const detail of Array.isArray(listed) ? (listed as unknown[]) : [listed]) {
    if (!isObject(detail)) {
      continue;
    }
    add(detail["error_code"]);
    add(detail["reason"]);
    add(isObject(detail["metadata"]) ? detail["metadata"]["quota_limit"] : undefined);
    const violations: unknown = detail["violations"];
    for (const violation of Array.isArray(violations) ? (violations as unknown[]) : []) {
      add(isObject(violation) ? violation["quotaId"] : undefined);
    }
    retryDelay = wordOf(detail["retryDelay"]) || retryDelay;
  }
  return { details, retryDelay };
}

function wordOf(value: unknown): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
}

/** What the data of one streamed event says. Never throws. */
export function readStreamChunk(data: string): StreamChunk {
  if (data === "[DONE]") {
    return { kind: "done" };
  }
  let json: unknown;
  try {
    json = JSON.parse(data);
  } catch {
    return { kind: "malformed" };
  }
  if (Array.isArray(json) || (isObject(json) && isErrorField(json["error"]))) {
    return { kind: "error", error: readError(json) };
  }
  return isObject(json) ? readChunk(data, json) : { kind: "malformed" };
}

function readChunk(data: string, json: Json): StreamChunk {
  const choices = json["choices"];
  const usage = readUsage(json["usage"]);
  if (!Array.isArray(choices) && usage === null) {
    return { kind: "malformed" };
  }
  const found = { text: "", extra: "none" as Chunk["extra"], chars: 0, hasContent: false };
  let finishReason: string | null = null;
  let finishes = 0;
  const list: readonly unknown[] = Array.isArray(choices) ? choices : [];
  for (const choice of list) {
    if (!isObject(choice)) {
      continue;
    }
    if (isObject(choice["delta"])) {
      readDelta(choice["delta"], choice["index"] === 0 || choice["index"] === undefined, found);
    }
    if (typeof choice["finish_reason"] === "string") {
      finishReason = choice["finish_reason"];
      finishes += 1;
    }
  }
  return {
    kind: "chunk",
    data,
    json,
    ...found,
    finishReason,
    finishes,
    usage,
    usageOnly: list.length === 0 && usage !== null,
  };
}

type Found = { text: string; extra: Chunk["extra"]; chars: number; hasContent: boolean };

function readDelta(delta: Json, isFirstChoice: boolean, found: Found): void {
  const content = textOf(delta["content"]);
  if (content !== "") {
    found.chars += content.length;
    found.hasContent = true;
    if (isFirstChoice) {
      found.text += content;
    } else {
      found.extra = "other";
    }
  }
  const reasoning = textOf(delta["reasoning_content"]) || textOf(delta["reasoning"]);
  if (reasoning !== "") {
    found.chars += reasoning.length;
    found.hasContent = true;
    found.extra = found.extra === "none" ? "reasoning" : found.extra;
  }
  const otherChars = otherContentChars(delta);
  if (otherChars !== null) {
    found.chars += otherChars;
    found.hasContent = true;
    found.extra = "other";
  }
}

function isErrorField(error: unknown): boolean {
  return isObject(error) || (typeof error === "string" && error !== "");
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

/** The characters of what is neither content nor reasoning; null when there is none of it. */
function otherContentChars(delta: Json): number | null {
  const refusal = textOf(delta["refusal"]);
  const calls = delta["tool_calls"];
  const legacyCall = delta["function_call"];
  if (Array.isArray(calls) && calls.length > 0) {
    return calls.reduce((sum: number, call: unknown) => {
      const called = isObject(call) ? call["function"] : undefined;
      return sum + (isObject(called) ? textOf(called["arguments"]).length : 0);
    }, refusal.length);
  }
  if (isObject(legacyCall)) {
    return refusal.length + textOf(legacyCall["arguments"]).length;
  }
  return refusal !== "" || isObject(delta["audio"]) ? refusal.length : null;
}

export type PlainAnswer =
  | { kind: "answer"; usage: Usage | null; chars: number; finishReason: string }
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
  const chars = isObject(message) ? textOf(message["content"]).length : 0;
  const finishReason = isObject(first) ? textOf(first["finish_reason"]) : "";
  return { kind: "answer", usage: readUsage(answer["usage"]), chars, finishReason };
}
