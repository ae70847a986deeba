/** Long plain calls are streamed upstream: the provider is asked for a stream, the caller gets one JSON as ever. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { breakPlace, lanesDocument, seenBy } from "../support/lanes";
import { type Stack, eventually, startStack } from "../support/stack";

interface Answer {
  object: string;
  choices: {
    message: {
      role: string;
      content: string | null;
      tool_calls?: { id: string; type: string; function: { name: string; arguments: string } }[];
    };
    finish_reason: string;
  }[];
  usage: { prompt_tokens: number; completion_tokens: number; total_tokens: number };
}

const limits = { ttft_s: 0.6, idle_s: 0.6 };
const long = { max_tokens: 400 };
const tool = {
  type: "function",
  function: { name: "ring", parameters: { properties: { bell: {}, times: { type: "integer" } } } },
};

describe("a long plain call", () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack({
      document: (_, wall) =>
        lanesDocument(wall, [
          { id: "warm-up" },
          { id: "usual", limits },
          { id: "short", limits },
          { id: "off", limits, route: { upstream_stream: "off" } },
          { id: "special", limits },
          { id: "cut", limits },
          { id: "silent", limits },
          { id: "stalled", limits },
          { id: "tools", limits },
          { id: "deaf", limits },
          { id: "deaf-error", limits },
          { id: "left", limits: { ttft_s: 10, idle_s: 10 } },
        ]),
    });
  });
  // The first call of a process is a slow one.
  beforeAll(async () => {
    await (await stack.chat({ model: "warm-up", ...long })).text();
  });
  afterAll(() => stack.stop());
  afterEach(() => {
    stack.wall.clearFaults();
  });

  const ask = (model: string, body: Record<string, unknown> = long): Promise<Response> =>
    stack.chat({
      model,
      messages: [{ role: "user", content: "Write 60 words about bells." }],
      ...body,
    });
  const answerOf = async (response: Response): Promise<Answer> => {
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toContain("application/json");
    return (await response.json()) as Answer;
  };

  it("is the same JSON as an answer that was never a stream", async () => {
    const body = { ...long, temperature: 0 };
    const collected = await answerOf(await ask("usual", body));
    const plain = await answerOf(await ask("off", body));
    expect(seenBy(stack.wall, "usual")[0]?.stream).toBe(true);
    expect(seenBy(stack.wall, "off")[0]?.stream).toBe(false);
    expect(collected.choices).toMatchObject(
      plain.choices.map(({ message: { role, content }, finish_reason }) => ({
        message: { role, content },
        finish_reason,
      })),
    );
    expect(collected.object).toBe("chat.completion");
    expect(collected.usage).toMatchObject({
      prompt_tokens: plain.usage.prompt_tokens,
      completion_tokens: 60,
      total_tokens: plain.usage.total_tokens,
    });
  });

  it("has its tool calls put together again", async () => {
    const body = { ...long, tools: [tool], tool_choice: "required" };
    const { choices } = await answerOf(await ask("tools", body));
    expect(choices[0]?.finish_reason).toBe("tool_calls");
    const [made] = choices[0]?.message.tool_calls ?? [];
    expect(made).toMatchObject({ type: "function", function: { name: "ring" } });
    expect(JSON.parse(made?.function.arguments ?? "")).toEqual({ bell: "bell", times: 7 });
  });

  it.each<[string, Record<string, unknown>]>([
    ["is expected to be short", { max_tokens: 20 }],
    ["wants several choices", { ...long, n: 2 }],
    ["wants log probabilities", { ...long, logprobs: true }],
  ])("is asked for plainly when it %s", async (_, body) => {
    const lane = "n" in body || "logprobs" in body ? "special" : "short";
    await answerOf(await ask(lane, body));
    expect(seenBy(stack.wall, lane).at(-1)?.stream).toBe(false);
  });

  it.each([
    ["cut", { kind: "cut", after_tokens: 40 }],
    ["stalled", { kind: "stall", after_tokens: 40 }],
    ["silent", { kind: "headers_then_silent", keep_alive_ms: 50 }],
  ] as const)("that is %s upstream is answered whole elsewhere", async (lane, fault) => {
    breakPlace(stack.wall, lane, fault);
    const startedMs = performance.now();
    const response = await ask(lane);
    const { choices } = await answerOf(response);
    expect(choices[0]?.message.content?.trim().split(" ")).toHaveLength(60);
    expect(choices[0]?.finish_reason).toBe("stop");
    expect(response.headers.get("x-bellwether-provider")).toBe(`${lane}-second`);
    expect(performance.now() - startedMs).toBeLessThan(2_000);
    stack.wall.clearFaults();
    const healthy = await ask(lane);
    await answerOf(healthy);
    expect(healthy.headers.get("x-bellwether-provider")).toBe(`${lane}-first`);
  });

  it("is answered by a provider that does not stream, which is asked plainly from then on", async () => {
    breakPlace(stack.wall, "deaf", { kind: "ignores_stream" });
    for (const streamed of [true, false]) {
      const response = await ask("deaf");
      const { choices, usage } = await answerOf(response);
      expect(response.headers.get("x-bellwether-provider")).toBe("deaf-first");
      expect(choices[0]?.message.content?.trim().split(" ")).toHaveLength(60);
      expect(usage.completion_tokens).toBe(60);
      expect(seenBy(stack.wall, "deaf").at(-1)?.stream).toBe(streamed);
    }
    const [row] = await eventually(async () => {
      const rows = await stack.db.prisma.call.findMany({
        where: { route: "deaf" },
        orderBy: { id: "asc" },
      });
      return rows.length === 2 ? rows : undefined;
    });
    expect(row).toMatchObject({ outcome: "served", attempts: 1, completionTokens: 60 });
  });

  it("is not answered with an error in one piece either", async () => {
    breakPlace(stack.wall, "deaf-error", { kind: "error_in_200" });
    const response = await ask("deaf-error");
    await answerOf(response);
    expect(response.headers.get("x-bellwether-provider")).toBe("deaf-error-second");
  });

  it("has its stream let go of when the caller leaves", async () => {
    breakPlace(stack.wall, "left", { kind: "stall", after_tokens: 10 });
    const leaving = new AbortController();
    const asked = stack
      .chat({ model: "left", ...long }, { signal: leaving.signal })
      .catch(() => undefined);
    await eventually(() => (seenBy(stack.wall, "left")[0]?.tokens_sent ?? 0) >= 10);
    leaving.abort();
    await asked;
    await eventually(() => seenBy(stack.wall, "left")[0]?.client_closed_at, 1_000);
    const row = await eventually(() =>
      stack.db.prisma.call.findFirst({ where: { route: "left", status: 499 } }),
    );
    expect(row.completionTokens).toBeGreaterThan(0);
  });
});
