import {
  revisionQuery,
  defineHandler,
  exportConfig,
  ifMatch,
  importConfig,
  largestFileBytes,
  readBody,
} from "@/lib/control";
import { ImportRequest } from "@/lib/shared/settings-contract";

export const runtime = "nodejs";
export const dynamic = "force-dynamic";

export const GET = defineHandler(exportConfig.permission, async (call) => {
  const revision = revisionQuery(call);
  const text = await exportConfig(call.actor, call.runtime.deps, revision);
  const name = revision === null ? "bellwether" : `bellwether-r${revision}`;
  return new Response(text, {
    headers: {
      "content-type": "application/yaml; charset=utf-8",
      "content-disposition": `attachment; filename="${name}.yaml"`,
      "cache-control": "no-store",
    },
  });
});

export const PUT = defineHandler(importConfig.permission, async (call) => {
  const { text, reason = null } = await readBody(call.request, ImportRequest, largestFileBytes);
  const { actor, runtime, request } = call;
  return importConfig(actor, runtime.deps, { text, reason, ifMatch: ifMatch(request) });
});
