/** What the router is told of a call: where its name leads, what it needs, and what bounds it. */
import type { IncomingMessage } from "node:http";
import type { CallSpec } from "../core/events";
import { resolveChain, resolveName } from "../core/resolve";
import type { Route } from "../core/types";
import { GatewayError } from "../shared/errors";
import type { ChatDeps } from "./call";
import type { ChatRequest } from "./chat-request";
import { callConstraints, callLimits } from "./constraints";
import type { AppKey } from "./live";

/**
 * The call `id` as the router sees it.
 *
 * @throws {GatewayError} `unknown_model`, `unknown_region`, `region_not_allowed` or `invalid_request`.
 */
export function callSpec(
  id: string,
  req: IncomingMessage,
  request: ChatRequest,
  key: AppKey,
  deps: Pick<ChatDeps, "live" | "anyModels">,
): CallSpec {
  const snapshot = deps.live.snapshot();
  const route = resolveRoute(request, key, deps);
  return {
    id,
    key: key.id,
    route,
    limits: callLimits(req, route.limits, key),
    constraints: callConstraints(req, snapshot, key),
    needs: request.needs,
  };
}

function resolveRoute(
  { model, models }: ChatRequest,
  key: AppKey,
  { live, anyModels }: Pick<ChatDeps, "live" | "anyModels">,
): Route {
  const snapshot = live.snapshot();
  const options = {
    defaultRouteOnModelName: key.defaultRouteOnModelName ?? snapshot.defaultRouteOnModelName,
    anyModelRoute: (providerId: string, upstreamModel: string) =>
      anyModels.find(snapshot, providerId, upstreamModel),
  };
  const resolved =
    models === null
      ? { name: model, ...resolveName(snapshot, model, options) }
      : resolveChain(snapshot, models.includes(model) ? models : [model, ...models], options);
  if (resolved.kind === "route") {
    return resolved.route;
  }
  const nearest = resolved.nearest.map((name) => `"${name}"`).join(", ");
  throw new GatewayError("unknown_model", {
    param: models === null ? "model" : "models",
    message:
      `There is no route or model "${resolved.name ?? model}".` +
      (nearest === "" ? " GET /v1/models lists them." : ` Nearest names: ${nearest}.`),
  });
}
