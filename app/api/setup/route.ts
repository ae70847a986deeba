import { defineHandler, setupView } from "@/lib/control";

export const runtime = "nodejs";
export const dynamic = "force-dynamic";

export const GET = defineHandler(setupView.permission, ({ actor, runtime }) =>
  setupView(actor, runtime.deps, {
    wallUrl: runtime.wallUrl,
    gatewayUrl: runtime.env.gatewayUrl,
  }),
);
