import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { breakPlace, isProbe, lanesDocument, seenBy } from "../support/lanes";
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

const regions = ["us-east", "eu-west", "ap-south"] as const;

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
    // What was measured while this process was getting warm says little of the regions.
    for (let round = 0; round < 15; round += 1) {
      for (const region of regions) {
        const headers = { "x-region": region };
        await (await stack.chat({ model: "gpt-4.1", stream: true }, { headers })).text();
      }
    }
  });
  afterAll(() => stack.stop());
  beforeEach(() => {
    stack.wall.clearFaults();
    stack.wall.clearAttempts();
  });

  it("moves a model's calls to another region when its own goes down, and back by itself", async () => {
    // Which one that is depends on what was measured while this process was getting warm.
    const home = (await stack.chat({ model: "gpt-4.1" })).headers.get("x-bellwether-region");
    const region = regions.find((one) => one === home) ?? "us-east";
    const target = `alpha:${region}:gpt-4.1`;
    const faultAfterMs = 1_000;
    let faultAt = 0;
    setTimeout(() => {
      faultAt = Date.now();
      stack.wall.fault({
        kind: "status",
        status: 503,
        model: "gpt-4.1",
        region,
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
    expect(before.filter((call) => call.region !== region)).toEqual([]);
    const during = calls.filter(
      (call) => call.atMs > faultAfterMs + 500 && call.atMs < faultAfterMs + 3_500,
    );
    expect(during.filter((call) => call.region === region)).toEqual([]);
    expect(calls.slice(-25).filter((call) => call.region !== region)).toEqual([]);
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
  beforeAll(async () => {
    stack = await startStack({
      document: (_, wall) =>
        lanesDocument(wall, [
          { id: "thrice" },
          { id: "panic" },
          {
            id: "named",
            places: [{ name: "first", regions: ["us-east", "eu-west"] }, { name: "second" }],
          },
          { id: "keyed", places: [{ name: "first", credentials: ["spare"] }, { name: "second" }] },
          { id: "doubted" },
          { id: "told" },
        ]),
    });
  });
  afterAll(() => stack.stop());

  it("opens on the third failure in a row and leaves the target alone from then on", async () => {
    breakPlace(stack.wall, "thrice", { kind: "status", status: 503 });
    for (let call = 0; call < 8; call += 1) {
      expect((await stack.chat({ model: "thrice" })).status).toBe(200);
    }
    expect(seenBy(stack.wall, "thrice")).toHaveLength(3);
    const event = await eventually(() =>
      stack.db.prisma.healthEvent.findFirst({
        where: { toState: "open", targetId: "thrice-first:global:gpt-4.1" },
      }),
    );
    expect(event.reason).not.toBe("");
  });

  it("tries even open targets when nothing else is left, and is well again with the first answer", async () => {
    const faults = ["first", "second"].map((place) =>
      breakPlace(stack.wall, "panic", { kind: "status", status: 503 }, place),
    );
    for (let call = 0; call < 6; call += 1) {
      expect((await stack.chat({ model: "panic" })).status).toBe(503);
    }
    for (const fault of faults) {
      stack.wall.removeFault(fault);
    }
    expect((await stack.chat({ model: "panic" })).status).toBe(200);
  });

  it("names every attempt when all targets fail, and tells SDKs not to retry", async () => {
    for (const place of ["first", "second"]) {
      breakPlace(stack.wall, "named", { kind: "status", status: 503 }, place);
    }
    const response = await stack.chat({ model: "named" });
    expect(response.status).toBe(503);
    expect(response.headers.get("x-should-retry")).toBe("false");
    const { error } = (await response.json()) as { error: { message: string; code: string } };
    expect(error.code).toBe("targets_exhausted");
    for (const place of ["first-model@us-east", "first-model@eu-west", "second-model@global"]) {
      expect(error.message).toContain(`named-${place}: 503`);
    }
  });

  it("asks the same model with another key when one is dead, before any other model", async () => {
    const broken = { kind: "unauthorized", account: "keyed-first" } as const;
    stack.wall.fault(broken);
    const response = await stack.chat({ model: "keyed" });
    expect(response.status).toBe(200);
    expect(response.headers.get("x-bellwether-provider")).toBe("keyed-first");
    expect(response.headers.get("x-bellwether-rescued")).toBe("true");
    // Its free probe confirms it, and from then on nobody is sent there.
    await eventually(() =>
      stack.wall.attempts({ account: "keyed-first", kind: "models" }).some(isProbe),
    );
    await eventually(async () => {
      const again = await stack.chat({ model: "keyed" });
      return again.headers.get("x-bellwether-attempts") === "1";
    });
    const before = seenBy(stack.wall, "keyed").length;
    await stack.chat({ model: "keyed" });
    expect(seenBy(stack.wall, "keyed")).toHaveLength(before);
  });

  it("keeps a key that one call says is wrong and its free probe says is right", async () => {
    const fault = { kind: "unauthorized", on: "chat", count: 1 } as const;
    breakPlace(stack.wall, "doubted", fault);
    const by = async (): Promise<string | null> =>
      (await stack.chat({ model: "doubted" })).headers.get("x-bellwether-provider");
    expect(await by()).toBe("doubted-second");
    await eventually(() =>
      stack.wall
        .attempts({ account: "doubted-first", kind: "models" })
        .some(({ status }) => status === 200),
    );
    await eventually(async () => (await by()) === "doubted-first");
  });

  it("leaves a target that says its room is used up, before it has to refuse", async () => {
    const headers = {
      "x-ratelimit-limit-requests": "100",
      "x-ratelimit-remaining-requests": "0",
      "x-ratelimit-reset-requests": "1500ms",
    };
    const fault = breakPlace(stack.wall, "told", { kind: "headers", headers });
    const by = async (): Promise<string | null> =>
      (await stack.chat({ model: "told" })).headers.get("x-bellwether-provider");
    expect(await by()).toBe("told-first");
    expect(await by()).toBe("told-second");
    expect(seenBy(stack.wall, "told")).toHaveLength(1);
    stack.wall.removeFault(fault);
    await eventually(async () => (await by()) === "told-first");
  });
});
