import { type ConfigDocument } from "../config/document";
import { type ImpactRequest, type ImpactView } from "../shared/contract";
import { attemptsByTargetIn, targetLoadsIn } from "../store/attempt-stats";
import { callsByCallerIn } from "../store/caller-stats";
import { type ActingPerson } from "./actor";
import { type Current, readCurrent } from "./current";
import { healthView } from "./health-view";
import {
  busiestMove,
  type ImpactChange,
  impactOf,
  type ModelPrice,
  movedBy,
  type Traffic,
} from "./impact-of";
import { documentWith } from "./impact-document";
import { noSuchObject, objectIds } from "./objects";
import { checkChain } from "./route-change";
import { routeChains } from "./routes";
import { findRevertOutcome } from "./revert-preview";
import { type ControlDeps, defineVerb } from "./verb";

const minuteMs = 60_000;
const dayMs = 1_440 * minuteMs;
const quarterMs = 15 * minuteMs;
const freshMs = 900;

/**
 * What a change would do now, of a switch, a chain, a route, a model's or a provider's places, or a revision that is taken
 * back: whose calls move, where to, what that costs, and how much a person must say before it happens. Nothing is changed.
 *
 * @throws {GatewayError} `not_found` for an unknown object, route or revision, `invalid_request` for a chain that cannot
 *   be, `conflict` for a revision that cannot be taken back.
 */
export const impact = defineVerb<ImpactRequest, ImpactView>(
  "operate",
  async (actor, deps, request) => {
    const current = await readCurrent(deps);
    checkNames(current.document, request);
    return weigh(actor, deps, current.document, await changeOf(deps, current, request));
  },
);

/** The same of any change of `document`, the one in force. */
export async function weigh(
  actor: ActingPerson,
  deps: ControlDeps,
  document: ConfigDocument,
  change: ImpactChange,
): Promise<ImpactView> {
  const health = await healthView(actor, deps, null);
  const traffic = await readTraffic(deps, health);
  const moved = movedBy(traffic, change);
  const busiest = busiestMove(moved.routes);
  const ids = [busiest?.from, busiest?.to].flatMap((place) => place?.target ?? []);
  const now = Date.now();
  const loads =
    ids.length === 0
      ? []
      : await targetLoadsIn(
          deps.db,
          {
            grain: "quarter",
            fromMs: Math.floor((now - dayMs) / quarterMs) * quarterMs,
            toMs: now,
            demo: health.demo === "only",
          },
          ids,
        );
  const loadOf = (target: string | undefined): (typeof loads)[number] | undefined =>
    loads.find(({ targetId }) => targetId === target);
  return impactOf(traffic, change, moved, {
    from: loadOf(busiest?.from?.target),
    to: loadOf(busiest?.to?.target),
    toPrice: priceOf(change.type === "document" ? change.next : document, busiest?.to?.model),
  });
}

async function changeOf(
  deps: ControlDeps,
  current: Current,
  request: ImpactRequest,
): Promise<ImpactChange> {
  switch (request.type) {
    case "switch":
    case "chain":
    case "route_removal":
      return request;
    case "model":
    case "provider":
      return { type: "document", next: documentWith(current.document, request) };
    case "revert": {
      const outcome = await findRevertOutcome(deps, current, request.revision);
      if (outcome.kind === "config") {
        return { type: "document", next: outcome.next };
      }
      const { objectType, objectId, next } = outcome;
      return { type: "switch", objectType, objectId, intent: next.intent };
    }
  }
}

function readTraffic(
  { db, cache }: ControlDeps,
  health: Traffic["health"] & { readonly demo: string },
): Promise<Traffic> {
  const demo = health.demo === "only";
  return cache
    .get(`traffic ${demo}`, freshMs, async () => {
      const now = Date.now();
      const window = {
        grain: "minute",
        fromMs: Math.floor((now - health.windowMs) / minuteMs) * minuteMs,
        toMs: now,
        demo,
      } as const;
      const [attempts, calls] = await Promise.all([
        attemptsByTargetIn(db, window),
        callsByCallerIn(db, window),
      ]);
      return { attempts, calls };
    })
    .then((counts) => ({ health, ...counts }));
}

function checkNames(document: ConfigDocument, change: ImpactRequest): void {
  const need = (type: string, wanted: readonly string[], ids: readonly string[]): void => {
    const unknown = wanted.find((id) => !ids.includes(id));
    if (unknown !== undefined) {
      throw noSuchObject(type, unknown, ids);
    }
  };
  switch (change.type) {
    case "revert":
      return;
    case "chain":
    case "route_removal":
      need(
        "route",
        [change.routeId],
        routeChains(document).map(({ id }) => id),
      );
      if (change.type === "chain") {
        checkChain(document, change.chain);
      }
      return;
    case "model":
      need("model", [change.modelId], objectIds(document, "model"));
      return;
    case "provider":
      need("provider", [change.providerId], objectIds(document, "provider"));
      return;
    case "switch": {
      const { objectType, objectId, also = [] } = change;
      need(objectType, [objectId, ...also], objectIds(document, objectType));
    }
  }
}

function priceOf(document: ConfigDocument, model: string | undefined): ModelPrice | null {
  return document.models.find(({ id }) => id === model)?.price ?? null;
}
