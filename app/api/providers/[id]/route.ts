import {
  defineHandler,
  ifMatch,
  pathId,
  queryReason,
  readBody,
  removeProvider,
  setProvider,
  switchHandler,
} from "@/lib/control";
import { ProviderRequest } from "@/lib/shared/provider-contract";

export const runtime = "nodejs";
export const dynamic = "force-dynamic";

export const PATCH = switchHandler("provider");

export const PUT = defineHandler(setProvider.permission, async (call) =>
  setProvider(call.actor, call.runtime.deps, {
    id: pathId(call),
    request: await readBody(call.request, ProviderRequest),
    ifMatch: ifMatch(call.request),
  }),
);

export const DELETE = defineHandler(removeProvider.permission, (call) =>
  removeProvider(call.actor, call.runtime.deps, {
    id: pathId(call),
    reason: queryReason(call),
    ifMatch: ifMatch(call.request),
  }),
);
