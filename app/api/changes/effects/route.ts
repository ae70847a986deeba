import { defineHandler, effectsView, instantsQuery } from "@/lib/control";

export const runtime = "nodejs";
export const dynamic = "force-dynamic";

export const GET = defineHandler(effectsView.permission, (call) =>
  effectsView(call.actor, call.runtime.deps, { at: instantsQuery(call) }),
);
