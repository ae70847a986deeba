import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ConfigInput, configDocument } from "@/lib/config/document";
import { compileSnapshot } from "@/lib/config/snapshot";
import { labelOf } from "@/lib/control/display-state";
import { type Rule, type Target, rules } from "@/lib/core/types";
import {
  type TargetHealth,
  type World,
  emptyWorld,
  healthOf,
  labelOf as labelInCore,
  speedOf,
} from "@/lib/core/world";
import { moveAverage } from "@/lib/core/latency";
import { type Reading, shownVerdict, stateRow } from "@/lib/gateway/state-row";
import { targetStateRow } from "@/lib/store/target-states";

const nowMs = 100_000;
const reading: Reading = {
  nowMs,
  wallOffsetMs: 1e12,
  sinceMs: null,
  nextProbeMs: null,
  successors: [],
};

function worldOf(observeOnly: readonly Rule[] = []): {
  world: World;
  target: Target;
  health: TargetHealth;
} {
  const input: ConfigInput = {
    providers: [{ id: "acme", base_url: "https://api.acme.example/v1", api_key: "env:ACME_KEY" }],
    models: [{ id: "gpt", targets: [{ provider: "acme" }] }],
    routes: [{ id: "auto", chain: ["gpt"], breaker: { observe_only: [...observeOnly] } }],
  };
  const snapshot = compileSnapshot(configDocument.parse(input), [], 1, (ms) => ms);
  const target = snapshot.targets.get("acme:global:gpt");
  if (target === undefined) {
    throw new Error("no target");
  }
  const world = emptyWorld();
  return { world, target, health: healthOf(world, target) };
}

const wrongs: Readonly<Record<string, (health: TargetHealth) => void>> = {
  account: (health) => {
    health.account.state = "dead";
  },
  place: (health) => {
    health.place.probe.state = "down";
  },
  block: (health) => {
    health.blocked = { reason: "access", sinceMs: 0, nextProbeMs: nowMs };
  },
  open: (health) => {
    health.circuit.breaker = {
      state: "open",
      sinceMs: nowMs,
      untilMs: nowMs + 5_000,
      latestUntilMs: nowMs + 5_000,
      probePasses: 0,
    };
  },
  halfOpen: (health) => {
    health.circuit.breaker = { state: "half_open", sinceMs: nowMs, trial: null };
  },
  probe: (health) => {
    health.probe.state = "down";
    health.probe.atMs = nowMs;
  },
  oldProbe: (health) => {
    health.probe.state = "down";
    health.probe.atMs = nowMs - 90_001;
  },
  silence: (health) => {
    health.silence.suspectMs = nowMs;
  },
  grey: (health) => {
    health.degraded = {
      sinceMs: nowMs,
      cause: "slow",
      sizeClass: 0,
      stayMs: 0,
      counted: 0,
      failed: 0,
      ratio: 0.2,
      servedMs: 0,
    };
  },
};

describe("what a node tells of a target", () => {
  it("adds up to the same word on the dashboard as in core, whatever is wrong and whatever only observes", () => {
    fc.assert(
      fc.property(
        fc.subarray(Object.values(wrongs)),
        fc.subarray([...rules]),
        (chosen, observed) => {
          const { world, target, health } = worldOf(observed);
          chosen.forEach((spoil) => {
            spoil(health);
          });
          const row = targetStateRow.parse(stateRow(world, target, reading));
          expect(labelOf(row)).toBe(labelInCore(world, target, nowMs));
        },
      ),
    );
  });

  it("is well and without a reason where nothing is wrong", () => {
    const { world, target } = worldOf();
    expect(stateRow(world, target, reading)).toEqual({
      breaker: "closed",
      soft: "none",
      barred: null,
      since: null,
      until: null,
      reason: null,
      openings: 0,
      consecutiveFailures: 0,
      figures: {
        since: null,
        until: null,
        runToOpen: 3,
        share: { failed: 0, counted: 0, opensAt: 5, outOf: 6 },
        ratio: { failed: 0, counted: 0, opensAt: 10, outOf: 20 },
        step: 0,
        longestOpenMs: 5_000,
        goodToClose: null,
        observed: false,
      },
      rateLimitedUntil: null,
      probe: "unknown",
      lastProbe: null,
      nextProbeAt: null,
      successors: [],
      inFlight: 0,
      ttftMs: null,
      lastError: null,
    });
  });

  it("gives the opening its reason, its run and its end by the wall's clock", () => {
    const { world, target, health } = worldOf();
    wrongs["open"]?.(health);
    health.why = { reason: "overloaded", evidence: { rule: "run", failures: 3, of: 3 } };
    const row = stateRow(world, target, { ...reading, sinceMs: nowMs, nextProbeMs: nowMs + 2_000 });
    expect(row).toMatchObject({
      reason: "overloaded",
      consecutiveFailures: 3,
      since: 1e12 + nowMs,
      until: 1e12 + nowMs + 5_000,
      figures: { until: 1e12 + nowMs + 5_000, goodToClose: 1 },
      nextProbeAt: 1e12 + nowMs + 2_000,
    });
  });

  it("says of a breaker that only observes that it does", () => {
    const { world, target } = worldOf(["opening"]);
    expect(stateRow(world, target, reading).figures?.observed).toBe(true);
  });

  it("calls no share of failures a run", () => {
    const { world, target, health } = worldOf();
    wrongs["open"]?.(health);
    health.why = { reason: "overloaded", evidence: { rule: "ratio", failures: 12, of: 20 } };
    expect(stateRow(world, target, reading).consecutiveFailures).toBe(0);
  });

  it("shows a limit on all requests, and none that only observes or is about large prompts", () => {
    const limited = (observeOnly: readonly Rule[], bySize: boolean): number | null => {
      const { world, target, health } = worldOf(observeOnly);
      if (bySize) {
        health.capacity.tokens = { untilMs: nowMs + 9_000, room: 500 };
      } else {
        health.capacity.requestsUntilMs = nowMs + 9_000;
      }
      return stateRow(world, target, reading).rateLimitedUntil;
    };
    expect(limited([], false)).toBe(1e12 + nowMs + 9_000);
    expect(limited(["capacity"], false)).toBeNull();
    expect(limited([], true)).toBeNull();
  });

  it("shows the time to first token of the size of prompt that was measured most", () => {
    const { world, target, health } = worldOf();
    moveAverage(speedOf(health, 3), 9_000, nowMs);
    moveAverage(speedOf(health, 0), 200, nowMs);
    moveAverage(speedOf(health, 0), 300, nowMs);
    expect(stateRow(world, target, reading).ttftMs).toBe(250);
  });

  it.each([
    ["pass", "pass"],
    ["fail", "fail"],
    ["credential", "fail"],
    ["quota", "fail"],
    ["access", "fail"],
    ["configuration", "fail"],
    ["capacity", "neutral"],
  ] as const)("logs a probe's %s as %s", (verdict, shown) => {
    expect(shownVerdict(verdict)).toBe(shown);
  });
});
