import { defineHandler, pathRoute, routePolicyView } from "@/lib/control";

export const runtime = "nodejs";
export const dynamic = "force-dynamic";

export const GET = defineHandler(routePolicyView.permission, (call) =>
  routePolicyView(call.actor, call.runtime.deps, { id: pathRoute(call) }),
);
