/** Puts the events of a streamed answer together into the plain answer that they are the pieces of. */
import { type Chunk, type Json, isObject } from "./openai";

type ToolCall = { index: number; call: Json };

/** Padding against guesses from a chunk's length; it means nothing in a whole answer. */
const meaningless = new Set(["object", "choices", "obfuscation"]);

/** Of one choice: a call for several is never collected. */
export class Collector {
  readonly #top: Json = {};
  readonly #choice: Json = {};
  readonly #message: Json = {};
  /** Fields that arrive in pieces: content, refusal, reasoning. */
  readonly #texts = new Map<string, string>();
  readonly #toolCalls: ToolCall[] = [];
  #functionCall: Json | null = null;

  add({ json }: Chunk): void {
    for (const [name, value] of Object.entries(json)) {
      if (!meaningless.has(name) && value !== null && value !== undefined) {
        this.#top[name] = value;
      }
    }
    const choices: readonly unknown[] = Array.isArray(json["choices"]) ? json["choices"] : [];
    for (const choice of choices) {
      if (isObject(choice)) {
        this.#addChoice(choice);
      }
    }
  }

  /** The body of the plain answer. */
  body(): string {
    const { id, created, model, usage, ...others } = this.#top;
    const text = this.#texts.get("content");
    const hasCalls = this.#toolCalls.length > 0 || this.#functionCall !== null;
    const message = {
      role: "assistant",
      content: text === undefined || (text === "" && hasCalls) ? null : text,
      refusal: null,
      ...Object.fromEntries([...this.#texts].filter(([name]) => name !== "content")),
      ...this.#message,
      ...(this.#toolCalls.length === 0
        ? {}
        : { tool_calls: this.#toolCalls.map(({ call }) => call) }),
      ...(this.#functionCall === null ? {} : { function_call: this.#functionCall }),
    };
    const choice = { index: 0, message, logprobs: null, finish_reason: null, ...this.#choice };
    return JSON.stringify({
      id,
      object: "chat.completion",
      created,
      model,
      choices: [choice],
      usage,
      ...others,
    });
  }

  #addChoice({ delta, ...choice }: Json): void {
    for (const [name, value] of Object.entries(choice)) {
      if (value !== null && value !== undefined) {
        this.#choice[name] = value;
      }
    }
    if (!isObject(delta)) {
      return;
    }
    for (const [name, value] of Object.entries(delta)) {
      this.#addField(name, value);
    }
  }

  #addField(name: string, value: unknown): void {
    if (value === null || value === undefined) {
      return;
    }
    if (name === "tool_calls") {
      this.#addToolCalls(value);
    } else if (name === "function_call") {
      this.#functionCall = isObject(value) ? merged(this.#functionCall ?? {}, value) : null;
    } else if (name === "role") {
      this.#message["role"] = value;
    } else if (typeof value === "string") {
      this.#texts.set(name, (this.#texts.get(name) ?? "") + value);
    } else if (Array.isArray(value)) {
      const before = this.#message[name];
      const list: readonly unknown[] = Array.isArray(before) ? before : [];
      this.#message[name] = [...list, ...(value as readonly unknown[])];
    } else {
      this.#message[name] = value;
    }
  }

  #addToolCalls(deltas: unknown): void {
    const list: readonly unknown[] = Array.isArray(deltas) ? deltas : [];
    for (const [place, delta] of list.entries()) {
      if (!isObject(delta)) {
        continue;
      }
      const { index: told, ...fields } = delta;
      const index = typeof told === "number" ? told : place;
      const known = this.#toolCalls.find((one) => one.index === index);
      if (known === undefined) {
        this.#toolCalls.push({ index, call: merged({}, fields) });
        this.#toolCalls.sort((a, b) => a.index - b.index);
      } else {
        known.call = merged(known.call, fields);
      }
    }
  }
}

/** A tool call with its next piece: arguments and inputs grow, names and ids are told once. */
function merged(call: Json, piece: Json): Json {
  const next: Json = { ...call };
  for (const [name, value] of Object.entries(piece)) {
    const before = next[name];
    // Some providers repeat the id of a call as an empty text in its later pieces.
    if (value === null || value === undefined || (value === "" && before !== undefined)) {
      continue;
    }
    if (isObject(value)) {
      next[name] = merged(isObject(before) ? before : {}, value);
    } else if ((name === "arguments" || name === "input") && typeof before === "string") {
      next[name] = before + (typeof value === "string" ? value : "");
    } else {
      next[name] = value;
    }
  }
  return next;
}
