import { defineHandler, endFormerSecret, pathPart } from "@/lib/control";

export const runtime = "nodejs";
export const dynamic = "force-dynamic";

export const DELETE = defineHandler(endFormerSecret.permission, (call) =>
  endFormerSecret(call.actor, call.runtime.deps, { id: pathPart(call) }),
);
