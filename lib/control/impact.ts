import { type ConfigDocument } from "../config/document";
import { type ImpactRequest, type ImpactView } from "../shared/contract";
import { attemptsByTargetIn, targetLoadsIn } from "../store/attempt-stats";
import { callsByCallerIn } from "../store/caller-stats";
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
import { noSuchObject, objectIds } from "./objects";
import { checkChain } from "./route-change";
import { findRevertOutcome } from "./revert-preview";
import { type ControlDeps, defineVerb } from "./verb";

const minuteMs = 60_000;
const dayMs = 1_440 * minuteMs;
const quarterMs = 15 * minuteMs;
const freshMs = 900;

/**
 * What a switch, a chain or a revision would do if it were changed, removed, or taken back, now: whose calls move, where to, what
 * that costs, and how much a person must say before it happens. Nothing is changed.
 *
 * @throws {GatewayError} `not_found` for an unknown object, route or revision, `invalid_request` for a chain that cannot
 *   be, `conflict` for a revision that cannot be taken back.
 */
export const impact = defineVerb<ImpactRequest, ImpactView>(
  "operate",
  async (actor, deps, request) => {
    const current = await readCurrent(deps);
    const { document } = current;
    const health = await healthView(actor, deps, null);
    checkNames(document, health.routes, request);
    const change =
      request.type === "revert" ? await revertedBy(deps, current, request.revision) : request;
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
  },
);

async function revertedBy(
  deps: ControlDeps,
  current: Current,
  revision: number,
): Promise<ImpactChange> {
  const outcome = await findRevertOutcome(deps, current, revision);
  if (outcome.kind === "config") {
    return { type: "document", next: outcome.next };
  }
  const { objectType, objectId, next } = outcome;
  return { type: "switch", objectType, objectId, intent: next.intent };
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

function checkNames(
  document: ConfigDocument,
  routes: Traffic["health"]["routes"],
  change: ImpactRequest,
): void {
  if (change.type === "revert") {
    return;
  }
  if (change.type === "chain" || change.type === "route_removal") {
    const ids = routes.map(({ id }) => id);
    if (!ids.includes(change.routeId)) {
      throw noSuchObject("route", change.routeId, ids);
    }
    if (change.type === "chain") {
      checkChain(document, change.chain);
    }
    return;
  }
  const ids = objectIds(document, change.objectType);
  const unknown = [change.objectId, ...(change.also ?? [])].find((id) => !ids.includes(id));
  if (unknown !== undefined) {
    throw noSuchObject(change.objectType, unknown, ids);
  }
}

function priceOf(document: ConfigDocument, model: string | undefined): ModelPrice | null {
  return document.models.find(({ id }) => id === model)?.price ?? null;
}
