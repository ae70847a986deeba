import { defineHandler, makeFirstKey } from "@/lib/control";

export const runtime = "nodejs";
export const dynamic = "force-dynamic";

export const POST = defineHandler(makeFirstKey.permission, ({ actor, runtime: { deps } }) =>
  makeFirstKey(actor, deps, null),
);
