/** What a caller of a stream got. */
export interface StreamSeen {
  raw: string;
  events: StreamEvent[];
  comments: string[];
  text: string;
  words: number;
  finish: string | null;
  isDone: boolean;
  error: { type: string; code: string | null; message: string } | null;
  ids: Set<string>;
  usage: { prompt_tokens: number; completion_tokens: number; total_tokens: number } | null;
  /** What the gateway says of itself inside of events, in order. */
  marks: Record<string, unknown>[];
  endedAtMs: number;
}

export interface StreamEvent {
  id?: string;
  model?: string;
  choices?: {
    delta: { content?: string | null; role?: string; tool_calls?: unknown[] };
    finish_reason: string | null;
  }[];
  usage?: StreamSeen["usage"];
  error?: { type: string; code: string | null; message: string };
  bellwether?: Record<string, unknown>;
}

/** Reads a stream to its end; throws on an event that is not JSON and on a connection that breaks. */
export async function readStream(response: Response): Promise<StreamSeen> {
  const raw = await response.text();
  return { ...streamOf(raw), endedAtMs: performance.timeOrigin + performance.now() };
}

/** What a stream says as far as it has come. */
export function streamOf(raw: string): StreamSeen {
  const frames = raw.split("\n\n").filter((frame) => frame !== "");
  const payloads = frames.flatMap((frame) =>
    frame
      .split("\n")
      .filter((line) => line.startsWith("data: "))
      .map((line) => line.slice("data: ".length)),
  );
  const events = payloads
    .filter((payload) => payload !== "[DONE]")
    .map((payload) => JSON.parse(payload) as StreamEvent);
  const text = events.map(({ choices }) => choices?.[0]?.delta.content ?? "").join("");
  return {
    raw,
    events,
    comments: frames.filter((frame) => frame.startsWith(":")),
    text,
    words: text.trim() === "" ? 0 : text.trim().split(/\s+/).length,
    finish: events.map(({ choices }) => choices?.[0]?.finish_reason ?? null).find(Boolean) ?? null,
    isDone: payloads.at(-1) === "[DONE]",
    error: events.find(({ error }) => error !== undefined)?.error ?? null,
    ids: new Set(events.flatMap(({ id }) => id ?? [])),
    usage: events.map(({ usage }) => usage ?? null).find(Boolean) ?? null,
    marks: events.flatMap(({ bellwether }) => (bellwether === undefined ? [] : [bellwether])),
    endedAtMs: 0,
  };
}
