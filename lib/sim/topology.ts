/** A scenario's providers, models and routes as the router gets them: through the real configuration. */
import { configDocument } from "../config/document";
import { compileSnapshot } from "../config/snapshot";
import type { Snapshot, Target } from "../core/types";
import type { ModelPlan, RegionPlan, Scenario, Toggle } from "./scenario";

export type Place = {
  readonly index: number;
  readonly target: Target;
  readonly model: ModelPlan;
  readonly region: RegionPlan;
};

export type Topology = {
  readonly places: readonly Place[];
  readonly byTarget: ReadonlyMap<string, Place>;
  /** The snapshot under the switches that stand. */
  snapshotWith(toggles: readonly Toggle[], revision: number): Snapshot;
};

/** The topology of `scenario`. */
export function buildTopology(scenario: Scenario): Topology {
  const document = configDocument.parse({
    providers: scenario.providers.map(({ id, regions }) => ({
      id,
      base_url: `https://${id}.example/v1`,
      api_key: `env:${id.toUpperCase()}`,
      regions: regions.map((region, place) => ({ id: region.id, priority: place + 1 })),
    })),
    models: scenario.models.map((model) => ({
      id: model.id,
      targets: model.providers.map((provider) => ({ provider })),
      capabilities: {
        prefill: model.prefill,
        reasoning: model.reasoning,
        ...(model.contextTokens === null ? {} : { context: model.contextTokens }),
      },
    })),
    routes: scenario.routes.map(({ id, chain }) => ({
      id,
      chain: [...chain],
      midstream: scenario.midstream,
    })),
  });
  const snapshotWith: Topology["snapshotWith"] = (toggles, revision) => {
    const switches = toggles.map(({ type, id, intent, atMs, forMs }) => ({
      objectType: type,
      objectId: id,
      intent,
      untilMs: forMs === null ? null : atMs + forMs,
    }));
    return compileSnapshot(document, switches, revision, (wallMs) => wallMs);
  };
  const models = new Map(scenario.models.map((model) => [model.id, model]));
  const places = [...snapshotWith([], 1).targets.values()].map((target, index): Place => {
    const model = models.get(target.model);
    const provider = scenario.providers.find(({ id }) => id === target.provider);
    const region = provider?.regions.find(({ id }) => id === target.region);
    if (model === undefined || region === undefined) {
      throw new Error(`the scenario does not describe ${target.id}`);
    }
    return { index, target, model, region };
  });
  return {
    places,
    byTarget: new Map(places.map((place) => [place.target.id, place])),
    snapshotWith,
  };
}
