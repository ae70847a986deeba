// The watch has to see what it looks for: each rule is broken on purpose by a router that cheats.
import { describe, expect, it, vi } from "vitest";
import type { AttemptMove, Decision } from "@/lib/core/events";
import { step } from "@/lib/core/step";
import { clearGossip, fault, plainCall } from "@/lib/sim/scenario";
import { key, model, ofFirst, outline } from "@/lib/sim/scenarios";
import type { Step } from "@/lib/sim/shell";
import { type Outline } from "@/lib/sim/scenarios";
import { simulate } from "@/lib/sim/simulation";

// A busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 });

const minute = 60_000;

/** The real step, with what it decides bent. */
function cheating(bend: (decision: Decision, ...rest: Parameters<Step>) => Decision): Step {
  return (world, event, nowMs, random) =>
    step(world, event, nowMs, random).map((one) => bend(one, world, event, nowMs, random));
}

const bentMove = (bend: (move: AttemptMove) => AttemptMove): Step =>
  cheating((decision) => (decision.type === "attempt" ? bend(decision) : decision));

function brokenBy(driven: Step, differing: Outline = {}): readonly string[] {
  const { violations } = simulate(outline({ durationMs: 4 * minute, ...differing }), driven);
  return [...new Set(violations.map(({ rule }) => rule))];
}

describe("the watch sees", () => {
  it("nothing wrong with an honest router", () => {
    expect(brokenBy(step)).toEqual([]);
  });

  it("a call to a target that is switched off", () => {
    const off = {
      atMs: minute,
      type: "model",
      id: "first",
      intent: "disabled",
      forMs: null,
    } as const;
    const stubborn: Step = (world, event, nowMs, random) =>
      event.type === "snapshot" && nowMs > 0 ? [] : step(world, event, nowMs, random);
    expect(brokenBy(stubborn, { toggles: [off] })).toContain("switched_off");
  });

  it("a plan that leaves somebody out", () => {
    const narrow = cheating((decision) =>
      decision.type === "planned"
        ? { ...decision, plan: { ...decision.plan, candidates: decision.plan.candidates.slice(1) } }
        : decision,
    );
    expect(brokenBy(narrow)).toContain("plan_complete");
  });

  it("a region that a key may not use", () => {
    const careless: Step = (world, event, nowMs, random) => {
      const isStart = event.type === "call_started";
      const free = isStart
        ? {
            ...event,
            call: {
              ...event.call,
              constraints: { ...event.call.constraints, allowedRegions: null },
            },
          }
        : event;
      return step(world, free, nowMs, random);
    };
    const fenced = { keys: [key("fenced", { allowedRegions: ["eu"] })] };
    const providers = [
      {
        id: "acme",
        regions: [
          { id: "us", farMs: 20 },
          { id: "eu", farMs: 90 },
        ],
      },
      { id: "bolt", regions: [{ id: "eu", farMs: 20 }] },
    ];
    expect(brokenBy(careless, { ...fenced, providers })).toContain("residency");
  });

  it("a timer beyond the deadline", () => {
    const endless = bentMove((move) => ({ ...move, times: { ...move.times, firstMs: 1e7 } }));
    expect(brokenBy(endless)).toContain("deadline");
  });

  it("a second answer behind the first", () => {
    const unspliced = bentMove((move) => ({ ...move, splice: null }));
    const broken = {
      calls: [plainCall],
      models: [model("first", "acme"), model("second", "bolt", { prefill: true })],
      faults: [ofFirst("cut", { share: 0.5, fromMs: minute })],
    };
    expect(brokenBy(unspliced, broken)).toContain("one_source");
  });

  it("a call that begins elsewhere though all is well", () => {
    const moody = bentMove((move) => ({ ...move, entryIndex: 1 }));
    expect(brokenBy(moody)).toContain("first_entry");
  });

  it("a call that fails beside somebody untried", () => {
    const hasty: Step = (world, event, nowMs, random) => {
      const decisions = step(world, event, nowMs, random);
      const again = decisions.some((one) => one.type === "attempt" && one.how === "next");
      return again ? [{ type: "finish", why: "exhausted", tried: [], retryInMs: null }] : decisions;
    };
    expect(brokenBy(hasty, { faults: [ofFirst("unavailable", { fromMs: minute })] })).toContain(
      "fail_closed",
    );
  });

  it("a call that gives up before its time", () => {
    const early = cheating((decision, _world, _event, nowMs) =>
      decision.type === "attempt" && nowMs > minute
        ? { type: "finish", why: "deadline", tried: [], retryInMs: null }
        : decision,
    );
    expect(brokenBy(early)).toContain("fail_closed");
  });

  it("attempts without end", () => {
    const restless: Step = (world, event, nowMs, random) => {
      if (event.type !== "next") {
        return step(world, event, nowMs, random);
      }
      for (const course of world.calls.values()) {
        course.tried.splice(0);
        course.started = 0;
      }
      return step(world, event, nowMs, random);
    };
    const rules = brokenBy(restless, {
      maxCalls: 3,
      faults: [fault("unavailable")],
    });
    expect(rules).toContain("attempt_cap");
    expect(rules).toContain("same_target");
  });

  it("retries that multiply the load", () => {
    const eager: Step = (world, event, nowMs, random) => {
      for (const { circuit } of world.targets.values()) {
        for (const second of circuit.window.seconds) {
          if (second !== undefined) {
            second.retries = 0;
          }
        }
      }
      return step(world, event, nowMs, random);
    };
    const grey = { perSecond: 50, faults: [fault("server_error", { fromMs: minute, share: 0.6 })] };
    expect(brokenBy(eager, grey)).toContain("amplification");
  });

  it("calls beside a trial", () => {
    const crowd: Step = (world, event, nowMs, random) => {
      const decisions = step(world, event, nowMs, random);
      for (const { circuit } of world.targets.values()) {
        if (circuit.breaker.state === "half_open") {
          circuit.breaker = { ...circuit.breaker, trial: null };
        }
      }
      return decisions;
    };
    expect(
      brokenBy(crowd, { faults: [ofFirst("hang", { fromMs: minute, share: 0.9 })], perSecond: 30 }),
    ).toContain("half_open");
  });

  it("a target that stays away though it is well", () => {
    const grudging: Step = (world, event, nowMs, random) => {
      const { type } = event;
      if (type === "probe_ended") {
        return [];
      }
      const decisions = step(world, event, nowMs, random);
      for (const { circuit } of world.targets.values()) {
        if (circuit.breaker.state === "open") {
          circuit.breaker.untilMs = nowMs + 1_000;
        }
      }
      return decisions;
    };
    const down = [ofFirst("unavailable", { fromMs: minute, untilMs: 1.2 * minute })];
    expect(brokenBy(grudging, { faults: down })).toContain("back_when_well");
  });

  it("counters that do not come to rest", () => {
    const leaky: Step = (world, event, nowMs, random) => {
      const decisions = step(world, event, nowMs, random);
      if (event.type === "attempt_ended") {
        for (const health of world.targets.values()) {
          health.inFlight = Math.max(health.inFlight, 1);
        }
      }
      return decisions;
    };
    expect(brokenBy(leaky, { gossip: clearGossip })).toContain("counters");
  });

  it("a migration of nothing", () => {
    const confused: Step = (world, event, nowMs, random) => [
      ...step(world, event, nowMs, random),
      ...(event.type === "tick" ? [{ type: "migrate", attempt: -1 } as const] : []),
    ];
    expect(brokenBy(confused)).toContain("migrate");
  });
});
