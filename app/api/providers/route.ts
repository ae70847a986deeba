import { defineHandler, providersView } from "@/lib/control";

export const runtime = "nodejs";
export const dynamic = "force-dynamic";

export const GET = defineHandler(
  providersView.permission,
  ({ actor, runtime: { deps, wallUrl } }) => providersView(actor, deps, { wallUrl }),
);
