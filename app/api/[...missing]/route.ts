import { definePublicHandler } from "@/lib/control";
import { GatewayError } from "@/lib/shared/errors";

export const runtime = "nodejs";
export const dynamic = "force-dynamic";

/** Whoever asks for an address that is not part of the API hears so as from the API, not by a page. */
const missing = definePublicHandler(() => {
  throw new GatewayError("not_found");
});

export { missing as DELETE, missing as GET, missing as PATCH, missing as POST, missing as PUT };
