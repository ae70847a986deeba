import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Stack, eventually, startStack } from "../support/stack";

interface Answer {
  choices: { message: { content: string }; finish_reason: string }[];
  usage: { prompt_tokens: number; completion_tokens: number };
}

describe("a call", () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
  });
  afterAll(() => stack.stop());
  beforeEach(() => {
    stack.wall.clearFaults();
    stack.wall.clearAttempts();
  });

  it("is answered by the first model of the route, with who answered in the headers", async () => {
    const response = await stack.chat();
    expect(response.status).toBe(200);
    const answer = (await response.json()) as Answer;
    expect(answer.choices[0]?.message.content).not.toBe("");
    expect(response.headers.get("x-bellwether-model")).toBe("gpt-4.1");
    expect(response.headers.get("x-bellwether-attempts")).toBe("1");
    expect(response.headers.get("x-bellwether-rescued")).toBe("false");
    expect(Number(response.headers.get("x-bellwether-cost-usd"))).toBeGreaterThan(0);
    expect(response.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("keeps what the caller says of it, and no words at all where the caller wants none", async () => {
    const said = { "x-bellwether-metadata": '{"feature":"search"}' };
    const rowOf = async (headers: Record<string, string>, body = {}) => {
      const response = await stack.chat(body, { headers });
      const id = response.headers.get("x-request-id") ?? "";
      return eventually(() => stack.db.prisma.call.findUnique({ where: { id } }));
    };
    expect((await rowOf(said)).metadata).toEqual({ feature: "search" });
    const unknown = { model: "no-such-model" };
    expect((await rowOf(said, unknown)).errorMessage).toContain("no-such-model");
    const quiet = await rowOf({ ...said, "x-bellwether-no-log": "1" }, unknown);
    expect(quiet).toMatchObject({ metadata: null, errorMessage: null, errorCode: "unknown_model" });
  });

  it("reaches Postgres within a second, with its attempt, its plan and its cost", async () => {
    const response = await stack.chat();
    const id = response.headers.get("x-request-id") ?? "";
    const call = await eventually(() => stack.db.prisma.call.findUnique({ where: { id } }), 1_000);
    expect(call).toMatchObject({ outcome: "served", model: "gpt-4.1", keyId: "test", attempts: 1 });
    const usage = ((await response.json()) as Answer).usage;
    expect(call.promptTokens).toBe(usage.prompt_tokens);
    expect(Number(call.costNanoUsd)).toBe(
      usage.prompt_tokens * 2_000 + usage.completion_tokens * 8_000,
    );
    const attempts = await stack.db.prisma.attempt.findMany({ where: { callId: id } });
    expect(attempts).toMatchObject([{ seq: 1, outcome: "succeeded", model: "gpt-4.1" }]);
    const plan = await stack.db.prisma.plan.findUnique({ where: { hash: call.planHash ?? "" } });
    expect(plan?.entries).toContainEqual(
      expect.objectContaining({ decision: "eligible", reason: "slower_region" }),
    );
  });

  it("streams, ends with [DONE], and strips the usage chunk that nobody asked for", async () => {
    const response = await stack.chat({ stream: true });
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    const text = await response.text();
    const events = text.split("\n\n").filter((event) => event !== "");
    expect(events.at(-1)).toBe("data: [DONE]");
    expect(
      events
        .slice(0, -1)
        .every(
          (event) => (JSON.parse(event.slice(6)) as { choices: unknown[] }).choices.length > 0,
        ),
    ).toBe(true);
    const id = response.headers.get("x-request-id") ?? "";
    const call = await eventually(() => stack.db.prisma.call.findUnique({ where: { id } }));
    expect(call.completionTokens).toBeGreaterThan(0);
    expect(call.tokensEstimated).toBe(false);
    expect(call.ttftMs).not.toBeNull();
  });

  it("passes the usage chunk on to a caller who asked for it", async () => {
    const response = await stack.chat({ stream: true, stream_options: { include_usage: true } });
    const text = await response.text();
    expect(text).toContain('"choices":[]');
  });

  it("falls over to the next model when the first one is down everywhere", async () => {
    stack.wall.fault({ kind: "status", status: 503, model: "gpt-4.1", on: "chat" });
    const response = await stack.chat();
    expect(response.status).toBe(200);
    expect(response.headers.get("x-bellwether-model")).toBe("claude-sonnet-4-5");
    expect(response.headers.get("x-bellwether-rescued")).toBe("true");
  });
});
