import { defineHandler, rangeOf, routesView } from "@/lib/control";

export const runtime = "nodejs";
export const dynamic = "force-dynamic";

export const GET = defineHandler(routesView.permission, (call) =>
  routesView(call.actor, call.runtime.deps, { range: rangeOf(call.url) }),
);
