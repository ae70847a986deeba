import { afterEach, describe, expect, it, vi } from "vitest";
import { step } from "@/lib/core/step";
import {
  type CallPlan,
  type Scenario,
  type Workload,
  clearGossip,
  plainCall,
} from "@/lib/sim/scenario";
import { key, ofFirst, outline } from "@/lib/sim/scenarios";
import { simulate } from "@/lib/sim/simulation";
import { swarmScenario } from "@/lib/sim/swarm";

// A busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 });

const minute = 60_000;

/** The moves of every call of the first workload. */
function movesOf(scenario: Scenario): ReadonlyMap<string, string> {
  const { traces } = simulate(scenario, step, { trace: true });
  return new Map([...traces].filter(([id]) => Number(id.slice(1)) < 2 ** 26));
}

/** `scenario` with a second workload beside its own. */
function beside(scenario: Scenario, workload: Partial<Workload>): Scenario {
  const [own] = scenario.workloads;
  if (own === undefined) {
    throw new Error("no workload");
  }
  return { ...scenario, workloads: [own, { ...own, ...workload }] };
}

const base = outline({ perSecond: 1, durationMs: 10 * minute });

describe("two runs that differ in somebody else's calls", () => {
  const neutral: readonly (readonly [string, Partial<CallPlan>, "bad_request" | null])[] = [
    ["callers who leave", { patienceMs: 50 }, null],
    ["callers with too little time", { totalMs: 1_050 }, null],
    ["requests that are refused for what they ask", {}, "bad_request"],
  ];
  it.each(neutral)("decide the same for all others beside %s", (_name, narrowed, poison) => {
    const noisy = beside(base, {
      perSecond: 0.7,
      keys: [key("cy", { poison })],
      calls: [{ ...plainCall, ...narrowed }],
    });
    expect(movesOf(noisy)).toEqual(movesOf(base));
  });

  it("decide the same for all others beside one key's poison prompts", () => {
    const poisoned = beside(base, {
      perSecond: 0.7,
      keys: [key("poison", { poison: "server_error" })],
      calls: [plainCall],
    });
    expect(movesOf(poisoned)).toEqual(movesOf(base));
  });

  it("decide differently when the others' calls do matter", () => {
    const failing = beside(
      { ...base, faults: [ofFirst("server_error", { share: 0.4 })] },
      { perSecond: 5, keys: [key("cy"), key("di")] },
    );
    expect(movesOf(failing)).not.toEqual(movesOf(base));
  });
});

describe("one seed", () => {
  it.each([3, 4, 5])("(%d) gives the same hash twice", (seed) => {
    const scenario = swarmScenario(seed, { calls: 1_500 });
    expect(simulate(scenario, step).digest).toBe(simulate(scenario, step).digest);
  });

  it("gives another hash than the next one", () => {
    const digests = [1, 2, 3].map(
      (seed) => simulate({ ...base, seed, durationMs: minute }, step).digest,
    );
    expect(new Set(digests).size).toBe(3);
  });

  it("gives the same decisions whether idle ticks are made or left out", () => {
    const scenario = { ...base, durationMs: 20 * minute, faults: [ofFirst("unavailable")] };
    const moves = (skipIdleTicks: boolean) =>
      simulate(scenario, step, { trace: true, skipIdleTicks }).traces;
    expect(moves(true)).toEqual(moves(false));
  });
});

describe("a wall clock", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it("that jumps by a year while calls run changes nothing", () => {
    const scenario = swarmScenario(6, { calls: 1_500 });
    const { digest } = simulate(scenario, step);
    vi.useFakeTimers({ toFake: ["Date", "performance"] });
    let calls = 0;
    const jumped = simulate(scenario, (world, event, nowMs, random) => {
      calls += 1;
      vi.setSystemTime(calls % 2 === 0 ? 0 : 4e12);
      return step(world, event, nowMs, random);
    });
    expect(jumped.digest).toBe(digest);
  });
});

describe("what nodes hear of each other", () => {
  it("changes no decision of a call while everything is well", () => {
    const nodes: Scenario = { ...base, nodes: 2 };
    const deaf = { ...nodes, gossip: { ...clearGossip, lostShare: 1 } };
    const lied = { ...nodes, gossip: { ...clearGossip, liesPerMinute: 120, delayMs: 5_000 } };
    expect(movesOf(lied)).toEqual(movesOf(deaf));
  });
});
