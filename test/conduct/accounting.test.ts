/** Who answered is who is named and paid: after a fallback, and after an answer of two parts. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { breakPlace, lanesDocument, seenBy } from "../support/lanes";
import { readStream } from "../support/sse";
import { type Stack, eventually, startStack } from "../support/stack";

const places = [
  { name: "first", price: { input: 2, output: 8 } },
  { name: "second", upstream: "claude-sonnet-4-5" as const, price: { input: 3, output: 15 } },
];
const messages = [{ role: "user", content: "Write 60 words about bells." }];

describe("a call that was rescued", () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack({
      document: (_, wall) =>
        lanesDocument(
          wall,
          ["plain", "streamed", "spliced"].map((id) => ({ id, places, limits: { idle_s: 0.5 } })),
        ),
    });
  });
  afterAll(() => stack.stop());

  const rowsOf = async (response: Response) => {
    const id = response.headers.get("x-request-id") ?? "";
    const call = await eventually(() => stack.db.prisma.call.findUnique({ where: { id } }));
    const attempts = await eventually(async () => {
      const rows = await stack.db.prisma.attempt.findMany({
        where: { callId: id },
        orderBy: { seq: "asc" },
      });
      return rows.length === call.attempts ? rows : null;
    });
    return { call, attempts };
  };

  it("names, counts and charges the target that answered", async () => {
    breakPlace(stack.wall, "plain", { kind: "status", status: 503 });
    const response = await stack.chat({ model: "plain", messages });
    const { model, usage } = (await response.json()) as {
      model: string;
      usage: { prompt_tokens: number; completion_tokens: number };
    };
    expect(model).toContain("claude-sonnet-4-5");
    expect(response.headers.get("x-bellwether-model")).toBe("plain-second-model");
    const costUsd = (usage.prompt_tokens * 3 + usage.completion_tokens * 15) / 1e6;
    expect(Number(response.headers.get("x-bellwether-cost-usd"))).toBeCloseTo(costUsd, 9);
    const { call, attempts } = await rowsOf(response);
    expect(call).toMatchObject({
      outcome: "served",
      model: "plain-second-model",
      provider: "plain-second",
      attempts: 2,
      promptTokens: usage.prompt_tokens,
      completionTokens: usage.completion_tokens,
      tokensEstimated: false,
    });
    expect(call.rescuedBy).not.toBeNull();
    expect(Number(call.costNanoUsd)).toBe(
      usage.prompt_tokens * 3_000 + usage.completion_tokens * 15_000,
    );
    expect(attempts.map(({ outcome }) => outcome)).toEqual(["failed", "succeeded"]);
  });

  it("does so on a stream, where the price is never a header", async () => {
    breakPlace(stack.wall, "streamed", { kind: "error_in_stream", after_tokens: 0 });
    const response = await stack.chat({
      model: "streamed",
      messages,
      stream: true,
      stream_options: { include_usage: true },
    });
    const { usage } = await readStream(response);
    expect(response.headers.get("x-bellwether-model")).toBe("streamed-second-model");
    expect(response.headers.get("x-bellwether-cost-usd")).toBeNull();
    const { call } = await rowsOf(response);
    expect(call).toMatchObject({
      model: "streamed-second-model",
      promptTokens: usage?.prompt_tokens,
      completionTokens: usage?.completion_tokens,
    });
    expect(Number(call.costNanoUsd)).toBe(
      (usage?.prompt_tokens ?? 0) * 3_000 + (usage?.completion_tokens ?? 0) * 15_000,
    );
  });

  it("in two parts was used once and is paid in two parts, each at its own target's price", async () => {
    breakPlace(stack.wall, "spliced", { kind: "cut", after_tokens: 20 });
    const response = await stack.chat({
      model: "spliced",
      messages,
      stream: true,
      stream_options: { include_usage: true },
    });
    const seen = await readStream(response);
    expect(seen).toMatchObject({ words: 60, isDone: true });
    const [first] = seenBy(stack.wall, "spliced");
    const [second] = seenBy(stack.wall, "spliced", "second");
    const promptTokens = Math.ceil((first?.prompt_chars ?? 0) / 4);
    // The first provider was cut before it told what it counted: its prompt is an estimate.
    expect(Math.abs((seen.usage?.prompt_tokens ?? 0) - promptTokens)).toBeLessThanOrEqual(1);
    expect(seen.usage).toMatchObject({ completion_tokens: 60 });
    const { call, attempts } = await rowsOf(response);
    expect(call).toMatchObject({
      outcome: "served",
      promptTokens: seen.usage?.prompt_tokens,
      completionTokens: 60,
    });
    // The second prompt has the delivered text in it, and its provider told what it counted.
    const secondCost = Math.ceil((second?.prompt_chars ?? 0) / 4) * 3_000 + 40 * 15_000;
    expect(Number(attempts[1]?.costNanoUsd)).toBe(secondCost);
    const firstCost = Number(attempts[0]?.costNanoUsd);
    expect(firstCost).toBeGreaterThan(20 * 8_000 * 0.5);
    expect(firstCost).toBeLessThan((promptTokens * 2_000 + 20 * 8_000) * 2);
    expect(Number(call.costNanoUsd)).toBe(firstCost + secondCost);
    expect(call.tokensEstimated).toBe(true);
  });
});
