import { defineHandler, ifMatch, pathRevision, readBody, revertRevision } from "@/lib/control";
import { RevertRequest } from "@/lib/shared/contract";

export const runtime = "nodejs";
export const dynamic = "force-dynamic";

export const POST = defineHandler(revertRevision.permission, async (call) => {
  const { reason = null } = await readBody(call.request, RevertRequest);
  return revertRevision(call.actor, call.runtime.deps, {
    revision: pathRevision(call),
    reason,
    ifMatch: ifMatch(call.request),
  });
});
