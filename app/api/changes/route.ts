import { changeQuery, changesPage, defineHandler } from "@/lib/control";

export const runtime = "nodejs";
export const dynamic = "force-dynamic";

export const GET = defineHandler(changesPage.permission, (call) =>
  changesPage(call.actor, call.runtime.deps, changeQuery(call)),
);
