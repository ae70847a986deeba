import { type ConfigDocument } from "../config/document";
import { isReference, isSecretHeader } from "../config/secret-names";
import { catalogModels, catalogProviders } from "../pricing/catalog";
import { boxFacts } from "../shared/box-text";
import { isSealedFor, type Recipient } from "../shared/boxes";
import {
  type CredentialView,
  type KnownProvider,
  type ModelView,
  type ProvidersView,
  type ProviderView,
  type RegionView,
} from "../shared/provider-contract";
import { type BaseDocument } from "../store/configuration";
import { listGatewayCards } from "../store/gateway-cards";
import { listNodes } from "../store/nodes";
import { listObjectRevisions } from "../store/object-revisions";
import { type Current, readCurrent } from "./current";
import { demoDocument } from "./first-document";
import { ownerOf } from "./owners";
import { type ControlDeps, defineVerb } from "./verb";

type Document = ConfigDocument;
type Provider = Document["providers"][number];
type Model = Document["models"][number];

const freshMs = 900;

/** Every provider and model with its owner, and no secret; with them the providers that only lack a key. */
export const providersView = defineVerb<{ readonly wallUrl: string | null }, ProvidersView>(
  "read",
  async (_actor, deps, { wallUrl }) => {
    const current = await readCurrent(deps);
    return deps.cache.get(`providers ${current.revision}`, freshMs, () =>
      readProviders(deps, current, wallUrl),
    );
  },
);

async function readProviders(
  { db }: ControlDeps,
  { document, base, revision }: Current,
  wallUrl: string | null,
): Promise<ProvidersView> {
  const [cards, nodes, revisions] = await Promise.all([
    listGatewayCards(db),
    listNodes(db),
    db.run((prisma) => listObjectRevisions(prisma)),
  ]);
  const live = new Set(nodes.flatMap((node) => (node.live ? [node.id] : [])));
  const readers = cards.filter(({ nodeId }) => live.has(nodeId));
  const revisionOf = (name: string): number => revisions.get(name) ?? 0;
  return {
    generatedAt: Date.now(),
    revision,
    gateways: cards.length,
    providers: document.providers.map((provider) =>
      toProviderView(provider, {
        models: document.models,
        base,
        readers,
        wallUrl,
        revision: revisionOf(`provider:${provider.id}`),
      }),
    ),
    models: document.models.map((model) =>
      toModelView(model, document.routes, base, revisionOf(`model:${model.id}`)),
    ),
    known: knownProviders(document, wallUrl),
  };
}

type ProviderFacts = {
  readonly models: readonly Model[];
  readonly base: BaseDocument | undefined;
  readonly readers: readonly Recipient[];
  readonly wallUrl: string | null;
  readonly revision: number;
};

function toProviderView(
  provider: Provider,
  { models, base, readers, wallUrl, revision }: ProviderFacts,
): ProviderView {
  const { id, regions = [], credentials = [] } = provider;
  return {
    id,
    dialect: provider.dialect,
    baseUrl: provider.base_url,
    allowPrivateNetwork: provider.allow_private_network,
    anyModel: provider.any_model,
    credentials: [
      toCredentialView(null, provider.api_key, readers),
      ...credentials.map((one) => toCredentialView(one.id, one.api_key, readers)),
    ],
    regions: regions.map(toRegionView),
    models: models
      .filter(({ targets }) => targets.some((target) => target.provider === id))
      .map((model) => model.id),
    ...ownerOf(base, "providers", id),
    mock: wallUrl !== null && provider.base_url.startsWith(wallUrl),
    revision,
  };
}

/** What may be shown of a secret. */
export function toCredentialView(
  id: string | null,
  secret: string,
  readers: readonly Recipient[],
): CredentialView {
  const shown = { id, name: null, last4: null, setAt: null, readable: true };
  const facts = boxFacts(secret);
  if (facts !== undefined) {
    const readable = isSealedFor(secret, readers);
    return { ...shown, kind: "sealed", last4: facts.last4, setAt: facts.sealedAt, readable };
  }
  if (!isReference(secret)) {
    return { ...shown, kind: "literal" };
  }
  const kind = secret.startsWith("env:") ? "env" : "file";
  return { ...shown, kind, name: secret.slice(kind.length + 1) };
}

function toRegionView({ id, base_url, headers = {}, priority }: Region): RegionView {
  return {
    id,
    baseUrl: base_url ?? null,
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, isSecretHeader(name) ? null : value]),
    ),
    priority: priority ?? null,
  };
}

type Region = NonNullable<Provider["regions"]>[number];

type ModelInput = Pick<Model, "id" | "targets" | "price" | "capabilities">;

function toModelView(
  model: ModelInput,
  routes: Document["routes"],
  base: BaseDocument | undefined,
  revision: number,
): ModelView {
  const { id, targets, price, capabilities = {} } = model;
  return {
    id,
    targets: targets.map(({ provider, upstream_model, regions }) => ({
      provider,
      upstreamModel: upstream_model ?? null,
      regions: regions ?? null,
    })),
    price: listPriceOf(price),
    capabilities,
    routes: routes.filter(({ chain }) => chain.includes(id)).map((route) => route.id),
    ...ownerOf(base, "models", id),
    revision,
  };
}

/** A price as it is written; null where nobody wrote one. */
export function listPriceOf(price: Model["price"]): ModelView["price"] {
  return price === undefined
    ? null
    : { input: price.input, output: price.output, cachedInput: price.cached_input ?? null };
}

/** The catalogue's providers that are not there yet, and the built-in fake ones where they run. */
function knownProviders(document: Document, wallUrl: string | null): KnownProvider[] {
  const catalogue = catalogProviders.map(({ id, baseUrl }): KnownProvider => ({
    id,
    baseUrl,
    allowPrivateNetwork: false,
    reference: null,
    mock: false,
    regions: [],
    models: catalogModels
      .filter(({ provider }) => provider === id)
      .map((model) => {
        const upstream =
          model.upstreamModel === model.id ? {} : { upstream_model: model.upstreamModel };
        return toModelView(
          { ...model, targets: [{ provider: id, ...upstream }] },
          [],
          undefined,
          0,
        );
      }),
  }));
  const all = [...(wallUrl === null ? [] : mockProviders(wallUrl)), ...catalogue];
  return all.filter(({ id }) => !document.providers.some((one) => one.id === id));
}

function mockProviders(wallUrl: string): KnownProvider[] {
  const { providers = [], models = [] } = demoDocument(wallUrl);
  return providers.map((provider) => ({
    id: provider.id,
    baseUrl: provider.base_url,
    allowPrivateNetwork: true,
    reference: provider.api_key,
    mock: true,
    regions: (provider.regions ?? []).map((region) => toRegionView(region)),
    models: models.map((model) =>
      toModelView({ ...model, targets: [{ provider: provider.id }] }, [], undefined, 0),
    ),
  }));
}
