import { describe, expect, it, vi } from "vitest";
import { step } from "@/lib/core/step";
import { Agenda } from "@/lib/sim/agenda";
import { nextArrivalMs, partOfDay } from "@/lib/sim/callers";
import { Chance } from "@/lib/sim/chance";
import { MinuteMeter } from "@/lib/sim/minute-meter";
import { type Scenario, fault, plainCall } from "@/lib/sim/scenario";
import { ofFirst, outline, scenarios } from "@/lib/sim/scenarios";
import { shrink } from "@/lib/sim/shrink";
import { simulate } from "@/lib/sim/simulation";
import { swarmScenario } from "@/lib/sim/swarm";

// A busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 });

const hour = 3_600_000;

describe("chance", () => {
  it("gives the same numbers at the same place, whatever was drawn before", () => {
    const chance = new Chance(7);
    const first = chance.place(1, 2, 3).next();
    chance.place(9, 9, 9).next();
    expect(chance.place(1, 2, 3).next()).toBe(first);
    expect(new Chance(8).place(1, 2, 3).next()).not.toBe(first);
  });

  it("is even, and its means are what they should be", () => {
    const chance = new Chance(1);
    const buckets = new Array<number>(10).fill(0);
    let exponential = 0;
    let above = 0;
    const draws = 20_000;
    for (let draw = 0; draw < draws; draw += 1) {
      const bucket = Math.floor(chance.place(draw, 5, -1).next() * 10);
      buckets[bucket] = (buckets[bucket] ?? 0) + 1;
      exponential += chance.exponential(100);
      above += chance.lognormal(50, 0.5) > 50 ? 1 : 0;
    }
    expect(Math.min(...buckets)).toBeGreaterThan((0.9 * draws) / 10);
    expect(exponential / draws).toBeGreaterThan(95);
    expect(exponential / draws).toBeLessThan(105);
    expect(above / draws).toBeGreaterThan(0.48);
    expect(above / draws).toBeLessThan(0.52);
  });
});

describe("the agenda", () => {
  it("gives entries by time, and those of one instant in the order in which they were noted", () => {
    const agenda = new Agenda();
    const chance = new Chance(3);
    const noted: { atMs: number; b: number }[] = [];
    for (let b = 0; b < 5_000; b += 1) {
      const atMs = chance.below(500);
      noted.push({ atMs, b });
      agenda.note(atMs, 1, 2, b);
    }
    const taken: { atMs: number; b: number }[] = [];
    while (agenda.take()) {
      taken.push({ atMs: agenda.atMs, b: agenda.b });
    }
    expect(taken).toEqual(noted.toSorted((one, other) => one.atMs - other.atMs || one.b - other.b));
    expect(agenda.length).toBe(0);
  });
});

describe("a provider's limit per minute", () => {
  it("refuses what has no room, says when there is, and fills evenly", () => {
    const meter = new MinuteMeter({ requests: 60, tokens: 6_000, tells: true });
    expect(meter.spend(5_000, 0)).toBeNull();
    const refusal = meter.spend(2_000, 0);
    expect(refusal).toMatchObject({ status: 429, retryAfterMs: 10_000 });
    expect(meter.spend(2_000, 10_000)).toBeNull();
    expect(meter.spend(7_000, 20_000)).toMatchObject({ code: "request_too_large" });
  });
});

describe("callers", () => {
  it("come at the rate that was asked for, more by day than by night", () => {
    const [workload] = outline({ perSecond: 1, durationMs: 14 * 24 * hour }).workloads;
    const chance = new Chance(2);
    const counts = { business: 0, peak: 0, night: 0, other: 0 };
    let calls = 0;
    for (let atMs = 0; workload !== undefined; calls += 1) {
      const next = { ...workload, perSecond: 0.05, curve: "day" as const };
      atMs = nextArrivalMs(next, atMs, chance.place(calls, 0, 0));
      if (!Number.isFinite(atMs)) {
        break;
      }
      counts[partOfDay(atMs)] += 1;
    }
    const expected = 0.05 * 14 * 24 * 3_600;
    expect(calls).toBeGreaterThan(0.95 * expected);
    expect(calls).toBeLessThan(1.05 * expected);
    // Two hours of ten weekdays against six of all fourteen days.
    expect(counts.peak / 20).toBeGreaterThan((4 * counts.night) / 84);
  });
});

describe("a failing world", () => {
  it("shrinks to the one fault that it takes", () => {
    const messy = {
      ...outline({ perSecond: 4, durationMs: 6 * 60_000 }),
      maxCalls: 2_000,
      faults: [
        ofFirst("unavailable"),
        fault("slow", { provider: "bolt", fromMs: 60_000, untilMs: 90_000 }),
        fault("rate_limited", { provider: "bolt", fromMs: 200_000, untilMs: 210_000 }),
      ],
    };
    const opens = (candidate: Scenario) => simulate(candidate, step).ledger.openings > 0;
    const small = shrink(messy, opens, 60);
    expect(opens(small)).toBe(true);
    expect(small.faults).toEqual([messy.faults[0]]);
    expect(small.durationMs).toBeLessThan(messy.durationMs);
    expect(small.workloads[0]?.calls).toHaveLength(1);
  });
});

describe("scenarios", () => {
  it("of the swarm are the same for the same seed and survive being written down", () => {
    const scenario = swarmScenario(12, { calls: 1_000 });
    expect(swarmScenario(12, { calls: 1_000 })).toEqual(scenario);
    expect(JSON.parse(JSON.stringify(scenario))).toEqual(scenario);
  });

  it("of the swarm bring every kind of fault, several nodes, people and stalls within 400 seeds", () => {
    const drawn = Array.from({ length: 400 }, (_, seed) => swarmScenario(seed, { calls: 1_000 }));
    const kinds = new Set(drawn.flatMap(({ faults }) => faults.map(({ kind }) => kind)));
    expect(kinds.size).toBe(18);
    expect(drawn.some(({ nodes }) => nodes > 1)).toBe(true);
    expect(drawn.some(({ toggles }) => toggles.length > 0)).toBe(true);
    expect(drawn.some(({ resets }) => resets.length > 0)).toBe(true);
    expect(drawn.some(({ freezes }) => freezes.length > 0)).toBe(true);
    expect(new Set(drawn.map(({ workloads }) => workloads[0]?.perSecond)).size).toBeGreaterThan(3);
  });

  it.each(Object.keys(scenarios))("%s breaks no rule", (name) => {
    const scenario = scenarios[name]?.() ?? outline();
    const short = {
      ...scenario,
      maxCalls: 3_000,
      workloads: scenario.workloads.map((one) => ({ ...one, calls: [plainCall] })),
    };
    expect(simulate(short, step).violations).toEqual([]);
  });
});
