/** How long a call waits, and for whom: for a short limit, for a hiccup, and never for a provider that is silent. */
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import type { FaultInput } from "@/lib/wall/fault-kinds";
import { breakPlace, lanesDocument, seenBy } from "../support/lanes";
import { readStream } from "../support/sse";
import { type Stack, eventually, startStack } from "../support/stack";

// Twelve times as quick as a route that says nothing.
const limits = { ttft_s: 1, idle_s: 1 };
const servedWithinMs = 1_900;

const places = [{ name: "first" }, { name: "second" }];

describe("a call's patience", () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack({
      document: (_, wall) =>
        lanesDocument(wall, [
          { id: "warm-up" },
          { id: "two-seconds" },
          { id: "limited-ever" },
          { id: "an-hour" },
          { id: "hiccup" },
          { id: "silent", limits },
          // A quarter of six seconds is half a second more than no attempt starts without.
          { id: "silent-plain", limits: { ...limits, total_s: 6 } },
          { id: "late-token", limits },
          { id: "comments", limits },
          { id: "hurried", limits: { ttft_s: 20 } },
          { id: "capacity", places: [{ name: "first" }] },
          { id: "busy", places: [{ name: "first" }] },
          { id: "full", places: [{ name: "first" }] },
          { id: "starved", places, limits: { total_s: 6, ttft_s: 6 } },
        ]),
    });
  });
  // The first call of a process is a slow one.
  beforeAll(async () => {
    await (await stack.chat({ model: "warm-up" })).text();
  });
  afterAll(() => stack.stop());
  afterEach(() => {
    stack.wall.clearFaults();
  });

  const timed = async (
    model: string,
    body: Record<string, unknown> = {},
    headers: Record<string, string> = {},
  ): Promise<{ response: Response; text: string; tookMs: number }> => {
    const startedMs = performance.now();
    const response = await stack.chat({ model, max_tokens: 8, ...body }, { headers });
    const text = await response.text();
    return { response, text, tookMs: performance.now() - startedMs };
  };
  const breaks = (lane: string, fault: FaultInput): string => breakPlace(stack.wall, lane, fault);
  const by = (response: Response): string | null => response.headers.get("x-bellwether-provider");
  const isHealthy = async (lane: string): Promise<void> => {
    stack.wall.clearFaults();
    const { response, text } = await timed(lane);
    expect(response.status, text).toBe(200);
    expect(by(response)).toBe(`${lane}-first`);
  };

  it("waits once for a limit that ends in two seconds", async () => {
    breaks("two-seconds", { kind: "rate_limit", retry_after: 2, count: 1 });
    const { response, tookMs } = await timed("two-seconds");
    expect(response.status).toBe(200);
    expect(by(response)).toBe("two-seconds-first");
    expect(tookMs).toBeGreaterThan(1_800);
    const tries = seenBy(stack.wall, "two-seconds");
    expect(tries).toHaveLength(2);
    const waitedMs = (tries[1]?.at ?? 0) - (tries[0]?.ended_at ?? 0);
    expect(waitedMs).toBeGreaterThan(1_800);
    expect(waitedMs).toBeLessThan(2_600);
    await isHealthy("two-seconds");
  });

  it("is over within three seconds where every try is limited anew", async () => {
    breaks("limited-ever", { kind: "rate_limit", retry_after: 2 });
    const { response, tookMs } = await timed("limited-ever");
    expect(response.status).toBe(200);
    expect(by(response)).toBe("limited-ever-second");
    expect(tookMs).toBeLessThan(3_000);
    expect(seenBy(stack.wall, "limited-ever").length).toBeLessThanOrEqual(2);
    // A limit is no failure: the target is asked again as soon as it is over.
    stack.wall.clearFaults();
    await eventually(
      async () => by((await timed("limited-ever")).response) === "limited-ever-first",
    );
  });

  it("is not spent on a limit that lasts an hour", async () => {
    breaks("an-hour", { kind: "rate_limit", retry_after: 3_600 });
    const { response, tookMs } = await timed("an-hour");
    expect(by(response)).toBe("an-hour-second");
    expect(tookMs).toBeLessThan(1_000);
    expect(seenBy(stack.wall, "an-hour")).toHaveLength(1);
    await timed("an-hour");
    expect(seenBy(stack.wall, "an-hour")).toHaveLength(1);
  });

  it("gives a single 500 another chance at the same target", async () => {
    breaks("hiccup", { kind: "status", status: 500, count: 1 });
    const { response, tookMs } = await timed("hiccup");
    expect(by(response)).toBe("hiccup-first");
    expect(response.headers.get("x-bellwether-attempts")).toBe("2");
    expect(tookMs).toBeLessThan(1_500);
    await isHealthy("hiccup");
  });

  it.each<[string, string, FaultInput]>([
    ["a silent provider", "silent", { kind: "silent" }],
    ["a first token that takes 20 s", "late-token", { kind: "slow_first_token", ms: 20_000 }],
    ["comments without content", "comments", { kind: "headers_then_silent", keep_alive_ms: 100 }],
  ])("is served elsewhere after one try at %s", async (_, lane, fault) => {
    breaks(lane, fault);
    const startedMs = performance.now();
    const response = await stack.chat({ model: lane, stream: true });
    const seen = await readStream(response);
    expect(seen).toMatchObject({ isDone: true, error: null });
    expect(by(response)).toBe(`${lane}-second`);
    expect(performance.now() - startedMs).toBeLessThan(servedWithinMs);
    const tries = seenBy(stack.wall, lane);
    expect(tries).toHaveLength(1);
    await eventually(() => tries[0]?.client_closed_at);
    await isHealthy(lane);
  });

  it("keeps enough time for the next target when a plain call meets silence", async () => {
    breaks("silent-plain", { kind: "silent" });
    const { response, tookMs } = await timed("silent-plain");
    expect(by(response)).toBe("silent-plain-second");
    expect(tookMs).toBeLessThan(5_900);
    expect(seenBy(stack.wall, "silent-plain")).toHaveLength(1);
    await isHealthy("silent-plain");
  });

  it("keeps a quarter of a short deadline for the next target", async () => {
    breaks("starved", { kind: "silent" });
    const startedMs = performance.now();
    const response = await stack.chat({ model: "starved", stream: true });
    expect(await readStream(response)).toMatchObject({ isDone: true });
    expect(by(response)).toBe("starved-second");
    expect(performance.now() - startedMs).toBeLessThan(5_900);
    await isHealthy("starved");
  });

  it("ends when the caller's own does, and blames nobody", async () => {
    breaks("hurried", { kind: "silent" });
    for (let call = 0; call < 3; call += 1) {
      const { response, tookMs } = await timed(
        "hurried",
        { stream: true },
        { "x-request-timeout": "1200", "x-bellwether-no-fallback": "1" },
      );
      expect(response.status).toBeGreaterThanOrEqual(400);
      expect(tookMs).toBeLessThan(1_800);
    }
    await isHealthy("hurried");
  });

  it("waits for room where every target is only limited, and says so where there is none soon", async () => {
    breaks("capacity", { kind: "rate_limit", retry_after: 3, count: 1 });
    const { response, tookMs } = await timed("capacity");
    expect(response.status).toBe(200);
    expect(tookMs).toBeGreaterThan(2_500);
    expect(tookMs).toBeLessThan(5_500);
    breaks("busy", { kind: "rate_limit", retry_after: 30 });
    const soon = (await timed("busy")).response;
    expect(soon.status).toBe(429);
    expect(soon.headers.get("x-should-retry")).toBe("true");
    expect(Number(soon.headers.get("retry-after-ms"))).toBeGreaterThan(25_000);
    breaks("full", { kind: "rate_limit", retry_after: 300 });
    for (let call = 0; call < 2; call += 1) {
      const refused = await timed("full");
      expect(refused.response.status).toBe(429);
      expect(refused.tookMs).toBeLessThan(1_000);
      expect(Number(refused.response.headers.get("retry-after"))).toBeGreaterThan(250);
      expect(refused.response.headers.get("x-should-retry")).toBe("false");
    }
    expect(seenBy(stack.wall, "full")).toHaveLength(1);
  });
});
