/** The gateway decides nothing by itself: what its router was told, and when, explains every decision it took. */
import { isDeepStrictEqual } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Decision, Event } from "@/lib/core/events";
import { step } from "@/lib/core/step";
import { emptyWorld } from "@/lib/core/world";
import { breakPlace, lanesDocument } from "../support/lanes";
import { load } from "../support/load";
import { type Stack, startStack } from "../support/stack";

type Recorded = {
  event: Event;
  nowMs: number;
  drawn: readonly number[];
  decisions: readonly Decision[];
};

let stack: Stack;
const tape: Recorded[] = [];

beforeAll(async () => {
  stack = await startStack({
    latencyScale: 0.1,
    document: (_, wall) =>
      lanesDocument(wall, [
        {
          id: "storm",
          limits: { ttft_s: 1, idle_s: 0.5 },
          places: [
            { name: "first", regions: ["us-east", "eu-west"] },
            { name: "second" },
            { name: "third", upstream: "deepseek-v3" },
          ],
          probe: { interval_s: 1, timeout_s: 1 },
        },
      ]),
    // What is kept must not change with the world that it came from.
    record: (event, nowMs, drawn, decisions) =>
      tape.push({ event, nowMs, drawn, decisions: structuredClone(decisions) }),
  });
});
afterAll(() => stack.stop());

it("a recorded run under faults, played again, gives the same decisions", async () => {
  const { wall } = stack;
  const storm = { model: "storm", perSecond: 40 };
  await load(stack, { ...storm, forMs: 1_000 });
  breakPlace(wall, "storm", { kind: "status", status: 503, probability: 0.5 });
  breakPlace(wall, "storm", { kind: "cut", after_tokens: 1, probability: 0.3 });
  breakPlace(wall, "storm", { kind: "rate_limit", retry_after: 1, probability: 0.2 }, "second");
  breakPlace(wall, "storm", { kind: "silent", probability: 0.05 }, "second");
  await Promise.all([
    load(stack, { ...storm, forMs: 3_000 }),
    load(stack, { ...storm, forMs: 3_000, stream: true }),
    load(stack, { model: "storm-alone", perSecond: 5, forMs: 3_000 }),
  ]);
  breakPlace(wall, "storm", { kind: "refuse" });
  await load(stack, { ...storm, forMs: 2_000, stream: true });
  wall.clearFaults();
  await load(stack, { ...storm, forMs: 2_000 });

  const played = [...tape];
  const world = emptyWorld();
  for (const [index, { event, nowMs, drawn, decisions }] of played.entries()) {
    const chances = [...drawn];
    const again = step(world, event, nowMs, () => {
      const chance = chances.shift();
      if (chance === undefined) {
        throw new Error(`event ${index} (${event.type}) drew more chance than it did`);
      }
      return chance;
    });
    // Hundreds of thousands of assertions would take longer than the run.
    if (!isDeepStrictEqual(again, decisions) || chances.length > 0) {
      expect(again, `decisions on event ${index} (${event.type})`).toEqual(decisions);
      expect(chances).toEqual([]);
    }
  }
  const kinds = new Set(played.flatMap(({ decisions }) => decisions.map(({ type }) => type)));
  for (const kind of ["planned", "attempt", "transition", "probe", "finish"] as const) {
    expect(kinds).toContain(kind);
  }
});
