import { defineHandler, healthView } from "@/lib/control";

export const runtime = "nodejs";
export const dynamic = "force-dynamic";

export const GET = defineHandler(healthView.permission, ({ actor, runtime: { deps } }) =>
  healthView(actor, deps, null),
);
