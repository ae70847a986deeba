/** Configuration and switches → the immutable snapshot that calls are routed by. */
import {
  anyModelHoldKey,
  type AnyModelProvider,
  type Capabilities,
  type Entry,
  type Hold,
  type Limits,
  type Price,
  type Route,
  type Snapshot,
  type Target,
} from "../core/types";
import type { ConfigDocument } from "./document";
import { type ExpandedTarget, expandTargets, globalRegion, targetId } from "./targets";

type ModelDocument = ConfigDocument["models"][number];
type RouteDocument = ConfigDocument["routes"][number];
type ProviderDocument = ConfigDocument["providers"][number];

export type SwitchRow = {
  objectType: string;
  objectId: string;
  intent: "enabled" | "draining" | "disabled";
  untilMs: number | null;
};

export const defaultLimits: Limits = {
  ttftMs: 12_000,
  idleMs: 30_000,
  totalMs: 120_000,
  streamTotalMs: 3_600_000,
  attempts: 6,
  retryAfterWaitMs: 2_000,
  fallbackOnContentPolicy: false,
};

const defaultBreaker = { threshold: 3, baseEjectionMs: 5_000, maxEjectionMs: 300_000 };
const defaultProbe = { intervalMs: 30_000, timeoutMs: 5_000, enabled: true };

/** The route that callers get who ask for `auto`. */
export const autoRoute = "auto";

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
  return {
    revision,
    targets,
    models,
    routes: compileRoutes(document, models),
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
    holds: compileHolds(expanded, document, switches, monotonicMs),
    defaultRouteOnModelName: document.settings.default_route_on_model_name ?? false,
  };
}

function compileTarget(document: ConfigDocument, one: ExpandedTarget): Target {
  const model = document.models.find((candidate) => candidate.id === one.model);
  const provider = document.providers.find((candidate) => candidate.id === one.provider);
  const regions = provider?.regions ?? [];
  const place = regions.findIndex((region) => region.id === one.region);
  return {
    ...one,
    pair: `${one.provider}/${one.model}`,
    regionPriority: regions[place]?.priority ?? place + 1,
    breaker: compileBreaker(document.routes.filter((route) => route.chain.includes(one.model))),
    probe:
      model?.probe === undefined
        ? defaultProbe
        : {
            intervalMs: model.probe.interval_s * 1_000,
            timeoutMs: model.probe.timeout_s * 1_000,
            enabled: model.probe.enabled,
          },
    price: compilePrice(model),
    capabilities: compileCapabilities(model),
  };
}

/** A target serves several routes: the most careful of them decides. */
function compileBreaker(routes: readonly RouteDocument[]): Target["breaker"] {
  const settings = routes.flatMap((route) => (route.breaker === undefined ? [] : [route.breaker]));
  const lowest = (values: readonly (number | undefined)[], otherwise: number): number => {
    const given = values.filter((value) => value !== undefined);
    return given.length === 0 ? otherwise : Math.min(...given);
  };
  const inMs = (seconds: number | undefined): number | undefined =>
    seconds === undefined ? undefined : seconds * 1_000;
  return {
    threshold: lowest(
      settings.map((one) => one.min_threshold),
      defaultBreaker.threshold,
    ),
    baseEjectionMs: lowest(
      settings.map((one) => inMs(one.base_ejection_s)),
      defaultBreaker.baseEjectionMs,
    ),
    maxEjectionMs: lowest(
      settings.map((one) => inMs(one.max_ejection_s)),
      defaultBreaker.maxEjectionMs,
    ),
  };
}

function compilePrice(model: ModelDocument | undefined): Price | null {
  const price = model?.price;
  return price === undefined
    ? null
    : {
        inputNanoUsd: price.input * 1_000,
        outputNanoUsd: price.output * 1_000,
        cachedInputNanoUsd: (price.cached_input ?? price.input) * 1_000,
      };
}

function compileCapabilities(model: ModelDocument | undefined): Capabilities {
  return {
    contextTokens: model?.capabilities?.context ?? null,
    prefill: model?.capabilities?.prefill ?? false,
    reasoning: model?.capabilities?.reasoning ?? false,
  };
}

function compileRoutes(
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

function compileLimits({
  limits,
  fallback_on_content_policy: fallbackOnPolicy,
}: RouteDocument): Limits {
  const seconds = (value: number | undefined, otherwise: number): number =>
    value === undefined ? otherwise : value * 1_000;
  return {
    ttftMs: seconds(limits?.ttft_s, defaultLimits.ttftMs),
    idleMs: seconds(limits?.idle_s, defaultLimits.idleMs),
    totalMs: seconds(limits?.total_s, defaultLimits.totalMs),
    streamTotalMs: seconds(limits?.stream_total_s, defaultLimits.streamTotalMs),
    attempts: limits?.attempts ?? defaultLimits.attempts,
    retryAfterWaitMs: limits?.retry_after_wait_ms ?? defaultLimits.retryAfterWaitMs,
    fallbackOnContentPolicy: fallbackOnPolicy ?? defaultLimits.fallbackOnContentPolicy,
  };
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
      probe: { ...defaultProbe, enabled: false },
      price: null,
      capabilities: { contextTokens: null, prefill: false, reasoning: false },
    };
  });
  return { id: model, kind: "any_model", entries: [{ model, targets }], limits: defaultLimits };
}

function compileHolds(
  expanded: readonly ExpandedTarget[],
  document: ConfigDocument,
  switches: readonly SwitchRow[],
  monotonicMs: (wallMs: number) => number,
): ReadonlyMap<string, readonly Hold[]> {
  const active = switches.flatMap((row): (Hold & { key: string })[] =>
    row.intent === "enabled"
      ? []
      : [
          {
            key: `${row.objectType} ${row.objectId}`,
            intent: row.intent,
            type: holdType(row.objectType),
            id: row.objectId,
            untilMs: row.untilMs === null ? null : monotonicMs(row.untilMs),
          },
        ],
  );
  const holds = new Map<string, Hold[]>();
  for (const one of expanded) {
    const keys = [
      `provider ${one.provider}`,
      `region ${one.region}`,
      `model ${one.model}`,
      `target ${one.id}`,
    ];
    const own = active.filter((hold) => keys.includes(hold.key));
    if (own.length > 0) {
      holds.set(one.id, own);
    }
  }
  // Targets of any_model providers come into being with a call: their switches are kept under provider and region.
  for (const provider of document.providers.filter((candidate) => candidate.any_model)) {
    for (const region of anyModel(provider).regions) {
      const keys = [`provider ${provider.id}`, `region ${region.id}`];
      const own = active.filter((hold) => keys.includes(hold.key));
      if (own.length > 0) {
        holds.set(anyModelHoldKey({ provider: provider.id, region: region.id }), own);
      }
    }
  }
  return holds;
}

function holdType(objectType: string): Hold["type"] {
  return objectType === "provider" || objectType === "region" || objectType === "model"
    ? objectType
    : "target";
}
