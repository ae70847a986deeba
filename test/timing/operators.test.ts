import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { systemActor } from "@/lib/control/actor";
import { setRouteChain } from "@/lib/control/set-route-chain";
import { setSwitch } from "@/lib/control/set-switch";
import type { Attempt } from "@/lib/wall/journal";
import { isProbe } from "../support/lanes";
import { readStream } from "../support/sse";
import { type Stack, eventually, startStack } from "../support/stack";

const operator = { type: "operator", name: "test", role: "operator" } as const;

describe("what operators decide", () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await startStack();
  });
  afterAll(() => stack.stop());
  beforeEach(() => {
    stack.wall.clearFaults();
    stack.wall.clearAttempts();
  });

  /** How long until the node said that it obeys. */
  const obeyedMs = async (revision: number): Promise<number> => {
    const startedMs = performance.now();
    await eventually(async () => {
      const node = await stack.db.prisma.node.findFirst();
      return (node?.appliedRevision ?? 0) >= revision;
    }, 3_000);
    return performance.now() - startedMs;
  };
  const turn = async (
    objectType: "model" | "region" | "target" | "provider",
    objectId: string,
    intent: "enabled" | "draining" | "disabled",
    until: number | null = null,
  ): Promise<number> => {
    const { revision } = await setSwitch(operator, stack.control, {
      objectType,
      objectId,
      intent,
      until,
    });
    return obeyedMs(revision);
  };
  const answeredBy = async (body: Record<string, unknown> = {}): Promise<string> => {
    const response = await stack.chat(body);
    return `${response.headers.get("x-bellwether-model") ?? ""} ${response.headers.get("x-bellwether-region") ?? ""}`;
  };

  it("a model that is switched off gets no call within a second, and comes back when switched on", async () => {
    expect(await turn("model", "gpt-4.1", "draining")).toBeLessThan(1_000);
    expect(await answeredBy()).toMatch(/^claude-sonnet-4-5/);
    expect(await turn("model", "gpt-4.1", "enabled")).toBeLessThan(1_000);
    expect(await answeredBy()).toMatch(/^gpt-4\.1/);
  });

  it("a region and a target are switched for themselves, and both must be on", async () => {
    const first = await answeredBy();
    const region = first.split(" ")[1] ?? "";
    const provider = region === "global" ? "beta" : "alpha";
    await turn("region", region, "draining");
    await turn("target", `${provider}:${region}:gpt-4.1`, "draining");
    expect(await answeredBy()).not.toContain(region);
    await turn("region", region, "enabled");
    expect(await answeredBy()).not.toContain(region);
    await turn("target", `${provider}:${region}:gpt-4.1`, "enabled");
  });

  it("panic never uses what a person switched off", async () => {
    await turn("provider", "beta", "disabled");
    stack.wall.fault({ kind: "status", status: 503, on: "chat" });
    stack.wall.clearAttempts();
    await (await stack.chat()).arrayBuffer();
    expect(stack.wall.attempts({ provider: "beta", kind: "chat" })).toEqual([]);
    await turn("provider", "beta", "enabled");
  });

  it("draining lets a running call finish; disabling moves it on at once", async () => {
    const fault = { kind: "slow_first_token", ms: 1_500, model: "gemini-2.5-flash" } as const;
    stack.wall.fault(fault);
    const drained = stack.chat({ model: "gemini-2.5-flash" });
    const [first] = await eventually(() => {
      const running = stack.wall.attempts({ model: "gemini-2.5-flash", kind: "chat" });
      return running.some((one) => one.user_agent !== "bellwether-probe") ? running : null;
    });
    await turn("region", first?.region ?? "", "draining");
    expect((await drained).status).toBe(200);
    await turn("region", first?.region ?? "", "enabled");

    stack.wall.clearFaults();
    stack.wall.fault({ kind: "silent", model: "gemini-2.5-flash", on: "chat" });
    const moved = stack.chat({
      models: ["gemini-2.5-flash", "deepseek-v3"],
      model: "gemini-2.5-flash",
    });
    await eventually(() =>
      stack.wall
        .attempts()
        .some((one) => one.fault === "silent" && one.user_agent !== "bellwether-probe"),
    );
    await turn("model", "gemini-2.5-flash", "disabled");
    expect((await moved).headers.get("x-bellwether-model")).toBe("deepseek-v3");
    await turn("model", "gemini-2.5-flash", "enabled");
  });

  it("disabling moves a stream that has begun, or ends it as an error, and sends nothing there again", async () => {
    stack.wall.fault({ kind: "stall", after_tokens: 20, model: "gpt-4.1" });
    const moved = stack.chat({
      stream: true,
      messages: [{ role: "user", content: "Write 60 words about bells." }],
    });
    const live = (): Attempt[] =>
      stack.wall.attempts({ model: "gpt-4.1", kind: "chat" }).filter((one) => !isProbe(one));
    await eventually(() => live().some((one) => one.tokens_sent === 20));
    await turn("model", "gpt-4.1", "disabled");
    const before = live().length;
    const seen = await readStream(await moved);
    // The next model of the chain continues a prefill.
    expect(seen).toMatchObject({ words: 60, finish: "stop", isDone: true, error: null });
    expect(live()).toHaveLength(before);
    expect(live().every((one) => one.client_closed_at !== null)).toBe(true);
    await turn("model", "gpt-4.1", "enabled");
    stack.wall.clearFaults();
    expect(await answeredBy()).toMatch(/^gpt-4\.1/);
  });

  it("a switch with an end turns back by itself", async () => {
    await turn("model", "gpt-4.1", "draining", Date.now() + 1_200);
    expect(await answeredBy()).not.toMatch(/^gpt-4\.1/);
    await eventually(async () => (await answeredBy()).startsWith("gpt-4.1"), 3_000);
    await turn("model", "gpt-4.1", "enabled");
  });

  it("a new order of the chain rules the next calls within a second", async () => {
    const chain = ["deepseek-v3", "gpt-4.1", "claude-sonnet-4-5", "gemini-2.5-flash"];
    const { revision } = await setRouteChain(operator, stack.control, { routeId: "auto", chain });
    expect(await obeyedMs(revision)).toBeLessThan(1_000);
    const response = await stack.chat();
    expect(response.headers.get("x-bellwether-model")).toBe("deepseek-v3");
    expect(Number(response.headers.get("x-bellwether-revision"))).toBe(revision);
  });

  it("a change of configuration keeps what is known of every target", async () => {
    const before = await stack.db.prisma.targetState.findMany();
    await setRouteChain(systemActor, stack.control, {
      routeId: "auto",
      chain: ["gpt-4.1", "deepseek-v3"],
    });
    const after = await stack.db.prisma.targetState.findMany();
    const ttft = (rows: typeof after): number =>
      rows.filter(({ state }) => (state as { ttftMs: number | null }).ttftMs !== null).length;
    expect(ttft(after)).toBeGreaterThanOrEqual(ttft(before));
  });
});
