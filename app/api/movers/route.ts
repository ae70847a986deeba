import { defineHandler, spanQuery, moversView } from "@/lib/control";

export const runtime = "nodejs";
export const dynamic = "force-dynamic";

export const GET = defineHandler(moversView.permission, (call) =>
  moversView(call.actor, call.runtime.deps, spanQuery(call)),
);
