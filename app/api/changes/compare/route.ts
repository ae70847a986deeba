import { compareRevisions, defineHandler, revisionPair } from "@/lib/control";

export const runtime = "nodejs";
export const dynamic = "force-dynamic";

export const GET = defineHandler(compareRevisions.permission, (call) =>
  compareRevisions(call.actor, call.runtime.deps, revisionPair(call)),
);
