import {
  defineHandler,
  ifMatch,
  pathTarget,
  readBody,
  resetBreaker,
  setSwitch,
} from "@/lib/control";
import { BreakerRequest } from "@/lib/shared/contract";

export const runtime = "nodejs";
export const dynamic = "force-dynamic";

export const POST = defineHandler(resetBreaker.permission, async (call) => {
  const { action, until = null, reason = null } = await readBody(call.request, BreakerRequest);
  const { actor, runtime: own } = call;
  const target = pathTarget(call);
  if (action === "reset") {
    return resetBreaker(actor, own.deps, { target, reason });
  }
  return setSwitch(actor, own.deps, {
    objectType: "target",
    objectId: target,
    intent: action === "hold" ? "draining" : "enabled",
    until,
    reason,
    ifMatch: ifMatch(call.request),
  });
});
