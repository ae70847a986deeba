/** A target as the router knows it: its place, and what its model and its routes say of it. */
import {
  type BreakerSettings,
  type Capabilities,
  type Price,
  type ProbeSettings,
  type Rule,
  type Target,
  rules,
} from "../core/types";
import type { ConfigDocument } from "./document";
import type { ExpandedTarget } from "./targets";

type ModelDocument = ConfigDocument["models"][number];
type RouteDocument = ConfigDocument["routes"][number];

/** The breaker of a target whose routes say nothing. */
export const defaultBreaker: BreakerSettings = {
  minThreshold: 3,
  baseEjectionMs: 5_000,
  maxEjectionMs: 300_000,
  observeOnly: new Set(),
};
/** The probe of a model that says nothing. */
export const defaultProbe: ProbeSettings = {
  intervalMs: 30_000,
  timeoutMs: 5_000,
  mode: "regular",
};
/** What is known of a model of which nobody said anything. */
export const unknownCapabilities: Capabilities = {
  contextTokens: null,
  outputTokens: null,
  tools: null,
  vision: null,
  json: null,
  prefill: false,
  reasoning: false,
};

/** The target that `one` names. */
export function compileTarget(document: ConfigDocument, one: ExpandedTarget): Target {
  const model = document.models.find((candidate) => candidate.id === one.model);
  const provider = document.providers.find((candidate) => candidate.id === one.provider);
  const regions = provider?.regions ?? [];
  const place = regions.findIndex((region) => region.id === one.region);
  return {
    ...one,
    pair: `${one.provider}/${one.model}`,
    regionPriority: regions[place]?.priority ?? place + 1,
    breaker: compileBreaker(document.routes.filter((route) => route.chain.includes(one.model))),
    probe: compileProbe(model),
    price: compilePrice(model),
    capabilities: compileCapabilities(model),
  };
}

/** A target serves several routes: the most careful of them decides, and one that only observes binds all. */
function compileBreaker(routes: readonly RouteDocument[]): BreakerSettings {
  const settings = routes.flatMap((route) => (route.breaker === undefined ? [] : [route.breaker]));
  const lowest = (values: readonly (number | undefined)[], otherwise: number): number => {
    const given = values.filter((value) => value !== undefined);
    return given.length === 0 ? otherwise : Math.min(...given);
  };
  const inMs = (seconds: number | undefined): number | undefined =>
    seconds === undefined ? undefined : seconds * 1_000;
  const maxEjectionMs = lowest(
    settings.map((one) => inMs(one.max_ejection_s)),
    defaultBreaker.maxEjectionMs,
  );
  const baseEjectionMs = lowest(
    settings.map((one) => inMs(one.base_ejection_s)),
    defaultBreaker.baseEjectionMs,
  );
  return {
    minThreshold: lowest(
      settings.map((one) => one.min_threshold),
      defaultBreaker.minThreshold,
    ),
    // The two may come from different routes.
    baseEjectionMs: Math.min(baseEjectionMs, maxEjectionMs),
    maxEjectionMs,
    observeOnly: new Set(settings.flatMap((one) => observedRules(one.observe_only))),
  };
}

function observedRules(observeOnly: boolean | readonly Rule[] | undefined): readonly Rule[] {
  if (typeof observeOnly === "object") {
    return observeOnly;
  }
  return observeOnly === true ? rules : [];
}

function compileProbe(model: ModelDocument | undefined): ProbeSettings {
  return model?.probe === undefined
    ? defaultProbe
    : {
        intervalMs: model.probe.interval_s * 1_000,
        timeoutMs: model.probe.timeout_s * 1_000,
        mode: model.probe.enabled ? "regular" : "off",
      };
}

/** What a model's tokens cost; null where nobody said. */
export function compilePrice(model: Pick<ModelDocument, "price"> | undefined): Price | null {
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
  const said = model?.capabilities;
  return {
    contextTokens: said?.context ?? null,
    outputTokens: said?.output ?? null,
    tools: said?.tools ?? null,
    vision: said?.vision ?? null,
    json: said?.json ?? null,
    prefill: said?.prefill ?? false,
    reasoning: said?.reasoning ?? false,
  };
}
