import { defineHandler, pathId, revokeKey } from "@/lib/control";

export const runtime = "nodejs";
export const dynamic = "force-dynamic";

export const DELETE = defineHandler(revokeKey.permission, (call) =>
  revokeKey(call.actor, call.runtime.deps, { id: pathId(call) }),
);
