import {
  defineHandler,
  ifMatch,
  pathRevision,
  readBody,
  revertPreview,
  revertRevision,
} from "@/lib/control";
import { RevertRequest } from "@/lib/shared/contract";

export const runtime = "nodejs";
export const dynamic = "force-dynamic";

export const GET = defineHandler(revertPreview.permission, (call) =>
  revertPreview(call.actor, call.runtime.deps, { revision: pathRevision(call) }),
);

export const POST = defineHandler(revertRevision.permission, async (call) => {
  const {
    reason = null,
    also = [],
    overrule = false,
  } = await readBody(call.request, RevertRequest);
  return revertRevision(call.actor, call.runtime.deps, {
    revision: pathRevision(call),
    also,
    reason,
    overrule,
    ifMatch: ifMatch(call.request),
  });
});
