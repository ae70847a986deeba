import { defineHandler, impact, readBody } from "@/lib/control";
import { ImpactRequest } from "@/lib/shared/contract";

export const runtime = "nodejs";
export const dynamic = "force-dynamic";

export const POST = defineHandler(impact.permission, async (call) =>
  impact(call.actor, call.runtime.deps, await readBody(call.request, ImpactRequest)),
);
