import { callDetail, defineHandler, pathId } from "@/lib/control";

export const runtime = "nodejs";
export const dynamic = "force-dynamic";

export const GET = defineHandler(callDetail.permission, (call) =>
  callDetail(call.actor, call.runtime.deps, { id: pathId(call) }),
);
