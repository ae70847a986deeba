import { describe, expect, it, vi } from "vitest";
import { step } from "@/lib/core/step";
import { simulate } from "@/lib/sim/simulation";
import { swarmScenario } from "@/lib/sim/swarm";
import { pinnedSeeds } from "./pinned-seeds";

// A busy machine takes its time.
vi.setConfig({ testTimeout: 60_000 });

describe("every rule holds", () => {
  it.each(Array.from({ length: 24 }, (_, index) => 5_000 + index))(
    "in the random world of seed %d",
    (seed) => {
      const result = simulate(swarmScenario(seed, { calls: 600 }), step, { skipIdleTicks: false });
      expect(result.violations).toEqual([]);
    },
  );

  it.each(pinnedSeeds)("where once $was", ({ scenario }) => {
    expect(simulate(scenario, step).violations).toEqual([]);
  });
});
