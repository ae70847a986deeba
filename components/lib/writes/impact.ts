import { type HealthView, type TargetView } from "@/lib/shared/contract";
import { type ObjectRef } from "./model";

/** Routes that would have no target left to answer if `ref` were switched off. */
export function emptiedRoutes(health: HealthView, ref: ObjectRef): string[] {
  const answering = health.targets.filter((target) => target.effectiveIntent === "enabled");
  const remaining = answering.filter((target) => !belongs(target, ref));
  const has = (targets: readonly TargetView[], chain: readonly string[]): boolean =>
    targets.some((target) => chain.includes(target.model));
  return health.routes
    .filter(({ chain }) => has(answering, chain) && !has(remaining, chain))
    .map(({ id }) => id);
}

function belongs(target: TargetView, { type, id }: ObjectRef): boolean {
  switch (type) {
    case "target":
      return target.id === id;
    case "model":
      return target.model === id;
    case "region":
      return target.region === id;
    case "provider":
      return target.provider === id;
    case "route":
      return false;
  }
}
