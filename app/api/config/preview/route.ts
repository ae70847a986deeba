import { defineHandler, largestFileBytes, previewImport, readBody } from "@/lib/control";
import { ImportRequest } from "@/lib/shared/settings-contract";

export const runtime = "nodejs";
export const dynamic = "force-dynamic";

export const POST = defineHandler(previewImport.permission, async (call) => {
  const { text } = await readBody(call.request, ImportRequest, largestFileBytes);
  return previewImport(call.actor, call.runtime.deps, { text });
});
