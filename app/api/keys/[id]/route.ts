import {
  defineHandler,
  editKey,
  ifMatch,
  pathId,
  queryReason,
  readBody,
  revokeKey,
} from "@/lib/control";
import { KeyEdit } from "@/lib/shared/contract";

export const runtime = "nodejs";
export const dynamic = "force-dynamic";

export const PATCH = defineHandler(editKey.permission, async (call) =>
  editKey(call.actor, call.runtime.deps, {
    id: pathId(call),
    request: await readBody(call.request, KeyEdit),
    ifMatch: ifMatch(call.request),
  }),
);

export const DELETE = defineHandler(revokeKey.permission, (call) =>
  revokeKey(call.actor, call.runtime.deps, { id: pathId(call), reason: queryReason(call) }),
);
