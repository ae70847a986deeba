import { request, type Dispatcher } from "undici";
import type { Wall } from "@/lib/wall/server";

interface Asked {
  url: string;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** Posts a chat completion with sensible defaults. */
export function chat(
  wall: Wall,
  body: Record<string, unknown> | string = {},
  { url = wall.baseUrl("alpha"), headers = {}, signal }: Partial<Asked> = {},
): Promise<Dispatcher.ResponseData> {
  const whole = {
    model: "gpt-4.1",
    messages: [{ role: "user", content: "How many bells ring?" }],
    ...(typeof body === "string" ? {} : body),
  };
  return request(`${url}/chat/completions`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${wall.key}`,
      "content-type": "application/json",
      ...headers,
    },
    body: typeof body === "string" ? body : JSON.stringify(whole),
    ...(signal && { signal }),
  });
}

export function listModels(
  wall: Wall,
  { url = wall.baseUrl("alpha"), headers = {} }: Partial<Asked> = {},
): Promise<Dispatcher.ResponseData> {
  return request(`${url}/models`, {
    headers: { authorization: `Bearer ${wall.key}`, ...headers },
  });
}

export interface Streamed {
  /** The payloads of the `data:` lines, in order. */
  payloads: string[];
  comments: string[];
  text: string;
  finishReasons: string[];
  isDone: boolean;
  /** The code of the error with which the body broke off, or null for a clean end. */
  brokenBy: string | null;
}

/** Reads a stream to its end or break, as a strict client would. */
export async function streamed(response: Dispatcher.ResponseData): Promise<Streamed> {
  let raw = "";
  let brokenBy: string | null = null;
  try {
    for await (const chunk of response.body) {
      raw += String(chunk);
    }
  } catch (error) {
    brokenBy = (error as { code?: string }).code ?? "unknown";
  }
  const events = raw.split("\n\n").filter((event) => event !== "");
  const payloads = events
    .filter((event) => event.startsWith("data: "))
    .map((event) => event.slice("data: ".length));
  const choices = payloads.flatMap((payload) => choicesOf(payload));
  return {
    payloads,
    comments: events.filter((event) => event.startsWith(":")),
    text: choices.map(({ delta }) => delta.content ?? "").join(""),
    finishReasons: choices.flatMap(({ finish_reason }) => finish_reason ?? []),
    isDone: payloads.includes("[DONE]"),
    brokenBy,
  };
}

export interface ToolCallDelta {
  index: number;
  function: { name?: string; arguments: string };
}

interface ChunkChoice {
  delta: { role?: string; content?: string | null; tool_calls?: ToolCallDelta[] };
  finish_reason: string | null;
}

export interface Chunk {
  id: string;
  choices: ChunkChoice[];
  usage?: { completion_tokens: number } | null;
}

/** The chunks of a whole stream, without its [DONE]. */
export function chunksOf({ payloads }: Streamed): Chunk[] {
  return payloads.slice(0, -1).map((payload) => JSON.parse(payload) as Chunk);
}

function choicesOf(payload: string): ChunkChoice[] {
  try {
    return (JSON.parse(payload) as Partial<Chunk>).choices ?? [];
  } catch {
    return [];
  }
}

export interface CompletionBody {
  id: string;
  model: string;
  choices: {
    message: {
      content: string | null;
      tool_calls?: { id: string; function: { name: string; arguments: string } }[];
    };
    finish_reason: string;
  }[];
  usage: {
    prompt_tokens: number;
    completion_tokens: number;
    total_tokens: number;
    prompt_tokens_details: { cached_tokens: number };
    completion_tokens_details: { reasoning_tokens: number };
  };
}

/** The body of a plain answer that must be a success. */
export async function completion(response: Dispatcher.ResponseData): Promise<CompletionBody> {
  const text = await response.body.text();
  if (response.statusCode !== 200) {
    throw new Error(`answered ${response.statusCode}: ${text}`);
  }
  return JSON.parse(text) as CompletionBody;
}

export interface ErrorFields {
  message: string;
  type: string;
  code: string | null;
  param: string | null;
}

/** The error of an answer in OpenAI's envelope. */
export async function errorOf(response: Dispatcher.ResponseData): Promise<ErrorFields> {
  return ((await response.body.json()) as { error: ErrorFields }).error;
}

/** The code of the network error with which a request fails, or `AbortError`. */
export async function failureCode(asked: Promise<unknown>): Promise<string> {
  try {
    await asked;
    return "none";
  } catch (error) {
    const { code, name } = error as { code?: unknown; name: string };
    return typeof code === "string" ? code : name;
  }
}

/** Resolves with the first value that is not undefined, or fails after 5 s. */
export async function eventually<T>(look: () => T | undefined): Promise<T> {
  const untilMs = Date.now() + 5_000;
  for (;;) {
    const found = look();
    if (found !== undefined) {
      return found;
    }
    if (Date.now() > untilMs) {
      throw new Error("did not happen within 5 s");
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
