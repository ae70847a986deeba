/** What a chat completion asks of a target, and what may be done with its answer, read off its body. */
import type { CallNeeds } from "../core/events";
import { type Json, isObject } from "../dialects/openai";
import { estimatedTokens } from "./tally";

const tokensPerImage = 1_500;

/** Content parts that are images, whatever their encoding. */
const imageParts: ReadonlySet<unknown> = new Set(["image_url", "input_image", "image"]);
/** Ids that only the account knows that made them. */
const accountIdFields = ["previous_response_id", "conversation"] as const;
const ownTools: ReadonlySet<unknown> = new Set(["function", "custom"]);

/** The needs of the call in `body`, whose checked messages are `messages` and hold `promptChars` of text. */
export function callNeeds(body: Json, messages: readonly Json[], promptChars: number): CallNeeds {
  const parts = messages.flatMap(partsOf);
  const tools = listOf(body["tools"]);
  const hasTools = tools.length > 0 || listOf(body["functions"]).length > 0;
  const json = isJsonMode(body["response_format"]);
  const isSingle = choicesOf(body) === 1;
  const isBare = isSingle && !isOn(body["logprobs"]) && !asksForAudio(body);
  return {
    stream: body["stream"] === true,
    promptTokens: estimatedTokens(promptChars) + tokensPerImage * parts.filter(isImage).length,
    maxTokens: maxTokens(body),
    tools: hasTools,
    vision: parts.some(isImage),
    json,
    reasoning: asksForReasoning(body),
    promptCacheKey: textOrNull(body["prompt_cache_key"]),
    deterministic: body["temperature"] === 0,
    resumable: isBare && !hasTools && !json,
    collectable: isBare,
    pinned:
      accountIdFields.some((field) => isOn(body[field])) ||
      messages.some(isFromAccount) ||
      parts.some(isFromAccount),
    unrepeatable: isOn(body["web_search_options"]) || tools.some(isProviderRun),
  };
}

/** The characters of text in a prompt, tool definitions among them; an image's base64 says nothing about tokens. */
export function promptCharsOf(body: Json, messages: readonly Json[]): number {
  let chars = definitionChars(body["tools"]) + definitionChars(body["functions"]);
  for (const message of messages) {
    const { content } = message;
    chars += typeof content === "string" ? content.length : 0;
    for (const part of partsOf(message)) {
      chars += textOrNull(part["text"])?.length ?? 0;
    }
    for (const call of listOf(message["tool_calls"])) {
      const called = isObject(call) ? call["function"] : undefined;
      chars += isObject(called) ? (textOrNull(called["arguments"])?.length ?? 0) : 0;
    }
  }
  return chars;
}

/** The characters of images that a prompt carries within itself, as `data:` URLs. */
export function encodedImageChars(messages: readonly Json[]): number {
  let chars = 0;
  for (const part of messages.flatMap(partsOf)) {
    const { image_url: image } = part;
    const url = isObject(image) ? image["url"] : image;
    chars += typeof url === "string" && url.startsWith("data:") ? url.length : 0;
  }
  return chars;
}

/** How many answers the caller wants side by side. */
export function choicesOf(body: Json): number {
  const { n } = body;
  return typeof n === "number" && n > 1 ? n : 1;
}

function maxTokens(body: Json): number | null {
  const value = body["max_completion_tokens"] ?? body["max_tokens"];
  return typeof value === "number" && value > 0 ? value : null;
}

function definitionChars(definitions: unknown): number {
  if (listOf(definitions).length === 0) {
    return 0;
  }
  try {
    return JSON.stringify(definitions).length;
  } catch {
    // Nested too deeply to be written again; whoever has to write it says so.
    return 0;
  }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function partsOf({ content }: Json): readonly Json[] {
  return Array.isArray(content) ? content.filter(isObject) : [];
}

function isImage(part: Json): boolean {
  return imageParts.has(part["type"]);
}

function isJsonMode(format: unknown): boolean {
  return isObject(format) && (format["type"] === "json_object" || format["type"] === "json_schema");
}

/** Present and not switched off. */
function isOn(value: unknown): boolean {
  return value !== undefined && value !== null && value !== false;
}

function asksForReasoning({ reasoning_effort: effort, reasoning }: Json): boolean {
  return (isOn(effort) && effort !== "none") || isOn(reasoning);
}

function asksForAudio(body: Json): boolean {
  return isOn(body["audio"]) || listOf(body["modalities"]).includes("audio");
}

/** A message or part that refers to what an account keeps: a file, an earlier audio answer, an encrypted item. */
function isFromAccount(item: Json): boolean {
  const { file, audio } = item;
  return (
    (isObject(file) && isOn(file["file_id"])) ||
    (isObject(audio) && isOn(audio["id"])) ||
    isOn(item["file_id"]) ||
    isOn(item["encrypted_content"])
  );
}

function isProviderRun(tool: unknown): boolean {
  return isObject(tool) && !ownTools.has(tool["type"]);
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
