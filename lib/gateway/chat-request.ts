/** The body of a chat completion: what we must know of it, and how it goes on to a provider. */
import { GatewayError } from "../shared/errors";

export type ChatRequest = {
  readonly model: string;
  /** An explicit chain for this call alone. */
  readonly models: readonly string[] | null;
  readonly stream: boolean;
  /** The caller asked for the usage chunk himself. */
  readonly wantsUsage: boolean;
  readonly maxTokens: number | null;
  readonly promptChars: number;
  /** The body for `upstreamModel`: the caller's own bytes where nothing had to change. */
  bodyFor(upstreamModel: string): string | Buffer;
};

type Json = Record<string, unknown>;

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
  const wantsUsage = isObject(streamOptions) && streamOptions["include_usage"] === true;
  const asksUsage = stream && !wantsUsage;
  const changed = asksUsage || ownFields.some((field) => field in body);
  return {
    model,
    models: checkedChain(body["models"]),
    stream,
    wantsUsage,
    maxTokens: maxTokens(body),
    promptChars: messages.reduce((sum, message) => sum + textChars(message["content"]), 0),
    bodyFor(upstreamModel) {
      if (!changed && upstreamModel === model) {
        return raw;
      }
      return upstreamBody(body, upstreamModel, asksUsage);
    },
  };
}

function upstreamBody(body: Json, upstreamModel: string, asksUsage: boolean): string {
  const { ...copy } = body;
  for (const field of ownFields) {
    Reflect.deleteProperty(copy, field);
  }
  copy["model"] = upstreamModel;
  if (asksUsage) {
    const options = isObject(copy["stream_options"]) ? copy["stream_options"] : {};
    copy["stream_options"] = { ...options, include_usage: true };
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

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
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

function maxTokens(body: Json): number | null {
  const value = body["max_completion_tokens"] ?? body["max_tokens"];
  return typeof value === "number" && value > 0 ? value : null;
}

/** Text only: an image's base64 says nothing about tokens. */
function textChars(content: unknown): number {
  if (typeof content === "string") {
    return content.length;
  }
  if (!Array.isArray(content)) {
    return 0;
  }
  return content.reduce((sum: number, part: unknown) => {
    const text = isObject(part) ? part["text"] : undefined;
    return sum + (typeof text === "string" ? text.length : 0);
  }, 0);
}
