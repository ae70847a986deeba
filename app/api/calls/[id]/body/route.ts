import { callBody, defineHandler, pathCall } from "@/lib/control";

export const runtime = "nodejs";
export const dynamic = "force-dynamic";

export const GET = defineHandler(callBody.permission, (call) =>
  callBody(call.actor, call.runtime.deps, { id: pathCall(call) }),
);
