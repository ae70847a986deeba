import { callFacets, defineHandler, rangeOf } from "@/lib/control";

export const runtime = "nodejs";
export const dynamic = "force-dynamic";

export const GET = defineHandler(callFacets.permission, (call) =>
  callFacets(call.actor, call.runtime.deps, { range: rangeOf(call.url) }),
);
