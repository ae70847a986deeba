import { defineHandler, pathTarget, probeNow } from "@/lib/control";

export const runtime = "nodejs";
export const dynamic = "force-dynamic";

export const POST = defineHandler(probeNow.permission, (call) =>
  probeNow(call.actor, call.runtime.deps, pathTarget(call)),
);
