import { defineHandler, readBody, sendSetupCall } from "@/lib/control";
import { SetupCallRequest } from "@/lib/shared/setup-contract";

export const runtime = "nodejs";
export const dynamic = "force-dynamic";

export const POST = defineHandler("operate", async ({ request, runtime: { relay, env } }) =>
  sendSetupCall(relay, env.gatewayUrl, await readBody(request, SetupCallRequest)),
);
