import { type ConfigDocument, type ConfigInput } from "../config/document";
import {
  catalogModels,
  catalogProviders,
  type CatalogModel,
  defaultChain,
} from "../pricing/catalog";
import { type ProviderKeyName } from "../shared/env";

type Provider = NonNullable<ConfigInput["providers"]>[number];
type Model = NonNullable<ConfigInput["models"]>[number];

/** The variable that holds the wall's key; the supervisor sets it for the gateway. */
export const wallKeyName = "BELLWETHER_WALL_KEY";

/** The configuration of an installation that was given these provider keys and nothing else. */
export function keyedDocument(keyNames: readonly ProviderKeyName[]): ConfigInput {
  const providers = catalogProviders.filter(({ keyName }) => keyNames.includes(keyName));
  const models = catalogModels.filter((model) => providers.some(({ id }) => id === model.provider));
  return {
    providers: providers.map(toProvider),
    models: models.map((model) => toModel(model, [toPlace(model)])),
    routes: autoRoutes(models.map(({ id }) => id)),
  };
}

/** `document` with the providers of `keyNames` that it lacks; `added` names them. */
export function withMissingProviders(
  document: ConfigDocument,
  keyNames: readonly ProviderKeyName[],
): { readonly document: ConfigInput; readonly added: readonly ProviderKeyName[] } {
  const missing = catalogProviders.filter(
    ({ id, keyName }) =>
      keyNames.includes(keyName) && !document.providers.some((provider) => provider.id === id),
  );
  const brought = catalogModels.filter((model) => missing.some(({ id }) => id === model.provider));
  const isTaken = (id: string): boolean =>
    [...document.models, ...document.routes].some((named) => named.id === id);
  const models = brought.filter(({ id }) => !isTaken(id));
  const extended = document.models.map((model) => {
    const twin = brought.find(({ id }) => id === model.id);
    return twin === undefined ? model : { ...model, targets: [...model.targets, toPlace(twin)] };
  });
  const chained = models.map(({ id }) => id).filter((id) => defaultChain.includes(id));
  const routes = document.routes.map((route) =>
    route.id === "auto" ? { ...route, chain: [...route.chain, ...chained] } : route,
  );
  const all = [...extended, ...models.map((model) => toModel(model, [toPlace(model)]))];
  return {
    added: missing.map(({ keyName }) => keyName),
    document: {
      ...document,
      providers: [...document.providers, ...missing.map(toProvider)],
      models: all,
      routes: routes.length > 0 ? routes : autoRoutes(all.map(({ id }) => id)),
    },
  };
}

/** The configuration that shows everything against the wall: two providers, one of them in three regions. */
export function demoDocument(wallUrl: string): ConfigInput {
  const base = wallUrl.replace(/\/+$/, "");
  const regions = ["us-east", "eu-west", "ap-south"].map((id, place) => ({
    id,
    headers: { "X-Region": id },
    priority: place + 1,
  }));
  const common = { api_key: `env:${wallKeyName}`, allow_private_network: true };
  return {
    providers: [
      { id: "alpha", base_url: `${base}/alpha/v1`, ...common, regions },
      {
        id: "beta",
        base_url: `${base}/beta/v1`,
        ...common,
        regions: [{ id: "global", priority: regions.length + 1 }],
      },
    ],
    models: catalogModels
      .filter(({ id }) => defaultChain.includes(id))
      .map((model) => toModel(model, [{ provider: "alpha" }, { provider: "beta" }])),
    routes: [{ id: "auto", chain: [...defaultChain] }],
  };
}

function toProvider({ id, keyName, baseUrl }: (typeof catalogProviders)[number]): Provider {
  return { id, base_url: baseUrl, api_key: `env:${keyName}` };
}

function toPlace(model: CatalogModel): Model["targets"][number] {
  return {
    provider: model.provider,
    ...(model.upstreamModel === model.id ? {} : { upstream_model: model.upstreamModel }),
  };
}

function toModel({ id, price, capabilities }: CatalogModel, targets: Model["targets"]): Model {
  return { id, targets, price, capabilities };
}

function autoRoutes(models: readonly string[]): NonNullable<ConfigInput["routes"]> {
  const chain = defaultChain.filter((id) => models.includes(id));
  return chain.length === 0 ? [] : [{ id: "auto", chain: [...chain] }];
}
