import { autoRoute } from "../config/compile-routes";
import { type ConfigDocument, type ConfigInput } from "../config/document";
import { type PolicyChange, withPolicy } from "../config/route-policy";
import { type WriteResult } from "../shared/contract";
import { GatewayError } from "../shared/errors";
import { nameForm } from "../shared/name-form";
import { editDocument } from "./edit-document";
import { requireOwnable } from "./owners";
import { checkChain } from "./route-change";
import { routeChains } from "./routes";
import { checkPlaces, noSuchRoute } from "./set-route-chain";
import { defineVerb } from "./verb";

export type NewRoute = {
  readonly id: string;
  readonly chain: readonly string[];
  /** By place (`limits.ttft_s`). */
  readonly policy: PolicyChange;
  readonly reason: string | null;
};

/**
 * Makes a route, as one revision.
 *
 * @throws {GatewayError} `conflict` for a name that a route or a model has; `invalid_request` for one that nobody could
 *   ask for, for unknown or repeated models, and for settings out of their bounds.
 */
export const createRoute = defineVerb<NewRoute, WriteResult>(
  "administer",
  (actor, deps, { id, chain, policy, reason }) => {
    checkPlaces(policy);
    return editDocument(actor, deps, {
      object: `route:${id}`,
      ...{ reason, ifMatch: null },
      change(document) {
        checkName(document, id);
        checkChain(document, chain);
        const route = withPolicy({ id, chain: [...chain] }, policy);
        return { ...document, routes: [...document.routes, route] } as ConfigInput;
      },
    });
  },
);

export type RouteRemoval = {
  readonly id: string;
  readonly reason: string | null;
  /** The revision that the decision was made on; null: whatever is there. */
  readonly ifMatch: number | null;
};

/**
 * Removes a route: whoever asks for its name is refused from then on.
 *
 * @throws {GatewayError} `not_found`; `conflict`; `invalid_request` for `auto`, which is always there, and for a route of
 *   the file.
 */
export const removeRoute = defineVerb<RouteRemoval, WriteResult>(
  "administer",
  (actor, deps, { id, reason, ifMatch }) =>
    editDocument(actor, deps, {
      object: `route:${id}`,
      ...{ reason, ifMatch },
      change(document, base) {
        const chains = routeChains(document);
        if (!chains.some((route) => route.id === id)) {
          throw noSuchRoute(id, chains, document);
        }
        requireOwnable(base, "routes", id);
        if (id === autoRoute) {
          throw new GatewayError("invalid_request", {
            message: `"${id}" cannot be removed: without a chain of its own it would be all models in their order. Change its chain instead.`,
            param: "id",
            refusal: { reason: "route_stays", values: { id } },
          });
        }
        return { ...document, routes: document.routes.filter((route) => route.id !== id) };
      },
    }),
);

function checkName(document: ConfigDocument, id: string): void {
  if (!nameForm.test(id)) {
    throw new GatewayError("invalid_request", {
      message:
        "A name has a-z, 0-9, dots and dashes, begins with one of the first two, and has at most 63 characters.",
      param: "id",
      refusal: { reason: "name_form" },
    });
  }
  const taken = [
    ...routeChains(document).map((route) => ({ type: "route", id: route.id })),
    ...document.models.map((model) => ({ type: "model", id: model.id })),
  ].find((one) => one.id === id);
  if (taken !== undefined) {
    throw new GatewayError("conflict", {
      message: `"${id}" is the name of a ${taken.type} already.`,
      param: "id",
      refusal: { reason: "name_taken", values: taken },
    });
  }
}
