/** Figures that only many hours give: how often a healthy target is turned away for errors that happen anyway. */
import { briskManner } from "./scenario";
import type { Scenario } from "./scenario";
import { model, outline } from "./scenarios";
import type { Step } from "./shell";
import { simulate } from "./simulation";

const hourMs = 3_600_000;

/** A healthy target whose calls fail now and then, in a fleet that makes so many calls a second. */
export function backgroundScenario(
  seed: number,
  perSecond: number,
  hours: number,
  errorShare: number,
): Scenario {
  // Slow answers beside fast errors: the worst case for whoever counts them as they come.
  const manner = { ...briskManner, msPerToken: 40, errorShare, errorAfterMs: 60 };
  return outline({
    name: "background",
    seed,
    perSecond,
    durationMs: hours * hourMs,
    models: [model("first", "acme", { manner }), model("second", "bolt")],
  });
}

export type FalseOpenings = {
  readonly perSecond: number;
  readonly hours: number;
  readonly openings: number;
  readonly violations: number;
};

/** Rates with the hours that each is simulated for: low ones are cheap and rare errors need long looks. */
export const backgroundRates: readonly (readonly [perSecond: number, hours: number])[] = [
  [0.02, 60],
  [0.2, 30],
  [2, 12],
  [20, 3],
  [200, 0.4],
  [2_000, 0.04],
];

/** False openings at 5 % background errors, at each rate. `share` 0.1 takes a tenth of the hours. */
export function countFalseOpenings(step: Step, seed: number, share = 1): readonly FalseOpenings[] {
  return backgroundRates.map(([perSecond, hours], index) => {
    const scenario = backgroundScenario(seed + index, perSecond, hours * share, 0.05);
    const { ledger, violationCount } = simulate(scenario, step, { skipIdleTicks: true });
    return {
      perSecond,
      hours: hours * share,
      openings: ledger.openings,
      violations: violationCount,
    };
  });
}
