/** How answers leave the gateway: headers from an allow-list of our own, JSON, and the one door for errors. */
import type { ServerResponse } from "node:http";
import { type GatewayError, errorBody } from "../shared/errors";
import { log } from "../shared/log";
import { redact } from "./redact";

/** Ends `res` with `body` as JSON; does nothing when the caller has left or the head is already out. */
export function sendJson(
  res: ServerResponse,
  status: number,
  body: string | Buffer,
  headers: Readonly<Record<string, string>>,
): void {
  if (res.headersSent || res.destroyed) {
    return;
  }
  res.writeHead(status, {
    "content-type": "application/json",
    "content-length": String(Buffer.byteLength(body)),
    ...headers,
  });
  res.end(body);
}

/** What is our own fault goes to the log with its cause. */
export function logInternal(error: GatewayError): void {
  if (error.code === "internal") {
    const { cause } = error;
    log.error(`internal error: ${redact(String(cause instanceof Error ? cause.stack : cause))}`);
  }
}

/** Ends `res` with `error` in OpenAI's shape. */
export function sendError(
  res: ServerResponse,
  error: GatewayError,
  headers: Readonly<Record<string, string>>,
): void {
  logInternal(error);
  sendJson(res, error.status, JSON.stringify(errorBody(error)), { ...headers, ...error.headers });
}
