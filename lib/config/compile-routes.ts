/** Where names lead: the routes, and which models could take each other's calls. */
import type { Entry, Limits, Route } from "../core/types";
import type { ConfigDocument } from "./document";

type RouteDocument = ConfigDocument["routes"][number];

/** The limits of a route that says nothing. */
export const defaultLimits: Limits = {
  ttftMs: 12_000,
  idleMs: 30_000,
  totalMs: 120_000,
  streamTotalMs: 3_600_000,
  reasoningTtftMs: 300_000,
  reasoningTotalMs: 900_000,
  attempts: 6,
  retryAfterWaitMs: 2_000,
  fallbackOnContentPolicy: false,
  upstreamStream: "auto",
  midstream: "resume",
  restart: "same_model",
};

/** The route that callers get who ask for `auto`. */
export const autoRoute = "auto";

/** Every name of the configuration: its routes, `auto`, and the models by their own names. */
export function compileRoutes(
  document: ConfigDocument,
  models: ReadonlyMap<string, Entry>,
): ReadonlyMap<string, Route> {
  const entriesOf = (chain: readonly string[]): Entry[] =>
    chain.flatMap((id) => models.get(id) ?? []);
  const routes = new Map<string, Route>();
  for (const route of document.routes) {
    routes.set(route.id, {
      id: route.id,
      kind: "route",
      entries: entriesOf(route.chain),
      limits: compileLimits(route),
      ...(route.log_bodies !== undefined && { keepBodiesHours: route.log_bodies.keep_hours }),
    });
  }
  if (!routes.has(autoRoute) && models.size > 0) {
    const entries = [...models.values()];
    routes.set(autoRoute, { id: autoRoute, kind: "route", entries, limits: defaultLimits });
  }
  for (const entry of models.values()) {
    routes.set(entry.model, {
      id: entry.model,
      kind: "model",
      entries: [entry],
      limits: defaultLimits,
    });
  }
  return routes;
}

/** For each model (itself among them) all models of the routes that it is in. */
export function compilePeers(
  routes: ReadonlyMap<string, Route>,
  document: ConfigDocument,
): ReadonlyMap<string, ReadonlySet<string>> {
  const isBehindNames = document.settings.default_route_on_model_name === true;
  const behind = isBehindNames ? (routes.get(autoRoute)?.entries ?? []) : [];
  const peers = new Map<string, Set<string>>();
  for (const { entries } of routes.values()) {
    for (const { model } of entries) {
      const own = peers.get(model) ?? new Set();
      [...entries, ...behind].forEach((peer) => own.add(peer.model));
      peers.set(model, own);
    }
  }
  return peers;
}

function compileLimits(route: RouteDocument): Limits {
  const { limits } = route;
  const seconds = (value: number | undefined, otherwise: number): number =>
    value === undefined ? otherwise : value * 1_000;
  const ttftMs = seconds(limits?.ttft_s, defaultLimits.ttftMs);
  const totalMs = seconds(limits?.total_s, defaultLimits.totalMs);
  return {
    ttftMs,
    idleMs: seconds(limits?.idle_s, defaultLimits.idleMs),
    totalMs,
    streamTotalMs: seconds(limits?.stream_total_s, defaultLimits.streamTotalMs),
    // Thinking takes longer, never shorter: a generous limit for all calls holds for these too.
    reasoningTtftMs: seconds(
      limits?.reasoning_ttft_s,
      Math.max(ttftMs, defaultLimits.reasoningTtftMs),
    ),
    reasoningTotalMs: seconds(
      limits?.reasoning_total_s,
      Math.max(totalMs, defaultLimits.reasoningTotalMs),
    ),
    attempts: limits?.attempts ?? defaultLimits.attempts,
    retryAfterWaitMs: limits?.retry_after_wait_ms ?? defaultLimits.retryAfterWaitMs,
    fallbackOnContentPolicy:
      route.fallback_on_content_policy ?? defaultLimits.fallbackOnContentPolicy,
    upstreamStream: route.upstream_stream ?? defaultLimits.upstreamStream,
    midstream: route.midstream ?? defaultLimits.midstream,
    restart: route.restart ?? defaultLimits.restart,
  };
}
