import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Stack, eventually, startStack } from "../support/stack";

/** Calls at a steady rate for a while; every response is read to its end. */
async function load(
  stack: Stack,
  options: { perSecond: number; forMs: number; model: string; at?: (ms: number) => void },
): Promise<{ status: number; model: string | null; region: string | null; atMs: number }[]> {
  const { perSecond, forMs, model } = options;
  const startedMs = performance.now();
  const calls: Promise<{
    status: number;
    model: string | null;
    region: string | null;
    atMs: number;
  }>[] = [];
  const one = async () => {
    const atMs = performance.now() - startedMs;
    const response = await stack.chat({ model, max_tokens: 4 });
    await response.arrayBuffer();
    return {
      status: response.status,
      model: response.headers.get("x-bellwether-model"),
      region: response.headers.get("x-bellwether-region"),
      atMs,
    };
  };
  while (performance.now() - startedMs < forMs) {
    calls.push(one());
    const nextMs = startedMs + (calls.length * 1_000) / perSecond;
    await new Promise((resolve) => {
      setTimeout(resolve, Math.max(0, nextMs - performance.now()));
    });
  }
  return Promise.all(calls);
}

async function stateOf(
  stack: Stack,
  targetId: string,
): Promise<Record<string, unknown> | undefined> {
  const row = await stack.db.prisma.targetState.findFirst({ where: { targetId } });
  return row?.state as Record<string, unknown> | undefined;
}

describe("healing under load", () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack({
      latencyScale: 0.2,
      document: (base) => ({
        ...base,
        models: (base.models ?? []).map((model) => ({
          ...model,
          targets: [{ provider: "alpha" }],
        })),
      }),
    });
    await eventually(async () => (await stateOf(stack, "alpha:ap-south:gpt-4.1"))?.["ttftMs"]);
  });
  afterAll(() => stack.stop());
  beforeEach(() => {
    stack.wall.clearFaults();
    stack.wall.clearAttempts();
  });

  it("moves a model's calls to another region when its own goes down, and back by itself", async () => {
    const target = "alpha:us-east:gpt-4.1";
    const faultAfterMs = 1_000;
    let faultAt = 0;
    setTimeout(() => {
      faultAt = Date.now();
      stack.wall.fault({
        kind: "status",
        status: 503,
        model: "gpt-4.1",
        region: "us-east",
        for_ms: 4_000,
      });
    }, faultAfterMs);
    const running = load(stack, { perSecond: 50, forMs: 16_000, model: "gpt-4.1" });
    const openedAt = await eventually(async () => {
      const event = await stack.db.prisma.healthEvent.findFirst({
        where: { targetId: target, toState: "open" },
      });
      return event && Date.now();
    }, 8_000);
    expect(openedAt - faultAt).toBeLessThan(2_000);
    const calls = await running;
    expect(calls.filter((call) => call.status !== 200)).toEqual([]);
    const before = calls.filter((call) => call.atMs < faultAfterMs - 100);
    expect(before.every((call) => call.region === "us-east")).toBe(true);
    const during = calls.filter(
      (call) => call.atMs > faultAfterMs + 500 && call.atMs < faultAfterMs + 3_500,
    );
    expect(during.every((call) => call.region !== "us-east")).toBe(true);
    expect(calls.slice(-25).every((call) => call.region === "us-east")).toBe(true);
    const events = await stack.db.prisma.healthEvent.findMany({
      where: { targetId: target },
      orderBy: { at: "asc" },
    });
    expect(events.map((event) => event.toState)).toEqual(["open", "half_open", "ramp", "closed"]);
    // The provider saw no more than the run that opened the breaker, a handful in flight, and trials.
    const live = stack.wall
      .attempts()
      .filter((one) => one.fault === "status" && one.user_agent !== "bellwether-probe");
    expect(live.length).toBeLessThan(20);
  });

  it("fails no call when the first model of the chain is down everywhere", async () => {
    setTimeout(() => {
      stack.wall.fault({ kind: "status", status: 503, model: "gpt-4.1", for_ms: 3_000 });
    }, 500);
    const calls = await load(stack, { perSecond: 50, forMs: 5_000, model: "auto" });
    expect(calls.filter((call) => call.status !== 200)).toEqual([]);
    expect(new Set(calls.map((call) => call.model))).toContain("claude-sonnet-4-5");
  });
});

describe("healing call by call", () => {
  let stack: Stack;
  beforeEach(async () => {
    stack = await startStack();
    await eventually(
      async () => (await stateOf(stack, "alpha:ap-south:gpt-4.1"))?.["ttftMs"] !== undefined,
    );
  });
  afterEach(() => stack.stop());

  it("opens on the third failure in a row and leaves the target alone from then on", async () => {
    stack.wall.fault({ kind: "status", status: 503, model: "gpt-4.1", on: "chat" });
    stack.wall.clearAttempts();
    for (let call = 0; call < 8; call += 1) {
      expect((await stack.chat()).status).toBe(200);
    }
    const live = stack.wall
      .attempts()
      .filter((one) => one.model === "gpt-4.1" && one.user_agent !== "bellwether-probe");
    // Two tries per call on the failing model, and each of its four targets opens after three.
    expect(live.length).toBeLessThanOrEqual(12);
    await eventually(() => stack.db.prisma.healthEvent.findFirst({ where: { toState: "open" } }));
  });

  it("tries even open targets when nothing else is left, and says panic by answering", async () => {
    stack.wall.fault({ kind: "status", status: 503, on: "chat" });
    for (let call = 0; call < 6; call += 1) {
      await (await stack.chat({ model: "gpt-4.1" })).arrayBuffer();
    }
    stack.wall.clearFaults();
    expect((await stack.chat({ model: "gpt-4.1" })).status).toBe(200);
  });

  it("names every attempt when all targets fail, and tells SDKs not to retry", async () => {
    stack.wall.fault({ kind: "status", status: 503, on: "chat" });
    const response = await stack.chat({ model: "deepseek-v3" });
    expect(response.status).toBe(503);
    expect(response.headers.get("x-should-retry")).toBe("false");
    const { error } = (await response.json()) as { error: { message: string; code: string } };
    expect(error.code).toBe("targets_exhausted");
    for (const region of ["us-east", "eu-west", "ap-south", "global"]) {
      expect(error.message).toContain(`deepseek-v3@${region}: 503`);
    }
  });

  it("asks the same target once more after a 500 and does not leave it for one", async () => {
    stack.wall.fault({ kind: "status", status: 500, on: "chat", count: 1, model: "gpt-4.1" });
    stack.wall.clearAttempts();
    const response = await stack.chat();
    expect(response.headers.get("x-bellwether-model")).toBe("gpt-4.1");
    expect(response.headers.get("x-bellwether-attempts")).toBe("2");
    const [first, second] = stack.wall
      .attempts()
      .filter((one) => one.user_agent !== "bellwether-probe" && one.kind === "chat");
    expect(second?.region).toBe(first?.region);
    expect((second?.at ?? 0) - (first?.ended_at ?? 0)).toBeGreaterThan(150);
  });

  it("waits for a short Retry-After once and moves on at once from a long one", async () => {
    stack.wall.fault({
      kind: "rate_limit",
      retry_after: 1,
      on: "chat",
      count: 1,
      model: "gpt-4.1",
    });
    const waited = await stack.chat();
    expect(waited.headers.get("x-bellwether-model")).toBe("gpt-4.1");
    expect(waited.headers.get("x-bellwether-attempts")).toBe("2");
    stack.wall.fault({ kind: "rate_limit", retry_after: 3600, on: "chat", model: "gpt-4.1" });
    const startedMs = performance.now();
    const moved = await stack.chat();
    expect(moved.status).toBe(200);
    expect(moved.headers.get("x-bellwether-model")).toBe("claude-sonnet-4-5");
    expect(performance.now() - startedMs).toBeLessThan(1_000);
  });

  it.each([
    ["a reset before the answer", { kind: "reset" }],
    ["an HTML page with 200", { kind: "wrong_content_type" }],
    ["half of a JSON document", { kind: "invalid_json" }],
    ["an empty body", { kind: "empty_body" }],
    ["an error inside a 200", { kind: "error_in_200" }],
    ["a redirect", { kind: "redirect", location: "http://127.0.0.1:9/" }],
    ["a wrong key", { kind: "unauthorized" }],
    ["an empty account", { kind: "quota" }],
    ["overload", { kind: "status", status: 529 }],
  ] as const)("answers from elsewhere after %s, plain and streamed", async (_name, fault) => {
    for (const stream of [false, true]) {
      stack.wall.clearFaults();
      stack.wall.fault({ ...fault, model: "gpt-4.1", on: "chat" } as never);
      const response = await stack.chat({ stream });
      expect(response.status).toBe(200);
      const body = await response.text();
      expect(body).toContain(stream ? "[DONE]" : '"finish_reason"');
      expect(response.headers.get("x-bellwether-model")).toBe("claude-sonnet-4-5");
      expect(response.headers.get("x-bellwether-rescued")).toBe("true");
    }
  });

  it("falls back while a stream has no content yet", async () => {
    stack.wall.fault({ kind: "error_in_stream", after_tokens: 0, model: "gpt-4.1" });
    const response = await stack.chat({ stream: true });
    expect(await response.text()).toContain("[DONE]");
    expect(response.headers.get("x-bellwether-model")).toBe("claude-sonnet-4-5");
  });

  it("ends a stream that broke after its first content with an error event, never as a success", async () => {
    stack.wall.fault({ kind: "cut", after_tokens: 3, model: "gpt-4.1" });
    const response = await stack.chat(
      { stream: true, max_tokens: 20 },
      { headers: { "x-bellwether-midstream": "error" } },
    );
    const text = await response.text();
    expect(text).toContain('"code":"stream_interrupted"');
    expect(text).not.toContain("[DONE]");
    const id = response.headers.get("x-request-id") ?? "";
    const call = await eventually(() => stack.db.prisma.call.findUnique({ where: { id } }));
    expect(call).toMatchObject({ outcome: "failed", errorCode: "stream_interrupted" });
  });

  it("adds the [DONE] that a provider forgot", async () => {
    stack.wall.fault({ kind: "no_done", model: "gpt-4.1" });
    const response = await stack.chat({ stream: true });
    expect((await response.text()).trimEnd().endsWith("data: [DONE]")).toBe(true);
  });

  it("drops one malformed event and goes on", async () => {
    stack.wall.fault({ kind: "malformed_event", after_tokens: 2, model: "gpt-4.1" });
    const text = await (await stack.chat({ stream: true, max_tokens: 10 })).text();
    for (const event of text.split("\n\n").filter((one) => one !== "" && !one.endsWith("[DONE]"))) {
      expect(() => JSON.parse(event.slice(6)) as unknown).not.toThrow();
    }
    expect(text).toContain("[DONE]");
  });

  it.each([
    ["content policy", "content_policy", "content_policy_violation"],
    ["context length", "context_length", "context_length_exceeded"],
  ] as const)("passes a 400 about %s on as the provider said it", async (_name, kind, code) => {
    stack.wall.fault({ kind, model: "deepseek-v3" });
    const response = await stack.chat({ model: "deepseek-v3" });
    expect(response.status).toBe(400);
    const { error } = (await response.json()) as { error: { code: string; message: string } };
    expect(error.code).toBe(code);
    expect(response.headers.get("x-bellwether-attempts")).toBe("1");
  });

  it("aborts the provider within 100 ms when the caller leaves, and logs 499", async () => {
    stack.wall.fault({ kind: "silent", model: "gpt-4.1", on: "chat" });
    stack.wall.clearAttempts();
    const leave = new AbortController();
    const call = stack.chat({}, { signal: leave.signal }).catch(() => undefined);
    await eventually(() =>
      stack.wall
        .attempts()
        .find((one) => one.fault === "silent" && one.user_agent !== "bellwether-probe"),
    );
    const leftAt = performance.timeOrigin + performance.now();
    leave.abort();
    await call;
    const seen = await eventually(() =>
      stack.wall
        .attempts()
        .find((one) => one.user_agent !== "bellwether-probe" && one.client_closed_at !== null),
    );
    expect((seen.client_closed_at ?? 0) - leftAt).toBeLessThan(100);
    const row = await eventually(() => stack.db.prisma.call.findFirst({ where: { status: 499 } }));
    expect(row.outcome).toBe("cancelled");
  });

  it("takes a target out by probes alone and back in again", async () => {
    const id = "alpha:eu-west:gemini-2.5-flash";
    await stack.publish({
      ...(await currentDocument(stack)),
      models: (await currentDocument(stack)).models.map((model) => ({
        ...model,
        probe: { interval_s: 1, timeout_s: 1, enabled: true },
      })),
    });
    stack.wall.fault({ kind: "status", status: 503, model: "gemini-2.5-flash", region: "eu-west" });
    await eventually(async () => (await stateOf(stack, id))?.["probe"] === "down", 10_000);
    stack.wall.clearFaults();
    await eventually(async () => (await stateOf(stack, id))?.["probe"] === "up", 15_000);
  });
});

async function currentDocument(stack: Stack) {
  const { readConfiguration } = await import("@/lib/store/configuration");
  const { document } = await readConfiguration(stack.db);
  if (document === null) {
    throw new Error("nothing was published");
  }
  return document;
}
