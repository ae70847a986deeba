import { createKey, defineHandler, keysView, readBody } from "@/lib/control";
import { KeyRequest } from "@/lib/shared/contract";

export const runtime = "nodejs";
export const dynamic = "force-dynamic";

export const GET = defineHandler(keysView.permission, ({ actor, runtime: { deps } }) =>
  keysView(actor, deps, null),
);

export const POST = defineHandler(createKey.permission, async (call) => {
  const request = await readBody(call.request, KeyRequest);
  return createKey(call.actor, call.runtime.deps, request);
});
