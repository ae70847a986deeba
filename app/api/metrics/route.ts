import { defineHandler, metricsQuery, metricsView } from "@/lib/control";

export const runtime = "nodejs";
export const dynamic = "force-dynamic";

export const GET = defineHandler(metricsView.permission, (call) =>
  metricsView(call.actor, call.runtime.deps, metricsQuery(call)),
);
