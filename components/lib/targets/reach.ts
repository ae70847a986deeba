import { targetsOn } from "./state";
import type { HealthView, TargetView } from "@/lib/shared/contract";

export type Reach = {
  /** Of the chain. */
  readonly targets: readonly TargetView[];
  /** Those that are on and have not failed, or have answered since. */
  readonly usable: readonly TargetView[];
  /** Why nobody is usable: nothing is on, or all of that has failed; null: somebody is. */
  readonly trouble: "off" | "down" | null;
  /** The number of targets that the trouble is of. */
  readonly n: number;
  /** Of those that failed, the one whose next try is known to come first. */
  readonly dueFirst: (TargetView & { readonly until: number }) | null;
  /** Models of the chain that are switched off as a whole. */
  readonly offModels: readonly string[];
  /** Models beside the chain that can answer. */
  readonly others: readonly string[];
};

/** Who of a chain can answer now; and where nobody can, what is left to do. */
export function reachOf(chain: readonly string[], health: HealthView): Reach {
  const on = targetsOn(health);
  const well = on.filter((target) => !isBroken(target));
  const inChain = ({ model }: TargetView): boolean => chain.includes(model);
  const targets = health.targets.filter(inChain);
  const usable = well.filter(inChain);
  const broken = on.filter((target) => inChain(target) && isBroken(target));
  const kind = broken.length === 0 ? "off" : "down";
  const due = broken
    .flatMap((target) => (target.until === null ? [] : [{ ...target, until: target.until }]))
    .toSorted((left, right) => left.until - right.until);
  return {
    targets,
    usable,
    trouble: usable.length > 0 ? null : kind,
    n: kind === "off" ? targets.length : broken.length,
    dueFirst: due[0] ?? null,
    offModels: health.models
      .filter(({ id, switch: own }) => chain.includes(id) && own.intent !== "enabled")
      .map(({ id }) => id),
    others: [...new Set(well.map(({ model }) => model).filter((id) => !chain.includes(id)))],
  };
}

/** One on trial has yet to answer: in an outage of everything somebody always is. */
function isBroken({ state, breaker }: TargetView): boolean {
  return state === "down" || (state === "recovering" && breaker === "half_open");
}

/** The names that nobody can answer for now. */
export function strandedRoutes(health: HealthView): string[] {
  return health.routes
    .filter(({ chain }) => reachOf(chain, health).trouble !== null)
    .map(({ id }) => id);
}
