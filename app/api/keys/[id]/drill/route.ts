import { defineHandler, drillKey, pathPart, readBody } from "@/lib/control";
import { DrillRequest } from "@/lib/shared/setup-contract";

export const runtime = "nodejs";
export const dynamic = "force-dynamic";

export const POST = defineHandler(drillKey.permission, async (call) => {
  const { target, forMs } = await readBody(call.request, DrillRequest);
  return drillKey(call.actor, call.runtime.deps, { id: pathPart(call), target, forMs });
});
