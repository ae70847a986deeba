import { type ConfigDocument, type ConfigInput } from "../config/document";
import { autoRoute } from "../config/compile-routes";
import { type WriteResult } from "../shared/contract";
import { GatewayError } from "../shared/errors";
import { type ModelRequest, type ProviderRequest } from "../shared/provider-contract";
import { editDocument } from "./edit-document";
import { noSuchObject } from "./objects";
import { requireOwnable } from "./owners";
import { toModel, toProvider } from "./provider-document";
import { listRecipients } from "./seal-secret";
import { defineVerb } from "./verb";

/** The revision that the decision was made on; null: whatever is there. */
type Asked = { readonly id: string; readonly ifMatch: number | null };

/**
 * Makes or replaces a provider, and makes the models that come with it, in one revision. Secrets are sealed before anything
 * is written.
 *
 * @throws {GatewayError} `invalid_request` naming the field, `conflict`, `not_ready` without a gateway to seal for.
 */
export const setProvider = defineVerb<Asked & { readonly request: ProviderRequest }, WriteResult>(
  "administer",
  async (actor, deps, { id, request, ifMatch }) => {
    const recipients = await listRecipients(deps.db);
    return editDocument(actor, deps, {
      object: `provider:${id}`,
      reason: request.reason ?? null,
      ifMatch,
      change(document, base) {
        requireOwnable(base, "providers", id);
        const former = document.providers.find((one) => one.id === id);
        const provider = toProvider(id, request, former, recipients);
        const providers =
          former === undefined
            ? [...document.providers, provider]
            : document.providers.map((one) => (one.id === id ? provider : one));
        return withNewModels({ ...document, providers }, request.models ?? []);
      },
    });
  },
);

/** New models go to the end, and into the chain of `auto`, where callers who name nothing find them. */
function withNewModels(
  document: ConfigDocument,
  wanted: NonNullable<ProviderRequest["models"]>,
): ConfigInput {
  const fresh = wanted.filter(({ id }) => !document.models.some((model) => model.id === id));
  const joined = document.models.map((model) => {
    const more = wanted.find(({ id }) => id === model.id);
    const places = more === undefined ? [] : toModel(more.id, more, undefined).targets;
    const added = places.filter(
      (place) => !model.targets.some((known) => known.provider === place.provider),
    );
    return added.length === 0 ? model : { ...model, targets: [...model.targets, ...added] };
  });
  return {
    ...document,
    models: [...joined, ...fresh.map((model) => toModel(model.id, model, undefined))],
    routes: withModelsInRoutes(
      document.routes,
      fresh.map(({ id }) => id),
      [autoRoute],
    ),
  };
}

function withModelsInRoutes(
  routes: ConfigDocument["routes"],
  models: readonly string[],
  names: readonly string[],
): ConfigDocument["routes"] {
  return routes.map((route) =>
    names.includes(route.id)
      ? { ...route, chain: [...route.chain, ...models.filter((id) => !route.chain.includes(id))] }
      : route,
  );
}

/** Removes a provider. @throws {GatewayError} `not_found`; `invalid_request` while models use it, naming them. */
export const removeProvider = defineVerb<Asked & { readonly reason: string | null }, WriteResult>(
  "administer",
  (actor, deps, { id, reason, ifMatch }) =>
    editDocument(actor, deps, {
      object: `provider:${id}`,
      ...{ reason, ifMatch },
      change(document, base) {
        requireExisting(
          "provider",
          id,
          document.providers.map((one) => one.id),
        );
        requireOwnable(base, "providers", id);
        const users = document.models.filter(({ targets }) =>
          targets.some(({ provider }) => provider === id),
        );
        refuseInUse(
          "provider",
          id,
          "model",
          users.map((model) => model.id),
        );
        return { ...document, providers: document.providers.filter((one) => one.id !== id) };
      },
    }),
);

/** Makes or replaces a model. @throws {GatewayError} `invalid_request` naming the problem, `conflict`. */
export const setModel = defineVerb<Asked & { readonly request: ModelRequest }, WriteResult>(
  "administer",
  (actor, deps, { id, request, ifMatch }) =>
    editDocument(actor, deps, {
      object: `model:${id}`,
      reason: request.reason ?? null,
      ifMatch,
      change(document, base) {
        requireOwnable(base, "models", id);
        const former = document.models.find((one) => one.id === id);
        const model = toModel(id, request, former);
        const models =
          former === undefined
            ? [...document.models, model]
            : document.models.map((one) => (one.id === id ? model : one));
        const routes = withModelsInRoutes(document.routes, [id], request.routes ?? []);
        return { ...document, models, routes };
      },
    }),
);

/** Removes a model. @throws {GatewayError} `not_found`; `invalid_request` while routes lead to it, naming them. */
export const removeModel = defineVerb<Asked & { readonly reason: string | null }, WriteResult>(
  "administer",
  (actor, deps, { id, reason, ifMatch }) =>
    editDocument(actor, deps, {
      object: `model:${id}`,
      ...{ reason, ifMatch },
      change(document, base) {
        requireExisting(
          "model",
          id,
          document.models.map((one) => one.id),
        );
        requireOwnable(base, "models", id);
        const users = document.routes.filter(({ chain }) => chain.includes(id));
        refuseInUse(
          "model",
          id,
          "route",
          users.map((route) => route.id),
        );
        return { ...document, models: document.models.filter((one) => one.id !== id) };
      },
    }),
);

function requireExisting(type: string, id: string, ids: readonly string[]): void {
  if (!ids.includes(id)) {
    throw noSuchObject(type, id, ids);
  }
}

function refuseInUse(
  type: "provider" | "model",
  id: string,
  userType: "model" | "route",
  userIds: readonly string[],
): void {
  if (userIds.length > 0) {
    const users = userIds.map((user) => `${userType} ${user}`);
    throw new GatewayError("invalid_request", {
      message: `The ${type} "${id}" is in use: ${users.join(", ")}. Take it out there first.`,
      param: "id",
      refusal: { reason: "in_use", values: { type, id, users: userIds.join(", ") } },
      details: { usedBy: users },
    });
  }
}
