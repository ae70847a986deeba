/** What a target's breaker counts and what it goes by, for people to see. A reading: it decides nothing. */
import { longestEjectionMs, rampSuccesses } from "./breaker";
import { backoffStep } from "./circuit";
import { openingRule } from "./ejection";
import { type Count, openingCounts } from "./opening";
import { closingState } from "./probes";
import type { TargetHealth, World } from "./world";

export type BreakerFigures = {
  /** When the breaker came to be as it is; null: it never was otherwise. Monotonic, as `untilMs` is. */
  readonly sinceMs: number | null;
  /** OPEN: when a call may try it. Else null. */
  readonly untilMs: number | null;
  /** Failures in a row that open it. */
  readonly runToOpen: number;
  readonly share: Count;
  readonly ratio: Count;
  /** Of the ejection time, from 0; it doubles with each. */
  readonly step: number;
  /** How long an opening at this step lasts at most, unless a provider asks for more. */
  readonly longestOpenMs: number;
  /** Good answers, the trial's among them, that are missing until it is CLOSED; null when it is. */
  readonly goodToClose: number | null;
};

/** The figures of a target's breaker at `nowMs`. */
export function breakerFigures(world: World, health: TargetHealth, nowMs: number): BreakerFigures {
  const { circuit, target } = health;
  const { breaker, window } = circuit;
  const { run, sample } = openingRule(world, health, nowMs);
  const step = backoffStep(circuit, nowMs);
  return {
    sinceMs: circuit.epoch === 0 ? null : breaker.sinceMs,
    untilMs: breaker.state === "open" ? breaker.untilMs : null,
    runToOpen: run,
    ...openingCounts(window, run, sample, nowMs),
    step,
    longestOpenMs: longestEjectionMs(target.breaker, step),
    goodToClose: goodToClose(health, nowMs),
  };
}

function goodToClose(health: TargetHealth, nowMs: number): number | null {
  const { breaker } = health.circuit;
  switch (breaker.state) {
    case "closed":
      return null;
    case "open":
    case "half_open":
      return closingState(health, nowMs) === "ramp" ? 1 + rampSuccesses : 1;
    case "ramp":
      return Math.max(1, rampSuccesses - breaker.successes);
  }
}
