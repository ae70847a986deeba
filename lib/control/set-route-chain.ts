import { type ConfigDocument } from "../config/document";
import { type WriteResult } from "../shared/contract";
import { GatewayError } from "../shared/errors";
import { findDocument } from "../store/configuration";
import { listRouteRevisions } from "../store/route-revisions";
import { findRevision, writeRevisions } from "../store/revisions";
import { toStoredActor } from "./actor";
import { checked, findSilencedRoutes } from "./checked-document";
import { diffDocuments } from "./document-objects";
import { noSuchObject } from "./objects";
import { checkChain } from "./route-change";
import { routeChains, routeRevision, withChain } from "./routes";
import { defineVerb } from "./verb";
import { toWriteResult, unchanged, type Written } from "./write-result";

export type RouteChange = {
  readonly routeId: string;
  readonly chain: readonly string[];
  readonly reason?: string | null;
  /** The revision that the decision was made on; absent or null: whatever is there. */
  readonly ifMatch?: number | null;
};

/**
 * Gives an alias another order of models, as a revision of the configuration. An order that a file wrote is overridden
 * until the file changes. Nothing changes when the order is there already.
 *
 * @throws {GatewayError} `not_found`, `invalid_request` (unknown or repeated models), `conflict` when the route was
 *   changed after `ifMatch`, with both orders in its details.
 */
export const setRouteChain = defineVerb<RouteChange, WriteResult>(
  "operate",
  async (actor, { db }, { routeId, chain, reason = null, ifMatch = null }) => {
    const written = await writeRevisions(db, async (writer): Promise<Written> => {
      const current = await findDocument(writer.tx);
      const routes = current === undefined ? [] : routeChains(current.document);
      const route = routes.find(({ id }) => id === routeId);
      if (current === undefined || route === undefined) {
        throw noSuchRoute(routeId, routes, current?.document);
      }
      if (route.chain.join("\n") === chain.join("\n")) {
        return unchanged(writer.tx);
      }
      checkChain(current.document, chain);
      const revision = routeRevision(await listRouteRevisions(writer.tx), route);
      if (ifMatch !== null && revision > ifMatch) {
        const by = await findRevision(writer.tx, revision);
        const who = by === undefined ? {} : { actor: by.actor, changedAt: by.createdAt };
        throw new GatewayError("conflict", {
          message: `${by?.actor.name ?? "Somebody"} changed the order of "${routeId}" in the meantime, in revision ${revision}: ${route.chain.join(", ")}.`,
          details: { current: { chain: route.chain, revision, ...who }, yours: { chain } },
        });
      }
      const document = checked(withChain(current.document, route, chain));
      const { before, after } = diffDocuments(current.document, document);
      const appended = await writer.appendConfig(
        {
          actor: toStoredActor(actor),
          reason,
          summary: { type: "reorder", route: routeId, from: route.chain, to: chain },
        },
        { document, before, after },
      );
      return { ...appended, silencedRoutes: await findSilencedRoutes(writer.tx, document) };
    });
    return toWriteResult(db, written);
  },
);

function noSuchRoute(
  id: string,
  routes: readonly { readonly id: string }[],
  document: ConfigDocument | undefined,
): GatewayError {
  return document?.models.some((model) => model.id === id) === true
    ? new GatewayError("invalid_request", {
        message: `"${id}" is a model's own name: only routes have an order.`,
        param: "id",
      })
    : noSuchObject(
        "route",
        id,
        routes.map((route) => route.id),
      );
}
