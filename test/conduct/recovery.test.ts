/** What becomes of a target over time: when it is left, who moves, and when it is back. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemActor } from "@/lib/control/actor";
import { createAppKey } from "@/lib/control/create-app-key";
import { breakPlace, isProbe, lanesDocument, seenBy } from "../support/lanes";
import { type Stack, eventually, startStack } from "../support/stack";

const realTrialEveryMs = 5_000;

describe("a target that fails", () => {
  let stack: Stack;
  let other: string;
  beforeAll(async () => {
    stack = await startStack({
      document: (_, wall) =>
        lanesDocument(wall, [
          { id: "outage", probe: {} },
          { id: "poison", probe: {} },
          { id: "dead", probe: {} },
          { id: "hinted", probe: { interval_s: 1, timeout_s: 1 } },
          {
            id: "fenced",
            places: [
              { name: "first", regions: ["us-east", "eu-west"] },
              { name: "second", regions: ["ap-south"] },
            ],
          },
        ]),
    });
    other = await keyOf("other", null);
  });
  afterAll(() => stack.stop());

  const keyOf = async (id: string, allowedRegions: string[] | null): Promise<string> => {
    const { secret } = await createAppKey(systemActor, stack.control, {
      id,
      kind: "live",
      limits: {
        allowedModels: null,
        allowedRegions,
        defaultRouteOnModelName: null,
        midstream: null,
      },
    });
    await eventually(async () => {
      const headers = { authorization: `Bearer ${secret}` };
      return (await fetch(`${stack.url}/v1/models`, { headers })).status === 200;
    });
    return secret;
  };
  const call = async (
    model: string,
    content = "Say hello.",
    key = stack.key,
  ): Promise<{ status: number; by: string | null; attempts: number }> => {
    const response = await stack.chat(
      { model, max_tokens: 4, messages: [{ role: "user", content }] },
      { headers: { authorization: `Bearer ${key}` } },
    );
    await response.arrayBuffer();
    return {
      status: response.status,
      by: response.headers.get("x-bellwether-provider"),
      attempts: Number(response.headers.get("x-bellwether-attempts")),
    };
  };
  const each = async (everyMs: number, forMs: number, work: () => Promise<void>): Promise<void> => {
    const startedMs = performance.now();
    for (let turn = 0; turn * everyMs < forMs; turn += 1) {
      await work();
      const nextMs = startedMs + (turn + 1) * everyMs;
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, nextMs - performance.now())));
    }
  };

  it.concurrent("is left, asked rarely, and back within ten seconds of its recovery", async () => {
    const fault = breakPlace(stack.wall, "outage", { kind: "status", status: 503 });
    const downForMs = 12_000;
    await each(500, downForMs, async () => {
      expect(await call("outage")).toMatchObject({ status: 200, by: "outage-second" });
    });
    const tries = seenBy(stack.wall, "outage");
    expect(tries.length).toBeLessThanOrEqual(3 + Math.ceil(downForMs / realTrialEveryMs));
    // Meanwhile it was asked by probes, which nobody pays for with an answer.
    const asked = stack.wall.attempts({ account: "outage-first" }).filter(isProbe);
    expect(asked.length).toBeGreaterThanOrEqual(3);
    stack.wall.removeFault(fault);
    await eventually(async () => (await call("outage")).by === "outage-first", 10_000);
  });

  it.concurrent("for the prompts of one key moves that key alone", async () => {
    breakPlace(stack.wall, "poison", { kind: "status", status: 503, prompt: "poison" });
    await each(100, 6_000, async () => {
      const [poisoned, usual] = await Promise.all([
        call("poison", "A poisoned well."),
        call("poison", "A clear well.", other),
      ]);
      expect(poisoned).toMatchObject({ status: 200, by: "poison-second" });
      expect(usual).toMatchObject({ status: 200, by: "poison-first", attempts: 1 });
    });
    const failed = seenBy(stack.wall, "poison").filter(({ status }) => status === 503);
    // Half of the last twenty calls, and those that were on their way; then its key asks others at once.
    expect(failed.length).toBeLessThanOrEqual(14);
  });

  it.concurrent(
    "for everybody moves everybody, even while one key has nearly all calls",
    async () => {
      expect((await call("dead", "Hello.", other)).by).toBe("dead-first");
      breakPlace(stack.wall, "dead", { kind: "status", status: 503 });
      for (let turn = 0; turn < 5; turn += 1) {
        expect((await call("dead")).by).toBe("dead-second");
      }
      await eventually(() => stack.wall.attempts({ account: "dead-first" }).some(isProbe));
      await eventually(async () => {
        const seen = await call("dead", "Hello.", other);
        return seen.by === "dead-second" && seen.attempts === 1;
      });
    },
  );

  it.concurrent("in its probes alone is left before a call fails, and back by itself", async () => {
    const state = async (): Promise<string | undefined> => {
      const targetId = "hinted-first:global:gpt-4.1";
      const row = await stack.db.prisma.targetState.findFirst({ where: { targetId } });
      return (row?.state as { probe?: string } | null)?.probe;
    };
    const fault = breakPlace(stack.wall, "hinted", { kind: "status", status: 503 });
    await eventually(async () => (await state()) === "down", 10_000);
    expect(await call("hinted")).toMatchObject({ by: "hinted-second", attempts: 1 });
    stack.wall.removeFault(fault);
    await eventually(async () => (await call("hinted")).by === "hinted-first", 15_000);
    expect(seenBy(stack.wall, "hinted").filter(({ status }) => status === 503)).toEqual([]);
  });

  it.concurrent(
    "never moves a call out of the regions that its key may use, in panic neither",
    async () => {
      const fenced = await keyOf("fenced", ["us-east"]);
      breakPlace(stack.wall, "fenced", { kind: "status", status: 503, on: "chat" });
      for (let turn = 0; turn < 8; turn += 1) {
        expect((await call("fenced", "Hello.", fenced)).status).toBe(503);
      }
      const seen = [...seenBy(stack.wall, "fenced"), ...seenBy(stack.wall, "fenced", "second")];
      expect(new Set(seen.map(({ region }) => region))).toEqual(new Set(["us-east"]));
    },
  );
});
