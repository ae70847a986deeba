/** What this node thinks of its targets, as numbers. */
import type { HealthLabel } from "../../core/events";
import { type Target, holdAt } from "../../core/types";
import { type World, labelOf } from "../../core/world";
import type { GaugeFamily, Sample } from "./families";

/** The worse the state, the larger its number. Releases add numbers at the end and never move one. */
const stateNumbers: Readonly<Record<HealthLabel, number>> = {
  closed: 0,
  degraded: 1,
  suspect: 2,
  probe_down: 3,
  ramp: 4,
  half_open: 5,
  open: 6,
  blocked: 7,
  region_down: 8,
  credential_dead: 9,
};
const intentNumbers = { enabled: 0, draining: 1, disabled: 2 } as const;

const labels = ["target", "provider", "region", "model"];

/** State and switch of every configured target at `nowMs`; of more than `maxTargets` the first ones. */
export function targetGauges(
  world: World,
  nowMs: number,
  maxTargets: number,
): readonly GaugeFamily[] {
  const { snapshot } = world;
  const targets = [...snapshot.targets.values()].slice(0, maxTargets);
  const family = (
    name: string,
    help: string,
    valueOf: (target: Target) => number,
  ): GaugeFamily => ({
    kind: "gauge",
    name,
    help,
    joining: "node",
    labels,
    samples: targets.map((target): Sample => ({
      labels: [target.id, target.provider, target.region, target.model],
      value: valueOf(target),
    })),
  });
  const states = Object.entries(stateNumbers).map(([state, number]) => `${number} ${state}`);
  const intents = Object.entries(intentNumbers).map(([intent, number]) => `${number} ${intent}`);
  return [
    family(
      "bellwether_target_state",
      `What the node thinks of a target: ${states.join(", ")}.`,
      (target) => stateNumbers[labelOf(world, target, nowMs)],
    ),
    family(
      "bellwether_target_switch",
      `What people want of a target: ${intents.join(", ")}.`,
      (target) => intentNumbers[holdAt(snapshot, target, nowMs)?.intent ?? "enabled"],
    ),
  ];
}
