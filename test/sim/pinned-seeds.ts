/** Worlds that once broke a rule, each shrunk to what it takes, with what was wrong; replayed by every test run. */
import type { Scenario } from "@/lib/sim/scenario";
import { swarmScenario } from "@/lib/sim/swarm";

export type Pinned = { readonly was: string; readonly scenario: Scenario };

export const pinnedSeeds: readonly Pinned[] = [
  {
    was: "attempts went to well siblings until none was left for two models that were down",
    scenario: swarmScenario(1, { calls: 1_500 }),
  },
  {
    was: "a caller whose time for a silent target was over asked the same one again",
    scenario: swarmScenario(22, { calls: 1_000 }),
  },
  {
    was: "one key's poison prompts opened the fallback that only it used, and failed every trial of it",
    scenario: swarmScenario(42, { calls: 1_500 }),
  },
  {
    was: "a region stayed down because one probe's answer got lost",
    scenario: swarmScenario(211, { calls: 1_000 }),
  },
];
