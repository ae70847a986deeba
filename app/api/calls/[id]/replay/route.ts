import { defineHandler, pathCall, readBody, replayCall } from "@/lib/control";
import { ReplayRequest } from "@/lib/shared/contract";

export const runtime = "nodejs";
export const dynamic = "force-dynamic";

export const POST = defineHandler(replayCall.permission, async (call) => {
  const { relay, env, deps } = call.runtime;
  const { key } = await readBody(call.request, ReplayRequest);
  const { signal } = call.request;
  return replayCall(call.actor, deps, {
    id: pathCall(call),
    ...{ key, relay, gatewayUrl: env.gatewayUrl, signal },
  });
});
