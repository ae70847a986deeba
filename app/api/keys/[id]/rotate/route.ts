import { defineHandler, pathPart, readBody, rotateKey } from "@/lib/control";
import { RotateRequest } from "@/lib/shared/setup-contract";

export const runtime = "nodejs";
export const dynamic = "force-dynamic";

export const POST = defineHandler(rotateKey.permission, async (call) => {
  const { until } = await readBody(call.request, RotateRequest);
  return rotateKey(call.actor, call.runtime.deps, { id: pathPart(call), until });
});
