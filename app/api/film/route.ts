import { defineHandler, filmView } from "@/lib/control";

export const runtime = "nodejs";
export const dynamic = "force-dynamic";

export const GET = defineHandler(filmView.permission, ({ actor, runtime: { deps } }) =>
  filmView(actor, deps, null),
);
