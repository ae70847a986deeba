import { defineHandler, objectQuery, objectView } from "@/lib/control";

export const runtime = "nodejs";
export const dynamic = "force-dynamic";

export const GET = defineHandler(objectView.permission, (call) =>
  objectView(call.actor, call.runtime.deps, objectQuery(call)),
);
