/** Runs worlds one after another until they have made so many calls. */
import { Chance, mix } from "./chance";
import { Ledger } from "./ledger";
import type { Scenario } from "./scenario";
import type { Step } from "./shell";
import { simulate } from "./simulation";
import { swarmScenario } from "./swarm";
import type { Violation } from "./watch";

export type Finding = { readonly scenario: Scenario; readonly violation: Violation };

export type ManyResult = {
  readonly worlds: number;
  readonly digest: string;
  readonly ledger: Ledger;
  readonly violationCount: number;
  /** The first broken rule of each world that broke one. */
  readonly findings: readonly Finding[];
};

/** Calls of one world in a large run: small worlds come in more kinds. */
const callsPerWorld = 20_000;
const leastPerWorld = 500;

/** Swarm worlds whose seeds follow from `seed`, until `calls` calls were made. */
export function simulateSwarm(
  step: Step,
  seed: number,
  calls: number,
  onWorld: (made: number) => void = () => undefined,
): ManyResult {
  const chance = new Chance(seed);
  return simulateMany(
    step,
    calls,
    (world, left) => ({
      ...swarmScenario(Math.floor(chance.place(1, world, 0).next() * 2 ** 31), {
        calls: Math.min(callsPerWorld, Math.max(leastPerWorld, left)),
      }),
      maxCalls: Math.min(callsPerWorld, left),
    }),
    onWorld,
  );
}

/** Worlds of `scenarioOf(0)`, `scenarioOf(1)`, … until `calls` calls were made. */
export function simulateMany(
  step: Step,
  calls: number,
  scenarioOf: (world: number, callsLeft: number) => Scenario,
  onWorld: (made: number) => void = () => undefined,
): ManyResult {
  const ledger = new Ledger();
  const findings: Finding[] = [];
  let violationCount = 0;
  let worlds = 0;
  let low = 0;
  let high = 1;
  while (ledger.calls < calls) {
    const scenario = scenarioOf(worlds, calls - ledger.calls);
    const result = simulate(scenario, step, { skipIdleTicks: scenario.freezes.length === 0 });
    worlds += 1;
    ledger.addAll(result.ledger);
    low = mix(low, Number.parseInt(result.digest.slice(8), 16));
    high = mix(high, Number.parseInt(result.digest.slice(0, 8), 16));
    violationCount += result.violationCount;
    const [violation] = result.violations;
    if (violation !== undefined) {
      findings.push({ scenario, violation });
    }
    onWorld(ledger.calls);
    if (result.ledger.calls === 0) {
      throw new Error(`the scenario ${scenario.name} makes no calls`);
    }
  }
  const digits = (word: number): string => (word >>> 0).toString(16).padStart(8, "0");
  return { worlds, digest: digits(high) + digits(low), ledger, violationCount, findings };
}
