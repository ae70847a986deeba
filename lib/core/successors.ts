/** Who would answer a route's calls if one of its targets died: the plan of an ordinary call, without that target. */
import type { CallSpec } from "./events";
import { planCall } from "./plan";
import type { Route, Target } from "./types";
import type { World } from "./world";

/** `target` null: nobody that is well. */
export type Successor = { readonly route: string; readonly target: string | null };

/** More of them nobody reads. */
const routesTold = 3;
/** An ordinary call: none of the few that a returning or a slow target gets. */
const noLuck = { ramp: 1, degraded: 1 };

/**
 * For each target the first three routes that it is in, with who answers their calls where it does not; for one in no
 * route, its model's own name. Two plans a route, whatever their number of targets.
 */
export function successors(world: World, nowMs: number): ReadonlyMap<string, readonly Successor[]> {
  const told = new Map<string, Successor[]>();
  const routes = [...world.snapshot.routes.values()];
  for (const kind of ["route", "model"] as const) {
    const inRoutes = new Set(told.keys());
    for (const route of routes.filter((one) => one.kind === kind)) {
      const first = answering(world, route, nowMs);
      const second = first === null ? null : answering(world, without(route, first), nowMs);
      for (const { id } of route.entries.flatMap(({ targets }) => targets)) {
        const own = told.get(id) ?? [];
        told.set(id, own);
        if (own.length < routesTold && (kind === "route" || !inRoutes.has(id))) {
          own.push({ route: route.id, target: id === first ? second : first });
        }
      }
    }
  }
  return told;
}

/** A trial is for one call, not for those that follow. */
function answering(world: World, route: Route, nowMs: number): string | null {
  const { entries } = planCall(world, ordinaryCall(route), noLuck, nowMs);
  const first = entries.find(
    ({ decision, reason }) => decision === "eligible" && reason !== "trial",
  );
  return first?.target ?? null;
}

function without(route: Route, id: string): Route {
  const others = (targets: readonly Target[]): Target[] => targets.filter((one) => one.id !== id);
  return {
    ...route,
    entries: route.entries.map((entry) => ({ ...entry, targets: others(entry.targets) })),
  };
}

function ordinaryCall(route: Route): CallSpec {
  return {
    id: "",
    key: "",
    route,
    limits: route.limits,
    constraints: {
      allowedModels: null,
      allowedRegions: null,
      region: null,
      regionMode: "prefer",
      fallback: true,
      ttftMs: null,
    },
    needs: {
      stream: false,
      promptTokens: 0,
      maxTokens: null,
      tools: false,
      vision: false,
      json: false,
      reasoning: false,
      promptCacheKey: null,
      deterministic: false,
      resumable: false,
      collectable: false,
      pinned: false,
      unrepeatable: false,
    },
  };
}
