/** Events of a streamed answer as they have to be where they cannot go on as they came. */
import { type Chunk, type Json, type Usage, isObject } from "./openai";

/** What all events of one answer have in common. */
export type AnswerIdentity = { readonly id?: unknown; readonly created?: unknown };

/** The identity that the first events of an answer tell. */
export function identityOf({ json }: Chunk): AnswerIdentity {
  return { id: json["id"], created: json["created"] };
}

/** The data of an event of a continuation: `text` in place of its own, under the identity of the answer it joins. */
export function joinedEvent(chunk: Chunk, identity: AnswerIdentity, text: string): Json {
  const choices: readonly unknown[] = Array.isArray(chunk.json["choices"])
    ? chunk.json["choices"]
    : [];
  return {
    ...chunk.json,
    ...identity,
    choices: choices.map((choice) =>
      isObject(choice) ? { ...choice, delta: text === "" ? {} : { content: text } } : choice,
    ),
  };
}

/** The event without its finish reason: what it holds of the answer stands, the answer does not end with it. */
export function unfinished(chunk: Chunk): Chunk {
  const choices: readonly unknown[] = Array.isArray(chunk.json["choices"])
    ? chunk.json["choices"]
    : [];
  const json = {
    ...chunk.json,
    choices: choices.map((choice) =>
      isObject(choice) ? { ...choice, finish_reason: null } : choice,
    ),
  };
  return { ...chunk, json, data: JSON.stringify(json), finishReason: null, finishes: 0 };
}

/** The event that ends an answer for a reason that no provider told. */
export function finishEvent(chunk: Chunk, identity: AnswerIdentity, finishReason: string): Json {
  return {
    ...chunk.json,
    ...identity,
    choices: [{ index: 0, delta: {}, logprobs: null, finish_reason: finishReason }],
  };
}

/** The event that carries the usage of an answer and nothing else. */
export function usageEvent(like: Readonly<Json>, identity: AnswerIdentity, usage: Usage): Json {
  return { ...like, ...identity, choices: [], usage: usageObject(usage) };
}

/** `usage` in OpenAI's shape. */
export function usageObject(usage: Usage): Json {
  return {
    prompt_tokens: usage.promptTokens,
    completion_tokens: usage.completionTokens,
    total_tokens: usage.promptTokens + usage.completionTokens,
    prompt_tokens_details: { cached_tokens: usage.cachedTokens },
  };
}
