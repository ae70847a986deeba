/** A caller may leave in any phase of its call: the provider is let go of at once, the slot is free, the log says 499. */
import { request as httpRequest } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Attempt } from "@/lib/wall/journal";
import { type BlackHole, openBlackHole } from "../support/dead-ends";
import { breakPlace, lanesDocument, seenBy } from "../support/lanes";
import { readStream } from "../support/sse";
import { type Stack, eventually, startStack } from "../support/stack";

const closedWithinMs = 100;
const limits = { ttft_s: 10, idle_s: 10 };

describe("a caller who leaves", () => {
  let stack: Stack;
  let hole: BlackHole;
  beforeAll(async () => {
    hole = await openBlackHole();
    stack = await startStack({
      document: (_, wall) =>
        lanesDocument(wall, [
          { id: "body" },
          { id: "capacity", places: [{ name: "first" }] },
          { id: "pause" },
          { id: "connecting", places: [{ name: "first", baseUrl: hole.url }, { name: "second" }] },
          { id: "headers", limits },
          { id: "plain-headers", limits },
          { id: "first-token", limits },
          { id: "midway", limits },
          { id: "resuming", limits },
        ]),
    });
  });
  afterAll(async () => {
    await stack.stop();
    await hole.close();
  });

  /** Sends a call, waits until `reached` holds, leaves, and returns the instant of leaving. */
  const leaveWhen = async (
    lane: string,
    reached: () => unknown,
    body: Record<string, unknown> = {},
  ): Promise<number> => {
    const leaving = new AbortController();
    const over = (async () => {
      const response = await stack.chat(
        {
          model: lane,
          stream: true,
          messages: [{ role: "user", content: "Write 60 words about bells." }],
          ...body,
        },
        { signal: leaving.signal },
      );
      await response.text();
      return "answered";
    })().catch(() => "left");
    await eventually(reached);
    const leftAtMs = performance.timeOrigin + performance.now();
    leaving.abort();
    expect(await over).toBe("left");
    return leftAtMs;
  };
  /** The provider's connection was closed soon after the caller left. */
  const isLetGo = async (attempt: () => Attempt | undefined, leftAtMs: number): Promise<void> => {
    const closedAtMs = await eventually(() => attempt()?.client_closed_at);
    expect(closedAtMs - leftAtMs).toBeLessThan(closedWithinMs);
  };
  const isLogged = async (
    lane: string,
  ): Promise<{ id: string; completionTokens: number | null; costNanoUsd: bigint | null }> => {
    const row = await eventually(() =>
      stack.db.prisma.call.findFirst({ where: { status: 499, route: lane } }),
    );
    expect(row).toMatchObject({ outcome: "cancelled", errorCode: "client_closed" });
    return row;
  };
  const isHealthy = async (lane: string, place = "first"): Promise<void> => {
    stack.wall.clearFaults();
    const response = await stack.chat({ model: lane, stream: true });
    expect(await readStream(response)).toMatchObject({ isDone: true, error: null });
    expect(response.headers.get("x-bellwether-provider")).toBe(`${lane}-${place}`);
    await eventually(async () => {
      const rows = await stack.db.prisma.targetState.findMany({
        where: { targetId: { startsWith: `${lane}-` } },
      });
      return rows.every(({ state }) => (state as { inFlight: number }).inFlight === 0);
    });
  };

  it("while sending the body reaches no provider", async () => {
    const before = await stack.db.prisma.call.count({ where: { status: 499 } });
    const req = httpRequest(`${stack.url}/v1/chat/completions`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${stack.key}`,
        "content-type": "application/json",
        "content-length": 10_000,
      },
    });
    req.on("error", () => undefined);
    await new Promise<void>((resolve) => {
      req.write('{"model":"body",', () => {
        resolve();
      });
    });
    req.destroy();
    await eventually(
      async () => (await stack.db.prisma.call.count({ where: { status: 499 } })) === before + 1,
    );
    expect(seenBy(stack.wall, "body")).toEqual([]);
    await isHealthy("body");
  });

  it("while waiting for capacity is not tried later", async () => {
    breakPlace(stack.wall, "capacity", { kind: "rate_limit", retry_after: 4, count: 1 });
    await leaveWhen("capacity", () => seenBy(stack.wall, "capacity")[0]?.ended_at);
    await isLogged("capacity");
    await eventually(async () => (await stack.chat({ model: "capacity" })).status === 200, 10_000);
    // The one that was refused, and the one just now; nobody came for the caller who had left.
    expect(seenBy(stack.wall, "capacity")).toHaveLength(2);
  });

  it("in the pause before another try ends the call there", async () => {
    breakPlace(stack.wall, "pause", { kind: "status", status: 500 });
    await leaveWhen("pause", () => seenBy(stack.wall, "pause")[0]?.ended_at);
    await isLogged("pause");
    expect(seenBy(stack.wall, "pause")).toHaveLength(1);
    expect(seenBy(stack.wall, "pause", "second")).toHaveLength(0);
    await isHealthy("pause");
  });

  it("while connecting ends the call there", async () => {
    const leaving = new AbortController();
    const call = stack.chat({ model: "connecting", stream: true }, { signal: leaving.signal });
    const left = call.then(
      () => "answered",
      () => "left",
    );
    await eventually(async () => {
      const row = await stack.db.prisma.targetState.findFirst({
        where: { targetId: "connecting-first:global:gpt-4.1" },
      });
      return ((row?.state as { inFlight?: number } | null)?.inFlight ?? 0) > 0;
    });
    leaving.abort();
    expect(await left).toBe("left");
    await isLogged("connecting");
    expect(seenBy(stack.wall, "connecting", "second")).toHaveLength(0);
    await isHealthy("connecting", "second");
  });

  it.each([
    ["headers", true],
    ["plain-headers", false],
  ])("before the answer's headers (%s) has the provider let go", async (lane, stream) => {
    breakPlace(stack.wall, lane, { kind: "silent" });
    const attempt = (): Attempt | undefined => seenBy(stack.wall, lane)[0];
    const leftAtMs = await leaveWhen(lane, attempt, { stream });
    await isLetGo(attempt, leftAtMs);
    await isLogged(lane);
    expect(seenBy(stack.wall, lane, "second")).toHaveLength(0);
    await isHealthy(lane);
  });

  it("before the first token has the provider let go", async () => {
    breakPlace(stack.wall, "first-token", { kind: "headers_then_silent" });
    const attempt = (): Attempt | undefined => seenBy(stack.wall, "first-token")[0];
    const leftAtMs = await leaveWhen("first-token", () => attempt()?.answered_at);
    await isLetGo(attempt, leftAtMs);
    await isLogged("first-token");
    await isHealthy("first-token");
  });

  it("in the middle of the answer has the provider let go, and pays for what it got", async () => {
    breakPlace(stack.wall, "midway", { kind: "stall", after_tokens: 20 });
    const attempt = (): Attempt | undefined => seenBy(stack.wall, "midway")[0];
    const leftAtMs = await leaveWhen("midway", () => (attempt()?.tokens_sent ?? 0) >= 20);
    await isLetGo(attempt, leftAtMs);
    const row = await isLogged("midway");
    expect(row.completionTokens).toBeGreaterThan(10);
    expect(row.completionTokens).toBeLessThan(60);
    expect(Number(row.costNanoUsd)).toBeGreaterThan(0);
    await isHealthy("midway");
  });

  it("while another provider is asked to go on has that one let go", async () => {
    breakPlace(stack.wall, "resuming", { kind: "cut", after_tokens: 20 });
    breakPlace(stack.wall, "resuming", { kind: "silent" }, "second");
    const attempt = (): Attempt | undefined => seenBy(stack.wall, "resuming", "second")[0];
    const leftAtMs = await leaveWhen("resuming", attempt);
    await isLetGo(attempt, leftAtMs);
    const row = await isLogged("resuming");
    expect(row.completionTokens).toBeGreaterThan(10);
    await isHealthy("resuming");
  });
});
