import { callBody, defineHandler, pathCall } from "@/lib/control";

export const runtime = "nodejs";
export const dynamic = "force-dynamic";

// Opening is written down, so another site must not be able to ask for it.
export const POST = defineHandler(callBody.permission, (call) =>
  callBody(call.actor, call.runtime.deps, { id: pathCall(call) }),
);
