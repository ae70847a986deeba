import {
  createRoute,
  defineHandler,
  ifMatch,
  ifNoneMatch,
  pathId,
  queryReason,
  readBody,
  removeRoute,
  routeView,
  setRouteChain,
} from "@/lib/control";
import { RouteRequest } from "@/lib/shared/contract";

export const runtime = "nodejs";
export const dynamic = "force-dynamic";

export const GET = defineHandler(routeView.permission, (call) =>
  routeView(call.actor, call.runtime.deps, { id: pathId(call) }),
);

export const PUT = defineHandler(setRouteChain.permission, async (call) => {
  const {
    actor,
    request,
    runtime: { deps },
  } = call;
  const { chain, policy = {}, reason = null } = await readBody(request, RouteRequest);
  const id = pathId(call);
  return ifNoneMatch(request)
    ? createRoute(actor, deps, { id, chain, policy, reason })
    : setRouteChain(actor, deps, { routeId: id, chain, policy, reason, ifMatch: ifMatch(request) });
});

export const DELETE = defineHandler(removeRoute.permission, (call) =>
  removeRoute(call.actor, call.runtime.deps, {
    id: pathId(call),
    reason: queryReason(call),
    ifMatch: ifMatch(call.request),
  }),
);
