import { errorBody, toGatewayError } from "../shared/errors";
import { log } from "../shared/log";

/** The error as a response; what nobody expected is logged and tells the caller nothing. */
export function errorResponse(error: unknown, requestId: string): Response {
  const known = toGatewayError(error);
  if (known.code === "internal") {
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    log.error(`request ${requestId} failed: ${text}`);
  }
  return jsonResponse(known.status, errorBody(known), requestId, known.headers);
}

/** A JSON answer that nobody may keep. */
export function jsonResponse(
  status: number,
  body: unknown,
  requestId: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return new Response(JSON.stringify(body), {
    status,
    headers: {
      ...headers,
      "content-type": "application/json; charset=utf-8",
      "cache-control": "no-store",
      "x-request-id": requestId,
    },
  });
}
