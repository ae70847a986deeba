/** `GET /v1/models`: what a key may ask for, and with `X-Region` whether that region can answer at all. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { HealthLabel } from "../core/events";
import { type Snapshot, type Target, holdAt } from "../core/types";
import { labelOf } from "../core/world";
import { GatewayError } from "../shared/errors";
import { authenticate } from "./authenticate";
import { askedRegion } from "./constraints";
import type { GatewayDeps } from "./deps";
import type { AppKey } from "./live";
import { sendJson } from "./respond";

type ModelObject = { id: string; object: "model"; created: number; owned_by: string };

/** What keeps a target from answering now, whoever calls. */
const downLabels: ReadonlySet<HealthLabel> = new Set([
  "credential_dead",
  "region_down",
  "blocked",
  "open",
  "probe_down",
]);

/** OpenAI's list wants an instant; ours have none that means anything to a caller. */
const created = 0;

/**
 * Lists routes and models; with `X-Region` the region's models.
 *
 * @throws {GatewayError} `unknown_region` (400); `region_unavailable` (503) when no enabled target there can answer.
 */
export function listModels(req: IncomingMessage, res: ServerResponse, deps: GatewayDeps): void {
  const key = authenticate(req, deps.live);
  const snapshot = deps.live.snapshot();
  const region = askedRegion(req, snapshot, key);
  const objects =
    region === null ? allModels(snapshot, key) : regionModels(snapshot, key, region, deps);
  sendJson(res, 200, JSON.stringify({ object: "list", data: objects }), {
    ...(region === null ? {} : { "x-bellwether-region": region }),
    ...deps.limiter.ticketFor(key)?.headers(),
    "x-bellwether-revision": String(snapshot.revision),
  });
}

/** One route or model by its name. @throws {GatewayError} `unknown_model`. */
export function showModel(
  req: IncomingMessage,
  res: ServerResponse,
  id: string,
  deps: GatewayDeps,
): void {
  const key = authenticate(req, deps.live);
  const found = allModels(deps.live.snapshot(), key).find((object) => object.id === id);
  if (found === undefined) {
    throw new GatewayError("unknown_model", { param: "model" });
  }
  sendJson(res, 200, JSON.stringify(found), deps.limiter.ticketFor(key)?.headers() ?? {});
}

function allModels(snapshot: Snapshot, key: AppKey): ModelObject[] {
  return [...snapshot.routes.values()]
    .filter((route) => route.entries.some((entry) => isAllowed(entry.model, key.allowedModels)))
    .map((route) => ({
      id: route.id,
      object: "model",
      created,
      owned_by:
        route.kind === "route"
          ? "bellwether"
          : (firstProvider(route.entries[0]?.targets) ?? "bellwether"),
    }));
}

function firstProvider(targets: readonly Target[] | undefined): string | undefined {
  return targets?.[0]?.provider;
}

function regionModels(
  snapshot: Snapshot,
  key: AppKey,
  region: string,
  deps: GatewayDeps,
): ModelObject[] {
  const nowMs = deps.now();
  const there = [...snapshot.targets.values()].filter(
    (target) =>
      target.region === region &&
      isAllowed(target.model, key.allowedModels) &&
      holdAt(snapshot, target, nowMs) === null,
  );
  const { world } = deps.router;
  if (there.every((target) => downLabels.has(labelOf(world, target, nowMs)))) {
    throw new GatewayError("region_unavailable", {
      param: "X-Region",
      message: `Region "${region}" has no target that can answer now.`,
    });
  }
  const models = new Map(there.map((target) => [target.model, target]));
  return [...models.values()].map((target) => ({
    id: target.model,
    object: "model",
    created,
    owned_by: target.provider,
  }));
}

function isAllowed(id: string, allowed: ReadonlySet<string> | null): boolean {
  return allowed === null || allowed.has(id);
}
