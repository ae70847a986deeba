import { defineHandler, readBody, testConnection } from "@/lib/control";
import { ConnectionTestRequest } from "@/lib/shared/provider-contract";

export const runtime = "nodejs";
export const dynamic = "force-dynamic";

export const POST = defineHandler(testConnection.permission, async (call) =>
  testConnection(
    call.actor,
    call.runtime.deps,
    await readBody(call.request, ConnectionTestRequest),
  ),
);
