/** What callers of streams get when providers break off, and what other providers are asked to make it whole. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { FaultInput } from "@/lib/wall/fault-kinds";
import { type LanePlace, type LaneSpec, breakPlace, lanesDocument, seenBy } from "../support/lanes";
import { type StreamSeen, readStream } from "../support/sse";
import { type Stack, eventually, startStack } from "../support/stack";

const limits = { ttft_s: 2, idle_s: 0.5, total_s: 20 };
const claude = "claude-sonnet-4-5";
/** A second home of the first place's model. */
const mirror: LanePlace = { name: "second", sameModelAs: "first" };

const lanes: LaneSpec[] = [
  { id: "prefill" },
  { id: "stalled" },
  { id: "mid-error" },
  { id: "unfinished" },
  { id: "resources" },
  { id: "strict", route: { midstream: "error" } },
  { id: "buffered", route: { midstream: "buffer" } },
  { id: "mirrored", places: [{ name: "first" }, mirror] },
  { id: "mirror-off", places: [{ name: "first" }, mirror], route: { restart: "off" } },
  {
    id: "any",
    places: [{ name: "first" }, { name: "second", upstream: "gemini-2.5-flash" }],
    route: { restart: "any" },
  },
  { id: "lonely", places: [{ name: "first" }] },
  { id: "refusing", places: [{ name: "first" }, { name: "second" }] },
  {
    id: "refusing-then",
    places: [{ name: "first" }, { name: "second" }, { name: "third", upstream: "deepseek-v3" }],
  },
  { id: "repeating", places: [{ name: "first", upstream: claude }, mirror] },
  { id: "spacing", places: [{ name: "first", upstream: claude }, mirror] },
  {
    id: "twice",
    places: [{ name: "first" }, { name: "second" }, { name: "third", upstream: claude }],
  },
  { id: "json" },
  { id: "tools" },
  { id: "limited" },
  { id: "patient", limits: { ...limits, ttft_s: 1 } },
  { id: "impatient", limits: { ...limits, ttft_s: 1 } },
  { id: "slow-reader" },
  { id: "tidy" },
  {
    id: "fenced",
    places: [
      { name: "first", regions: ["us-east"] },
      { name: "second", regions: ["ap-south"] },
    ],
  },
];

const tool = {
  type: "function",
  function: { name: "ring", parameters: { properties: { bell: {}, times: { type: "integer" } } } },
};

describe("a stream", () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack({
      document: (_, wall) =>
        lanesDocument(
          wall,
          lanes.map((lane) => ({ limits, ...lane })),
        ),
      timing: { keepAliveMs: 200, slowReaderMs: 600 },
    });
  });
  afterAll(() => stack.stop());
  afterEach(() => {
    stack.wall.clearFaults();
  });

  const breaks = (lane: string, fault: FaultInput, place?: string): string =>
    breakPlace(stack.wall, lane, fault, place);
  const ask = (
    lane: string,
    body: Record<string, unknown> = {},
    headers: Record<string, string> = {},
  ): Promise<Response> =>
    stack.chat(
      {
        model: lane,
        stream: true,
        messages: [{ role: "user", content: "Write 60 words about bells." }],
        ...body,
      },
      { headers },
    );
  const read = async (...asked: Parameters<typeof ask>): Promise<StreamSeen> => {
    const response = await ask(...asked);
    expect(response.status).toBe(200);
    return readStream(response);
  };
  const rowOf = async (response: Response) => {
    const id = response.headers.get("x-request-id") ?? "";
    return eventually(() => stack.db.prisma.call.findUnique({ where: { id } }));
  };
  /** A whole answer of 60 words, as if nothing had happened. */
  const isWhole = (seen: StreamSeen): void => {
    expect(seen).toMatchObject({ words: 60, finish: "stop", isDone: true, error: null });
    expect(seen.ids.size).toBe(1);
  };
  /** Whatever came, it ends as an error that no client takes for a success. */
  const isHonest = (seen: StreamSeen): void => {
    expect(seen.error).toMatchObject({ type: "upstream_error", code: "stream_interrupted" });
    expect(seen.isDone).toBe(false);
    expect(seen.finish).toBeNull();
    expect(seen.raw.trimEnd().split("\n\n").at(-1)).toContain('"error"');
  };
  const isHealthy = async (lane: string): Promise<void> => {
    stack.wall.clearFaults();
    const response = await ask(lane);
    isWhole(await readStream(response));
    expect(response.headers.get("x-bellwether-provider")).toBe(`${lane}-first`);
  };

  describe("that breaks off where the next model continues a prefill is whole", () => {
    it.each<[string, string, FaultInput]>([
      ["after a cut at 40 of 60 tokens", "prefill", { kind: "cut", after_tokens: 40 }],
      ["after a stall at 20", "stalled", { kind: "stall", after_tokens: 20 }],
      ["after an error event", "mid-error", { kind: "error_in_stream", after_tokens: 30 }],
      ["after a clean end without a finish", "unfinished", { kind: "no_finish", after_tokens: 7 }],
      [
        "after a provider ran out of machines",
        "resources",
        { kind: "finish_early", after_tokens: 9 },
      ],
    ])("%s", async (_, lane, fault) => {
      breaks(lane, fault);
      const response = await ask(lane, { stream_options: { include_usage: true } });
      const seen = await readStream(response);
      isWhole(seen);
      const [first] = seenBy(stack.wall, lane);
      const [second] = seenBy(stack.wall, lane, "second");
      expect(seenBy(stack.wall, lane)).toHaveLength(1);
      const delivered = "after_tokens" in fault ? (fault.after_tokens ?? 0) : 0;
      const atChar = seen.text.split(" ").slice(0, delivered).join(" ").length;
      expect(second?.prefill_chars).toBe(atChar);
      // What was delivered is an answer to the first prompt; the caller never sees the second one.
      const counted = { completion_tokens: 60, prompt_tokens: expect.any(Number) as number };
      expect(seen.usage).toMatchObject(counted);
      const told = Math.ceil((first?.prompt_chars ?? 0) / 4);
      // The first provider was cut off before it told; the count is ours.
      expect(Math.abs((seen.usage?.prompt_tokens ?? 0) - told)).toBeLessThanOrEqual(1);
      expect(seen.marks).toHaveLength(2);
      for (const mark of seen.marks) {
        expect(mark).toMatchObject({ resumed: true, method: "prefill", at_char: atChar });
        expect(JSON.stringify(mark["from"])).toContain(`${lane}-first`);
        expect(JSON.stringify(mark["to"])).toContain(`${lane}-second`);
        expect(mark["extra_cost_usd"]).toBeTypeOf("number");
      }
      await isHealthy(lane);
    });

    it("even when the one that goes on breaks off too", async () => {
      breaks("twice", { kind: "cut", after_tokens: 15 });
      breaks("twice", { kind: "cut", after_tokens: 15 }, "second");
      isWhole(await read("twice"));
      expect(seenBy(stack.wall, "twice", "third")[0]?.prefill_chars).toBeGreaterThan(
        seenBy(stack.wall, "twice", "second")[0]?.prefill_chars ?? 0,
      );
      await isHealthy("twice");
    });

    it("within what the caller allowed: the rest of max_tokens, and no more", async () => {
      breaks("limited", { kind: "cut", after_tokens: 12 });
      const seen = await read("limited", { max_tokens: 30 });
      expect(seen).toMatchObject({ words: 30, finish: "length", isDone: true, error: null });
      expect(seenBy(stack.wall, "limited", "second")[0]?.max_tokens).toBe(18);
      await isHealthy("limited");
    });

    it("whether the next one repeats the beginning or not", async () => {
      breaks("repeating", { kind: "cut", after_tokens: 40 });
      breaks("repeating", { kind: "prefill_repeated" }, "second");
      const usual = await stack.chat({
        model: "repeating-alone",
        temperature: 0,
        stream: true,
        messages: [{ role: "user", content: "Write 60 words about bells." }],
      });
      isWhole(await readStream(usual));
      const seen = await read("repeating", { temperature: 0 });
      isWhole(seen);
    });

    it("with every space once, wherever a model puts its spaces", async () => {
      stack.wall.fault({ kind: "spaces_after", account: "spacing-first" });
      stack.wall.fault({ kind: "spaces_after", account: "spacing-second" });
      const usual = await read("spacing", { temperature: 0 });
      breaks("spacing", { kind: "cut", after_tokens: 40 });
      const seen = await read("spacing", { temperature: 0 });
      expect(seen.text).toBe(usual.text);
      isWhole(seen);
      await isHealthy("spacing");
    });
  });

  describe("that breaks off where the same model tells the same again", () => {
    it("is whole, and only what is new was forwarded", async () => {
      const usual = await read("mirrored", { temperature: 0 });
      breaks("mirrored", { kind: "cut", after_tokens: 40 });
      const seen = await read("mirrored", { temperature: 0 });
      isWhole(seen);
      expect(seen.text).toBe(usual.text);
      expect(seenBy(stack.wall, "mirrored", "second").at(-1)?.prefill_chars).toBe(0);
      expect(seen.marks[0]).toMatchObject({ resumed: true, method: "restart" });
      await isHealthy("mirrored");
    });

    it("ends with an error at the first character that differs", async () => {
      const usual = await read("mirrored", { temperature: 0 });
      breaks("mirrored", { kind: "cut", after_tokens: 40 });
      breaks("mirrored", { kind: "drift", after_tokens: 30 }, "second");
      const seen = await read("mirrored", { temperature: 0 });
      isHonest(seen);
      expect(seen.text).toBe(usual.text.split(" ").slice(0, 40).join(" "));
      await isHealthy("mirrored");
    });

    it("is not started over where chance rules, or where nobody wants it", async () => {
      for (const [lane, body] of [
        ["mirrored", {}],
        ["mirror-off", { temperature: 0 }],
      ] as const) {
        breaks(lane, { kind: "cut", after_tokens: 40 });
        const before = seenBy(stack.wall, lane, "second").length;
        isHonest(await read(lane, body));
        expect(seenBy(stack.wall, lane, "second")).toHaveLength(before);
        await isHealthy(lane);
      }
    });

    it("another model's text is compared where a route wants that, and never spliced by guess", async () => {
      breaks("any", { kind: "cut", after_tokens: 40 });
      const seen = await read("any", { temperature: 0 });
      isHonest(seen);
      expect(seen.words).toBe(40);
      expect(seenBy(stack.wall, "any", "second")).toHaveLength(1);
      await isHealthy("any");
    });
  });

  describe("that nothing may be spliced to", () => {
    it.each<[string, string, Record<string, unknown>]>([
      ["has no other target", "lonely", {}],
      ["belongs to a route that wants the error", "strict", {}],
      ["is JSON", "json", { response_format: { type: "json_object" } }],
      ["has choices beside it", "json", { n: 2 }],
      ["may call tools", "tools", { tools: [tool] }],
    ])("ends with an error event when it %s", async (_, lane, body) => {
      breaks(lane, { kind: "cut", after_tokens: 20 });
      const response = await ask(lane, body);
      const seen = await readStream(response);
      isHonest(seen);
      expect(seen.words).toBe(20);
      expect(seenBy(stack.wall, lane, "second")).toHaveLength(0);
      expect(await rowOf(response)).toMatchObject({
        outcome: "failed",
        errorCode: "stream_interrupted",
      });
      await isHealthy(lane);
    });

    it("ends with an error when the caller asked for that", async () => {
      breaks("prefill", { kind: "cut", after_tokens: 20 });
      isHonest(await read("prefill", {}, { "x-bellwether-midstream": "error" }));
    });

    it("a tool call that broke inside its arguments is an error", async () => {
      breaks("tools", { kind: "cut", after_tokens: 2 });
      const seen = await read("tools", { tools: [tool], tool_choice: "required" });
      isHonest(seen);
      expect(seen.raw).toContain("tool_calls");
      await isHealthy("tools");
    });
  });

  describe("whose prefill is refused", () => {
    it("is still continued by another model that takes it", async () => {
      breaks("refusing-then", { kind: "cut", after_tokens: 20 });
      breaks("refusing-then", { kind: "prefill_refused" }, "second");
      isWhole(await read("refusing-then"));
      await isHealthy("refusing-then");
    });

    it("fails for what broke it, never for the refusal", async () => {
      breaks("refusing", { kind: "cut", after_tokens: 20 });
      breaks("refusing", { kind: "prefill_refused" }, "second");
      const response = await ask("refusing");
      const seen = await readStream(response);
      isHonest(seen);
      expect(seen.error?.message).not.toContain("prefill");
      expect(await rowOf(response)).toMatchObject({ errorCode: "stream_interrupted" });
      await isHealthy("refusing");
    });
  });

  describe("that is buffered", () => {
    it.each<[string, FaultInput]>([
      ["a cut", { kind: "cut", after_tokens: 40 }],
      ["a stall", { kind: "stall", after_tokens: 20 }],
      ["an error event", { kind: "error_in_stream", after_tokens: 20 }],
    ])("is whole and of one piece after %s", async (_, fault) => {
      breaks("buffered", fault);
      const before = seenBy(stack.wall, "buffered", "second").length;
      const seen = await read("buffered");
      isWhole(seen);
      expect(seen.marks.filter((mark) => mark["resumed"] === true)).toEqual([]);
      const [second] = seenBy(stack.wall, "buffered", "second").slice(before);
      expect(second?.prefill_chars).toBe(0);
      await isHealthy("buffered");
    });
  });

  describe("that ends in its own way", () => {
    it("with a finish but without [DONE] is finished within 100 ms of the provider's end", async () => {
      breaks("tidy", { kind: "no_done" });
      const seen = await read("tidy");
      isWhole(seen);
      const [attempt] = seenBy(stack.wall, "tidy");
      expect(seen.endedAtMs - (attempt?.ended_at ?? 0)).toBeLessThan(100);
      await isHealthy("tidy");
    });

    it("with one malformed event loses that event alone", async () => {
      breaks("tidy", { kind: "malformed_event", after_tokens: 5 });
      const response = await ask("tidy");
      isWhole(await readStream(response));
      expect(response.headers.get("x-bellwether-provider")).toBe("tidy-first");
    });

    it("has its usage asked for and stripped again, or passed on to who asked", async () => {
      const stripped = await read("tidy");
      expect(stripped.usage).toBeNull();
      expect(stripped.events.every(({ choices }) => choices?.length === 1)).toBe(true);
      const asked = await read("tidy", { stream_options: { include_usage: true } });
      expect(asked.usage).toMatchObject({ completion_tokens: 60 });
      expect(asked.events.at(-1)?.choices).toEqual([]);
    });

    it("is counted by us where the provider tells no usage", async () => {
      breaks("tidy", { kind: "no_usage" });
      const response = await ask("tidy");
      isWhole(await readStream(response));
      const row = await rowOf(response);
      expect(row.tokensEstimated).toBe(true);
      expect(row.completionTokens).toBeGreaterThan(40);
      expect(row.completionTokens).toBeLessThan(140);
    });
  });

  describe("that begins late", () => {
    it("is kept alive with comments, can still be answered elsewhere, and tells who answered at its end", async () => {
      breaks("patient", { kind: "headers_then_silent" });
      const response = await ask("patient");
      expect(response.status).toBe(200);
      expect(response.headers.get("x-bellwether-model")).toBeNull();
      const seen = await readStream(response);
      isWhole(seen);
      expect(seen.comments.length).toBeGreaterThan(0);
      expect(seen.marks.at(-1)).toMatchObject({ model: "patient-second-model", attempts: 2 });
      await isHealthy("patient");
    });

    it("and fails everywhere is an error event under its 200", async () => {
      breaks("impatient", { kind: "headers_then_silent" });
      breaks("impatient", { kind: "headers_then_silent" }, "second");
      const response = await ask("impatient");
      expect(response.status).toBe(200);
      const seen = await readStream(response);
      expect(seen.error?.code).toBe("upstream_timeout");
      expect(seen).toMatchObject({ isDone: false, finish: null, text: "" });
      await isHealthy("impatient");
    });
  });

  it("is never continued in a region that the key may not use", async () => {
    const { createAppKey } = await import("@/lib/control/create-app-key");
    const { systemActor } = await import("@/lib/control/actor");
    const { secret } = await createAppKey(systemActor, stack.control, {
      id: "fenced",
      kind: "live",
      limits: {
        allowedModels: null,
        allowedRegions: ["us-east"],
        defaultRouteOnModelName: null,
        midstream: null,
      },
    });
    const authorization = `Bearer ${secret}`;
    await eventually(async () => (await ask("fenced", {}, { authorization })).status === 200);
    breaks("fenced", { kind: "cut", after_tokens: 20 });
    isHonest(await read("fenced", {}, { authorization }));
    expect(seenBy(stack.wall, "fenced", "second")).toHaveLength(0);
    isWhole(await read("fenced"));
  });

  it("holds the provider back while its caller does not read, and cuts a caller who never does", async () => {
    const response = await ask("slow-reader", {
      messages: [{ role: "user", content: "Write 100000 words." }],
    });
    const reader = response.body?.getReader();
    await reader?.read();
    const [attempt] = seenBy(stack.wall, "slow-reader");
    // Cut by us, and the provider is let go of.
    await eventually(() => attempt?.client_closed_at, 10_000);
    const ended = async (): Promise<string> => {
      const decoder = new TextDecoder();
      let tail = "";
      for (;;) {
        const piece = await reader?.read();
        if (piece?.done !== false) {
          return tail;
        }
        tail = (tail + decoder.decode(piece.value, { stream: true })).slice(-2_000);
      }
    };
    // Where a busy machine lets the provider's own time run out first, the stream says so before it ends.
    expect(await ended().catch(() => "cut")).toMatch(/^cut$|"error":/);
    await isHealthy("slow-reader");
  });
});
