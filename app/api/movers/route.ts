import { defineHandler, moversQuery, moversView } from "@/lib/control";

export const runtime = "nodejs";
export const dynamic = "force-dynamic";

export const GET = defineHandler(moversView.permission, (call) =>
  moversView(call.actor, call.runtime.deps, moversQuery(call)),
);
