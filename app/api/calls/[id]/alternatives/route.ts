import { callAlternatives, defineHandler, pathCall } from "@/lib/control";

export const runtime = "nodejs";
export const dynamic = "force-dynamic";

export const GET = defineHandler(callAlternatives.permission, (call) =>
  callAlternatives(call.actor, call.runtime.deps, { id: pathCall(call) }),
);
