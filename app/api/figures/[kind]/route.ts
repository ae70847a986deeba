import { defineHandler, objectsQuery, objectsView } from "@/lib/control";

export const runtime = "nodejs";
export const dynamic = "force-dynamic";

export const GET = defineHandler(objectsView.permission, (call) =>
  objectsView(call.actor, call.runtime.deps, objectsQuery(call)),
);
