import { defineHandler, ifMatch, pathId, readBody, routeView, setRouteChain } from "@/lib/control";
import { RouteRequest } from "@/lib/shared/contract";

export const runtime = "nodejs";
export const dynamic = "force-dynamic";

export const GET = defineHandler(routeView.permission, (call) =>
  routeView(call.actor, call.runtime.deps, { id: pathId(call) }),
);

export const PUT = defineHandler(setRouteChain.permission, async (call) => {
  const { chain, policy = {}, reason = null } = await readBody(call.request, RouteRequest);
  return setRouteChain(call.actor, call.runtime.deps, {
    routeId: pathId(call),
    chain,
    policy,
    reason,
    ifMatch: ifMatch(call.request),
  });
});
