/** What a name in a call leads to: a route, a model, or `provider/upstream_model`, in this order. */
import type { Entry, Route, Snapshot, Target } from "./types";

export type Resolved =
  { kind: "route"; route: Route } | { kind: "unknown"; nearest: readonly string[] };

export type ResolveOptions = {
  readonly defaultRouteOnModelName: boolean;
  /** Makes the route of a provider that takes any model name. */
  readonly anyModelRoute: (providerId: string, upstreamModel: string) => Route | undefined;
};

/** The route of callers that name none. */
const defaultRoute = "auto";
const nearestShown = 3;

/** The route of `name`; of a list of names, one route with their chains joined in order. */
export function resolveName(snapshot: Snapshot, name: string, options: ResolveOptions): Resolved {
  const known = snapshot.routes.get(name);
  if (known !== undefined) {
    return { kind: "route", route: withDefaultRoute(snapshot, known, options) };
  }
  const slash = name.indexOf("/");
  if (slash > 0) {
    const route = providerRoute(snapshot, name.slice(0, slash), name.slice(slash + 1), options);
    if (route !== undefined) {
      return { kind: "route", route };
    }
  }
  return { kind: "unknown", nearest: nearestNames(name, [...snapshot.routes.keys()]) };
}

/** The route of an explicit chain: `names` in order and nothing else; a model that comes twice counts once. */
export function resolveChain(
  snapshot: Snapshot,
  names: readonly string[],
  options: ResolveOptions,
): Resolved & { name?: string } {
  const entries = new Map<string, Entry>();
  let limits = null;
  for (const name of names) {
    const resolved = resolveName(snapshot, name, { ...options, defaultRouteOnModelName: false });
    if (resolved.kind === "unknown") {
      return { ...resolved, name };
    }
    limits ??= resolved.route.limits;
    for (const entry of resolved.route.entries) {
      if (!entries.has(entry.model)) {
        entries.set(entry.model, entry);
      }
    }
  }
  return limits === null
    ? { kind: "unknown", nearest: [] }
    : {
        kind: "route",
        route: { id: names.join(","), kind: "list", entries: [...entries.values()], limits },
      };
}

function withDefaultRoute(snapshot: Snapshot, route: Route, options: ResolveOptions): Route {
  const fallback = snapshot.routes.get(defaultRoute);
  if (route.kind !== "model" || !options.defaultRouteOnModelName || fallback === undefined) {
    return route;
  }
  const own = new Set(route.entries.map((entry) => entry.model));
  return {
    ...route,
    entries: [...route.entries, ...fallback.entries.filter((entry) => !own.has(entry.model))],
  };
}

/** `provider/upstream_model`: the targets of one provider, known ones first, else any name that it takes. */
function providerRoute(
  snapshot: Snapshot,
  providerId: string,
  upstreamModel: string,
  options: ResolveOptions,
): Route | undefined {
  const targets: Target[] = [];
  for (const target of snapshot.targets.values()) {
    if (target.provider === providerId && target.upstreamModel === upstreamModel) {
      targets.push(target);
    }
  }
  const model = targets[0]?.model;
  const limits = model === undefined ? undefined : snapshot.routes.get(model)?.limits;
  if (model === undefined || limits === undefined) {
    return options.anyModelRoute(providerId, upstreamModel);
  }
  return {
    id: `${providerId}/${upstreamModel}`,
    kind: "model",
    entries: [{ model, targets: targets.filter((target) => target.model === model) }],
    limits,
  };
}

/** Up to three known names that look most like `name`, the likest first. */
export function nearestNames(name: string, known: readonly string[]): readonly string[] {
  const wanted = name.toLowerCase();
  return known
    .map((candidate) => ({ candidate, distance: editDistance(wanted, candidate.toLowerCase()) }))
    .filter(({ candidate, distance }) => distance <= Math.max(3, candidate.length / 2))
    .toSorted((a, b) => a.distance - b.distance)
    .slice(0, nearestShown)
    .map(({ candidate }) => candidate);
}

function editDistance(a: string, b: string): number {
  const from = a.slice(0, 64);
  const to = b.slice(0, 64);
  let row = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= to.length; j += 1) {
      const swap = (row[j - 1] ?? 0) + (from[i - 1] === to[j - 1] ? 0 : 1);
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
