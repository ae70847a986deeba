import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Chunk, readStreamChunk } from "@/lib/dialects/openai";
import { prefillOf } from "@/lib/dialects/splice";
import type { AttemptTrace, CallTrace } from "@/lib/gateway/call-trace";
import { CallerStream } from "@/lib/gateway/caller-stream";
import { Joint } from "@/lib/gateway/joint";
import { Relay, type RelayOptions } from "@/lib/gateway/relay";
import { Tally } from "@/lib/gateway/tally";
import { defaultTiming } from "@/lib/gateway/timing";
import { parseChatRequest } from "@/lib/gateway/chat-request";
import { dataOf, served } from "./served";

type Event = {
  id?: string;
  choices: { delta: { content?: string }; finish_reason: string | null }[];
  usage?: Record<string, number> | null;
  bellwether?: Record<string, unknown>;
};

function eventOf(id: string, delta: object, finish: string | null = null): Chunk {
  return chunkOf({
    id,
    object: "chat.completion.chunk",
    created: 1,
    model: "m",
    choices: [{ index: 0, delta, finish_reason: finish }],
  });
}

function chunkOf(fields: object): Chunk {
  const chunk = readStreamChunk(JSON.stringify(fields));
  if (chunk.kind !== "chunk") {
    throw new Error(`not a chunk: ${chunk.kind}`);
  }
  return chunk;
}

const usageChunk = (id: string): Chunk =>
  chunkOf({ id, choices: [], usage: { prompt_tokens: 8, completion_tokens: 2 } });

function streamOf(id: string, pieces: readonly string[], finish: string | null): Chunk[] {
  return [
    eventOf(id, { role: "assistant", content: "" }),
    ...pieces.map((content) => eventOf(id, { content })),
    ...(finish === null ? [] : [eventOf(id, {}, finish), usageChunk(id)]),
  ];
}

/** What a caller gets of what `drive` relays. */
async function relayed(
  options: RelayOptions,
  drive: (relay: Relay) => void,
  { spent = false } = {},
): Promise<{ events: Event[]; text: string; raw: string; isDone: boolean }> {
  const { text: raw } = await served(async (res) => {
    const timing = { ...defaultTiming, keepAliveMs: spent ? 1 : 10_000 };
    const out = new CallerStream(res, () => performance.now(), timing, {});
    while (spent && !out.isSpent) {
      await new Promise(setImmediate);
    }
    out.begin({});
    drive(new Relay(out, options));
    if (!res.writableEnded) {
      out.end("");
    }
  });
  const data = dataOf(raw);
  const events = data.filter((one) => one !== "[DONE]").map((one) => JSON.parse(one) as Event);
  return {
    raw,
    events,
    text: events.map((event) => event.choices[0]?.delta.content ?? "").join(""),
    isDone: data.at(-1) === "[DONE]",
  };
}

const plain = { wantsUsage: false, keepsText: true };

/** Where a relay keeps what goes out. */
function kept(): { body: { told: (text: string) => void }; text: () => string } {
  let text = "";
  return { body: { told: (more) => (text += more) }, text: () => text };
}

describe("what is kept of a relayed stream", () => {
  it("is its text, also where it broke off, and nothing that was only thought", async () => {
    const { body, text } = kept();
    await relayed({ ...plain, keepsText: false, body }, (relay) => {
      relay.take(eventOf("a", { reasoning_content: "hm" }));
      streamOf("a", ["Hello", " you"], null).forEach((chunk) => relay.take(chunk));
      relay.drain();
    });
    expect(text()).toBe("Hello you");
  });

  it("is the event itself where that is more than text", async () => {
    const { body, text } = kept();
    const call = eventOf("a", { tool_calls: [{ index: 0, function: { arguments: "{}" } }] });
    await relayed({ ...plain, body }, (relay) => {
      relay.take(eventOf("a", { content: "Ringing. " }));
      relay.take(call);
    });
    expect(text()).toBe(`Ringing. ${call.data}\n`);
  });
});

describe("a relayed stream", () => {
  it("goes on as it came, without the usage that nobody asked for", async () => {
    const chunks = streamOf("a", ["Hello", " you"], "stop");
    const seen = await relayed(plain, (relay) => {
      chunks.forEach((chunk) => relay.take(chunk));
      relay.complete(null, null);
    });
    expect(dataOf(seen.raw)).toEqual([...chunks.slice(0, -1).map(({ data }) => data), "[DONE]"]);
  });

  it("passes the usage on to who asked, and counts where none was told", async () => {
    const told = await relayed({ ...plain, wantsUsage: true }, (relay) => {
      streamOf("a", ["Hello"], "stop").forEach((chunk) => relay.take(chunk));
      relay.complete({ promptTokens: 1, completionTokens: 1, cachedTokens: 0 }, null);
    });
    expect(told.events.at(-1)).toMatchObject({ choices: [], usage: { prompt_tokens: 8 } });
    const counted = await relayed({ ...plain, wantsUsage: true }, (relay) => {
      streamOf("a", ["Hello"], "stop")
        .slice(0, -1)
        .forEach((chunk) => relay.take(chunk));
      relay.complete({ promptTokens: 7, completionTokens: 1, cachedTokens: 0 }, null);
    });
    expect(counted.events.at(-1)).toMatchObject({
      id: "a",
      choices: [],
      usage: { prompt_tokens: 7, completion_tokens: 1, total_tokens: 8 },
      bellwether: { usage_estimated: true },
    });
  });

  it("tells in its last event who answered when comments have spent the headers", async () => {
    const marks = { model: "gpt-4.1" };
    const seen = await relayed(
      plain,
      (relay) => {
        streamOf("a", ["Hello"], "stop").forEach((chunk) => relay.take(chunk));
        relay.complete(null, marks);
      },
      { spent: true },
    );
    expect(seen.events.filter(({ bellwether }) => bellwether !== undefined)).toHaveLength(1);
    expect(seen.events.at(-1)).toMatchObject({
      bellwether: marks,
      choices: [{ finish_reason: "stop" }],
    });
    expect(seen.isDone).toBe(true);
  });

  it("may be continued while it is one text, and not after a refusal, a tool call or half a thought", async () => {
    const continuable = async (...deltas: object[]): Promise<unknown> => {
      let delivered: unknown;
      await relayed(plain, (relay) => {
        deltas.forEach((delta) => relay.take(eventOf("a", delta)));
        delivered = relay.continuable;
      });
      return delivered;
    };
    expect(await continuable({ content: "Hel" }, { content: "lo" })).toEqual({
      text: "Hello",
      tokens: 2,
    });
    expect(await continuable({ reasoning_content: "Hm" }, { content: "Hello" })).toMatchObject({
      text: "Hello",
    });
    expect(await continuable({ reasoning_content: "Hm" })).toBeNull();
    expect(await continuable({ content: "I" }, { refusal: "No" })).toBeNull();
    expect(await continuable({ content: "I" }, { tool_calls: [{ index: 0 }] })).toBeNull();
    expect(await continuable({ content: "x".repeat(256 * 1024) })).not.toBeNull();
    expect(await continuable({ content: "x".repeat(256 * 1024 + 1) })).toBeNull();
  });
});

const place = (id: string): AttemptTrace["target"] => ({
  id,
  provider: id,
  credential: null,
  region: "us-east",
  model: "m",
  upstreamModel: "m",
  pair: `${id}/m`,
  regionPriority: 1,
  breaker: { minThreshold: 3, baseEjectionMs: 1, maxEjectionMs: 1, observeOnly: new Set() },
  probe: { intervalMs: 1, timeoutMs: 1, mode: "off" },
  price: { inputNanoUsd: 1_000, outputNanoUsd: 10_000, cachedInputNanoUsd: 1_000 },
  capabilities: {
    contextTokens: null,
    outputTokens: null,
    tools: null,
    vision: null,
    json: null,
    prefill: true,
    reasoning: false,
  },
});

function attemptAt(id: string, tally: Tally | null): AttemptTrace {
  return {
    target: place(id),
    entryIndex: 0,
    how: "first",
    startedMs: 0,
    endedMs: null,
    firstTokenMs: 1,
    outcome: "cancelled",
    reason: null,
    failure: null,
    tally,
    spanId: null,
  };
}

function traceOf(attempts: AttemptTrace[], stop: string[] = []): CallTrace {
  const body = { model: "m", stop, messages: [{ role: "user", content: "x".repeat(40) }] };
  return {
    id: "id",
    startedMs: 0,
    startedWallMs: 0,
    revision: 1,
    notes: { metadata: null, isQuiet: false },
    key: null,
    ticket: null,
    request: parseChatRequest(Buffer.from(JSON.stringify(body))),
    route: null,
    plan: null,
    startedAt: null,
    planHash: null,
    attempts,
    answering: null,
    firstTokenMs: null,
    joinedUsage: null,
    waitedMs: 0,
    error: null,
    endedMs: null,
    isRecorded: false,
    body: null,
    context: null,
  };
}

/** A stream of `first` that breaks, joined to a continuation. */
function joinedOf(
  first: readonly string[],
  method: "prefill" | "restart",
  continuation: readonly Chunk[],
  options: { wantsUsage?: boolean; stop?: string[]; lost?: AttemptTrace[] } = {},
): ReturnType<typeof relayed> {
  const { wantsUsage = false, stop = [], lost = [] } = options;
  return relayed({ wantsUsage, keepsText: true }, (relay) => {
    streamOf("a", first, null).forEach((chunk) => relay.take(chunk));
    const from = attemptAt("alpha", new Tally());
    const to = attemptAt("beta", null);
    const trace = traceOf([from, ...lost, to], stop);
    const delivered = relay.continuable;
    if (delivered === null) {
      throw new Error("nothing to go on from");
    }
    const joint = new Joint(trace, { from, to }, delivered, method);
    relay.join(joint);
    const wantsMore = continuation.every((chunk) => relay.take(chunk));
    if ((wantsMore || relay.jointEnd === "stopped") && relay.settle()) {
      const tally = new Tally();
      continuation.forEach((chunk) => {
        tally.add(chunk);
      });
      to.tally = tally;
      const tokens = relay.deliveredTokens;
      relay.complete(joint.usage(tokens), wantsUsage ? joint.tellLast(tokens) : null);
    } else {
      relay.drain();
    }
  });
}

const inPieces = (text: string, size: number): string[] =>
  Array.from({ length: Math.ceil(text.length / size) }, (_, index) =>
    text.slice(index * size, (index + 1) * size),
  );

describe("a stream that was joined to its continuation", () => {
  it("is one whole answer under one id, whatever was cut where", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.lorem({ maxCount: 20 }),
        fc.nat(100),
        fc.integer({ min: 1, max: 9 }),
        fc.constantFrom("prefill" as const, "restart" as const),
        async (whole, at, size, method) => {
          const delivered = whole.slice(0, 1 + (at % whole.length));
          const rest = method === "restart" ? whole : whole.slice(prefillOf(delivered).length);
          fc.pre(method === "restart" || !rest.startsWith(delivered.slice(0, 32)));
          const seen = await joinedOf(
            inPieces(delivered, size),
            method,
            streamOf("b", inPieces(rest, size + 1), "stop"),
          );
          expect(seen.text).toBe(whole);
          expect(new Set(seen.events.map(({ id }) => id))).toEqual(new Set(["a"]));
          expect(seen.events.filter(({ bellwether }) => bellwether !== undefined)).toHaveLength(1);
          expect(seen.isDone).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });

  it("says where it was joined and what that cost besides, in its first event and with its usage", async () => {
    const lost = attemptAt("gamma", null);
    const seen = await joinedOf(["one ", "two "], "prefill", streamOf("b", ["three"], "stop"), {
      wantsUsage: true,
      lost: [lost],
    });
    const common = {
      resumed: true,
      from: "alpha/m@us-east",
      to: "beta/m@us-east",
      method: "prefill",
      at_char: 8,
    };
    const [first, last, ...others] = seen.events.flatMap(({ bellwether }) => bellwether ?? []);
    // The prompt of 10 tokens and 2 delivered ones are read again.
    expect(first).toEqual({ ...common, extra_cost_usd: 12_000 / 1e9 });
    // As the provider told it: 8 tokens read and 2 written, of which one is new.
    expect(last).toEqual({ ...common, extra_cost_usd: (8_000 + 10_000) / 1e9 });
    expect(others).toEqual([]);
    expect(seen.events.at(-1)?.usage).toMatchObject({ prompt_tokens: 6, completion_tokens: 4 });
  });

  it("ends where a stop sequence lies across the joint, with the finish reason of one", async () => {
    const seen = await joinedOf(["one E"], "prefill", streamOf("b", ["ND two", " three"], null), {
      stop: ["END"],
    });
    expect(seen.text).toBe("one E");
    expect(seen.events.at(-1)?.choices[0]?.finish_reason).toBe("stop");
    expect(seen.isDone).toBe(true);
  });

  it.each([
    ["tells another text", [eventOf("b", { content: "One." })]],
    ["calls a tool", [eventOf("b", { tool_calls: [{ index: 0 }] })]],
    ["ends before it has told all of it again", streamOf("b", ["one"], "stop")],
  ])("hands on nothing when a new beginning %s", async (_name, continuation) => {
    const seen = await joinedOf(["one two"], "restart", continuation);
    expect(seen.text).toBe("one two");
    expect(seen.events.some(({ bellwether }) => bellwether !== undefined)).toBe(false);
    expect(seen.isDone).toBe(false);
  });
});
