import { defineHandler, instantQuery, stateAsOf } from "@/lib/control";

export const runtime = "nodejs";
export const dynamic = "force-dynamic";

export const GET = defineHandler(stateAsOf.permission, (call) =>
  stateAsOf(call.actor, call.runtime.deps, instantQuery(call)),
);
