/** The body of a chat completion: what we must know of it, and how it goes on to a provider. */
import type { CallNeeds } from "../core/events";
import type { CallSize } from "../core/reserve";
import { type Json, isObject } from "../dialects/openai";
import { GatewayError } from "../shared/errors";
import { callNeeds, choicesOf, encodedImageChars, promptCharsOf } from "./call-needs";

export type ChatRequest = {
  /** The body as the caller sent it. */
  readonly raw: Buffer;
  readonly model: string;
  /** An explicit chain for this call alone. */
  readonly models: readonly string[] | null;
  readonly stream: boolean;
  /** The caller asked for the usage chunk himself. */
  readonly wantsUsage: boolean;
  readonly promptChars: number;
  /** How many choices it asks for. */
  readonly choices: number;
  readonly stops: readonly string[];
  readonly needs: CallNeeds;
  /** Bytes of the request without those of encoded images: no tokenizer makes more tokens out of it. */
  readonly textBytes: () => number;
  /** The body for a provider: the caller's own bytes where nothing had to change. */
  bodyFor(shape: BodyShape): string | Buffer;
};

export type BodyShape = {
  readonly upstreamModel: string;
  /** The provider is asked for a stream, whatever the caller reads. */
  readonly streamed: boolean;
  /** A broken answer that the provider is to go on with, and its tokens. */
  readonly prefill: { readonly text: string; readonly tokens: number } | null;
};

const maxChain = 8;
/** Ours, or attempts to choose host, key or headers: none of it reaches a provider. */
const ownFields = ["models", "api_base", "base_url", "api_key", "extra_headers"] as const;

/**
 * The checked request in `raw`.
 *
 * @throws {GatewayError} `invalid_json`, or `invalid_request` with the field that is wrong.
 */
export function parseChatRequest(raw: Buffer): ChatRequest {
  const body = parseJsonObject(raw);
  const model = requiredString(body, "model");
  const messages = checkedMessages(body["messages"]);
  const stream = optionalBoolean(body, "stream");
  const streamOptions = body["stream_options"];
  const wantsUsage = stream && isObject(streamOptions) && streamOptions["include_usage"] === true;
  const models = checkedChain(body["models"]);
  const isClean = !ownFields.some((field) => field in body);
  const promptChars = promptCharsOf(body, messages);
  return {
    raw,
    model,
    models,
    stream,
    wantsUsage,
    promptChars,
    choices: choicesOf(body),
    stops: stopsOf(body["stop"]),
    needs: callNeeds(body, messages, promptChars),
    textBytes: () => raw.length - encodedImageChars(messages),
    bodyFor(shape) {
      const isAsItIs =
        isClean &&
        shape.upstreamModel === model &&
        shape.streamed === stream &&
        wantsUsage === stream &&
        shape.prefill === null;
      return isAsItIs ? raw : upstreamBody(body, shape);
    },
  };
}

/** What is known of the call's size before it is sent. */
export function callSize({ needs, choices, textBytes }: ChatRequest): CallSize {
  const { promptTokens, maxTokens } = needs;
  return { promptTokens, maxTokens, choices, promptBytes: textBytes };
}

function upstreamBody(body: Json, { upstreamModel, streamed, prefill }: BodyShape): string {
  const { ...copy } = body;
  for (const field of ownFields) {
    Reflect.deleteProperty(copy, field);
  }
  copy["model"] = upstreamModel;
  if (streamed) {
    const options = isObject(copy["stream_options"]) ? copy["stream_options"] : {};
    copy["stream"] = true;
    copy["stream_options"] = { ...options, include_usage: true };
  }
  if (prefill !== null) {
    copy["messages"] = withPrefill(copy["messages"], prefill.text);
    for (const field of ["max_tokens", "max_completion_tokens"]) {
      const asked = copy[field];
      if (typeof asked === "number") {
        copy[field] = Math.max(1, asked - prefill.tokens);
      }
    }
  }
  try {
    return JSON.stringify(copy);
  } catch (cause) {
    throw new GatewayError("invalid_json", {
      message: "The request body is nested too deeply.",
      cause,
    });
  }
}

/** The conversation with the beginning of its answer; one that ends with such a beginning already has it lengthened. */
function withPrefill(messages: unknown, text: string): readonly unknown[] {
  const list: readonly unknown[] = Array.isArray(messages) ? messages : [];
  const last = list.at(-1);
  if (isObject(last) && last["role"] === "assistant" && typeof last["content"] === "string") {
    return [...list.slice(0, -1), { ...last, content: last["content"] + text }];
  }
  return [...list, { role: "assistant", content: text }];
}

function stopsOf(stop: unknown): readonly string[] {
  const list: readonly unknown[] = Array.isArray(stop) ? stop : [stop];
  return list.filter((one): one is string => typeof one === "string" && one !== "");
}

function parseJsonObject(raw: Buffer): Json {
  let body: unknown;
  try {
    body = JSON.parse(raw.toString("utf8"));
  } catch (error) {
    const where = error instanceof SyntaxError ? ` ${positionOf(error.message)}` : "";
    throw new GatewayError("invalid_json", {
      message: `The request body is not valid JSON${where.trimEnd()}.`,
    });
  }
  if (!isObject(body)) {
    throw new GatewayError("invalid_request", {
      message: "The request body must be a JSON object.",
    });
  }
  return body;
}

/** The position only: the parser's message quotes the caller's text, which belongs in no log. */
function positionOf(message: string): string {
  const position = /position (\d+)/.exec(message)?.[1];
  return position === undefined ? "(it ends too early)" : `(at position ${position})`;
}

function invalid(param: string, message: string): GatewayError {
  return new GatewayError("invalid_request", { param, message });
}

function requiredString(body: Json, field: string): string {
  const value = body[field];
  if (typeof value !== "string" || !isName(value)) {
    throw invalid(field, `\`${field}\` must be a name of 1 to 256 printable characters.`);
  }
  return value;
}

function isName(text: string): boolean {
  return /^\P{C}{1,256}$/u.test(text);
}

function optionalBoolean(body: Json, field: string): boolean {
  const value = body[field];
  if (value === undefined || value === null) {
    return false;
  }
  if (typeof value !== "boolean") {
    throw invalid(field, `\`${field}\` must be true or false.`);
  }
  return value;
}

function checkedMessages(messages: unknown): readonly Json[] {
  if (!Array.isArray(messages) || messages.length === 0) {
    throw invalid("messages", "`messages` must be a list with at least one message.");
  }
  return messages.map((message: unknown, index) => {
    if (!isObject(message)) {
      throw invalid(`messages[${index}]`, `\`messages[${index}]\` must be an object.`);
    }
    if (typeof message["role"] !== "string") {
      throw invalid(`messages[${index}].role`, `\`messages[${index}].role\` must be a string.`);
    }
    return message;
  });
}

function checkedChain(models: unknown): readonly string[] | null {
  if (models === undefined || models === null) {
    return null;
  }
  if (
    !Array.isArray(models) ||
    models.length === 0 ||
    models.length > maxChain ||
    !models.every((model): model is string => typeof model === "string" && isName(model))
  ) {
    throw invalid("models", `\`models\` must be a list of 1 to ${maxChain} model names.`);
  }
  return models;
}
