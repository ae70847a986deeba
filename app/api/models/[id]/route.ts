import {
  defineHandler,
  ifMatch,
  pathId,
  queryReason,
  readBody,
  removeModel,
  setModel,
  switchHandler,
} from "@/lib/control";
import { ModelRequest } from "@/lib/shared/provider-contract";

export const runtime = "nodejs";
export const dynamic = "force-dynamic";

export const PATCH = switchHandler("model");

export const PUT = defineHandler(setModel.permission, async (call) =>
  setModel(call.actor, call.runtime.deps, {
    id: pathId(call),
    request: await readBody(call.request, ModelRequest),
    ifMatch: ifMatch(call.request),
  }),
);

export const DELETE = defineHandler(removeModel.permission, (call) =>
  removeModel(call.actor, call.runtime.deps, {
    id: pathId(call),
    reason: queryReason(call),
    ifMatch: ifMatch(call.request),
  }),
);
