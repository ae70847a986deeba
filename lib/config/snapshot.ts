/** Configuration and switches → the immutable snapshot that calls are routed by. */
import type { AnyModelProvider, Entry, Route, Snapshot, Target } from "../core/types";
import { type SwitchRow, compileHolds } from "./compile-holds";
import { compilePeers, compileRoutes, defaultLimits } from "./compile-routes";
import { compileTarget, defaultBreaker, defaultProbe, unknownCapabilities } from "./compile-target";
import type { ConfigDocument } from "./document";
import { expandTargets, globalRegion, targetId } from "./targets";

/** What probes may cost in a day. */
export const defaultProbeBudgetUsd = 1;

type ProviderDocument = ConfigDocument["providers"][number];

/**
 * The snapshot of `document` under `switches`. `monotonicMs` turns a wall-clock instant into the router's own time.
 */
export function compileSnapshot(
  document: ConfigDocument,
  switches: readonly SwitchRow[],
  revision: number,
  monotonicMs: (wallMs: number) => number,
): Snapshot {
  const expanded = expandTargets(document);
  const targets = new Map(expanded.map((one) => [one.id, compileTarget(document, one)]));
  const models = new Map<string, Entry>(
    document.models.map((model) => [
      model.id,
      {
        model: model.id,
        targets: [...targets.values()].filter((target) => target.model === model.id),
      },
    ]),
  );
  const routes = compileRoutes(document, models);
  return {
    revision,
    targets,
    models,
    routes,
    regions: new Set([
      ...expanded.map((one) => one.region),
      ...document.providers.flatMap(
        (provider) => provider.regions?.map((region) => region.id) ?? [],
      ),
    ]),
    anyModel: new Map(
      document.providers
        .filter((provider) => provider.any_model)
        .map((one) => [one.id, anyModel(one)]),
    ),
    holds: compileHolds(targets.values(), document, switches, monotonicMs),
    peers: compilePeers(routes, document),
    defaultRouteOnModelName: document.settings.default_route_on_model_name ?? false,
    budgetGraceNanoUsd: (document.settings.budget_grace_usd ?? 0) * 1e9,
    probeBudgetNanoUsd: (document.settings.probe_budget_usd_per_day ?? defaultProbeBudgetUsd) * 1e9,
  };
}

/** `snapshot` as `revision`, under other switches: everything else is the same, and not made again. */
export function switchedSnapshot(
  snapshot: Snapshot,
  document: ConfigDocument,
  switches: readonly SwitchRow[],
  revision: number,
  monotonicMs: (wallMs: number) => number,
): Snapshot {
  const holds = compileHolds(snapshot.targets.values(), document, switches, monotonicMs);
  return { ...snapshot, revision, holds };
}

function anyModel(provider: ProviderDocument): AnyModelProvider {
  const regions = provider.regions ?? [{ id: globalRegion }];
  return {
    id: provider.id,
    regions: regions.map((region, place) => ({
      id: region.id,
      priority: region.priority ?? place + 1,
    })),
  };
}

/** The route of `provider/upstream_model` at a provider that takes any name: its own regions, no fallback, no price. */
export function anyModelRoute(provider: AnyModelProvider, upstreamModel: string): Route {
  const model = `${provider.id}/${upstreamModel}`;
  const targets = provider.regions.map((region): Target => {
    const parts = { provider: provider.id, region: region.id, upstreamModel, credential: null };
    return {
      ...parts,
      id: targetId(parts),
      model,
      pair: model,
      regionPriority: region.priority,
      breaker: defaultBreaker,
      probe: { ...defaultProbe, mode: "when_open" },
      price: null,
      capabilities: unknownCapabilities,
    };
  });
  return { id: model, kind: "any_model", entries: [{ model, targets }], limits: defaultLimits };
}
