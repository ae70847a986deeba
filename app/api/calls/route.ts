import { callQuery, callsPage, defineHandler } from "@/lib/control";

export const runtime = "nodejs";
export const dynamic = "force-dynamic";

export const GET = defineHandler(callsPage.permission, (call) =>
  callsPage(call.actor, call.runtime.deps, callQuery(call)),
);
