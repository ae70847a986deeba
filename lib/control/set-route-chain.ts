import { type ConfigDocument } from "../config/document";
import { dryRun } from "../config/dry-run";
import {
  type PolicyChange,
  policySettings,
  type PolicyValue,
  policyValue,
  withPolicy,
} from "../config/route-policy";
import { type WriteResult } from "../shared/contract";
import { GatewayError } from "../shared/errors";
import { unnamed } from "../shared/refusals";
import { findBaseDocument, findDocument } from "../store/configuration";
import { type Transaction } from "../store/database";
import { listRouteRevisions } from "../store/route-revisions";
import { findRevision, writeRevisions } from "../store/revisions";
import { requirePermission, toStoredActor } from "./actor";
import { documentRefusal, findSilencedRoutes } from "./checked-document";
import { diffDocuments } from "./document-objects";
import { didYouMean, nearValues, noSuchObject } from "./objects";
import { checkChain } from "./route-change";
import { type RouteChain, routeChains, routeRevision, routeViews, withChain } from "./routes";
import { defineVerb } from "./verb";
import { toWriteResult, unchanged, type Written } from "./write-result";

export type RouteChange = {
  readonly routeId: string;
  readonly chain: readonly string[];
  /** What changes of its policy, by place (`limits.ttft_s`); null takes it back to the default. */
  readonly policy?: PolicyChange;
  readonly reason?: string | null;
  /** The revision that the decision was made on; absent or null: whatever is there. */
  readonly ifMatch?: number | null;
};

/**
 * Gives an alias another chain, and other settings, as one revision of the configuration. An order that a file wrote is
 * overridden until the file changes; its settings are the file's alone. Nothing changes when all is so already.
 *
 * @throws {GatewayError} `not_found`; `forbidden` for settings without the role admin; `invalid_request` for unknown or
 *   repeated models, and for settings out of their bounds, by place in `details.fields`; `conflict` when the route was
 *   changed after `ifMatch`, with both versions in its details.
 */
export const setRouteChain = defineVerb<RouteChange, WriteResult>(
  "operate",
  async (actor, { db }, change) => {
    const { routeId, chain, policy: asked = {}, reason = null, ifMatch = null } = change;
    checkPlaces(asked);
    const written = await writeRevisions(db, async (writer): Promise<Written> => {
      const current = await findDocument(writer.tx);
      const routes = current === undefined ? [] : routeChains(current.document);
      const route = routes.find(({ id }) => id === routeId);
      if (current === undefined || route === undefined) {
        throw noSuchRoute(routeId, routes, current?.document);
      }
      const policy = openChange(current.document, routeId, asked);
      const isSameChain = route.chain.join("\n") === chain.join("\n");
      const isSamePolicy = Object.keys(policy).length === 0;
      if (isSameChain && isSamePolicy) {
        return unchanged(writer.tx);
      }
      checkChain(current.document, chain);
      if (!isSamePolicy) {
        requirePermission(actor, "administer");
        await refuseOwned(writer.tx, current.document, routeId);
      }
      const revisions = await listRouteRevisions(writer.tx);
      const revision = routeRevision(revisions, route);
      if (ifMatch !== null && revision > ifMatch) {
        throw await changedMeanwhile(writer.tx, route, revision, {
          document: current.document,
          chain,
          policy: asked,
        });
      }
      const document = changedDocument(current.document, route, chain, policy);
      const { before, after } = diffDocuments(current.document, document);
      const appended = await writer.appendConfig(
        {
          actor: toStoredActor(actor),
          reason,
          summary: isSamePolicy
            ? { type: "reorder", route: routeId, from: route.chain, to: chain }
            : {
                type: "config",
                source: "ui",
                added: [],
                removed: [],
                changed: [`route:${routeId}`],
              },
        },
        { document, before, after },
      );
      return { ...appended, silencedRoutes: await findSilencedRoutes(writer.tx, document) };
    });
    return toWriteResult(db, written);
  },
);

/** @throws {GatewayError} `invalid_request` for a setting that no route has. */
export function checkPlaces(policy: PolicyChange): void {
  const known = policySettings.map(({ place }) => place);
  const unknown = Object.keys(policy).find((place) => !known.includes(place));
  if (unknown !== undefined) {
    throw new GatewayError("invalid_request", {
      message: `There is no setting "${unknown}".${didYouMean(unknown, known)}`,
      param: "policy",
      refusal: {
        reason: "no_such_setting",
        values: { name: unknown.slice(0, 200), ...nearValues(unknown, known) },
      },
    });
  }
}

/** The settings of `asked` that are not so already. */
function openChange(document: ConfigDocument, id: string, asked: PolicyChange): PolicyChange {
  const route = document.routes.find((one) => one.id === id);
  return Object.fromEntries(
    Object.entries(asked).filter(([place, value]) => policyValue(route, place) !== value),
  );
}

async function refuseOwned(tx: Transaction, document: ConfigDocument, id: string): Promise<void> {
  const base = await findBaseDocument(tx);
  const view = routeViews({ document, base, routeRevisions: new Map() }).find(
    (route) => route.id === id,
  );
  if (view?.owner === "file") {
    throw new GatewayError("invalid_request", {
      message: `The settings of "${id}" belong to ${view.ownerPath ?? "the configuration file"}: change them there.`,
      param: "policy",
      refusal: { reason: "policy_in_file", values: { id, path: view.ownerPath ?? unnamed } },
    });
  }
}

type Asked = {
  readonly document: ConfigDocument;
  readonly chain: readonly string[];
  readonly policy: PolicyChange;
};

async function changedMeanwhile(
  tx: Transaction,
  route: RouteChain,
  revision: number,
  { document, chain, policy }: Asked,
): Promise<GatewayError> {
  const by = await findRevision(tx, revision);
  const who = by === undefined ? {} : { actor: by.actor, changedAt: by.createdAt };
  const written = document.routes.find(({ id }) => id === route.id);
  const theirs = Object.fromEntries(
    Object.keys(policy).map((place): [string, PolicyValue | null] => [
      place,
      policyValue(written, place),
    ]),
  );
  return new GatewayError("conflict", {
    message: `${by?.actor.name ?? "Somebody"} changed the order of "${route.id}" in the meantime, in revision ${revision}: ${route.chain.join(", ")}.`,
    refusal: {
      reason: "route_changed",
      values: {
        actor: by?.actor.name ?? unnamed,
        id: route.id,
        revision,
        chain: route.chain.join(", "),
      },
    },
    details: {
      current: { chain: route.chain, policy: theirs, revision, ...who },
      yours: { chain, policy },
    },
  });
}

/** The document with the route as it is asked for. @throws {GatewayError} `invalid_request`, by place. */
function changedDocument(
  document: ConfigDocument,
  route: RouteChain,
  chain: readonly string[],
  policy: PolicyChange,
): ConfigDocument {
  const ordered = withChain(document, route, chain);
  const index = ordered.routes.findIndex(({ id }) => id === route.id);
  const routes = ordered.routes.map((one) => (one.id === route.id ? withPolicy(one, policy) : one));
  const run = dryRun({ ...ordered, routes }, [], Date.now());
  if (run.ok) {
    return run.document;
  }
  const own = run.problems.filter(({ path }) => path[0] === "routes" && path[1] === index);
  const fields = Object.fromEntries(
    own.map(({ path, message }) => [path.slice(2).join("."), message]),
  );
  throw documentRefusal(run.problems, { param: "policy", details: { fields } });
}

/** `not_found`, or `invalid_request` for a model, whose name leads to it alone. */
export function noSuchRoute(
  id: string,
  routes: readonly { readonly id: string }[],
  document: ConfigDocument | undefined,
): GatewayError {
  return document?.models.some((model) => model.id === id) === true
    ? new GatewayError("invalid_request", {
        message: `"${id}" is a model's own name: only routes have an order.`,
        param: "id",
        refusal: { reason: "own_name", values: { id } },
      })
    : noSuchObject(
        "route",
        id,
        routes.map((route) => route.id),
      );
}
