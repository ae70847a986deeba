/** What a provider's status, headers and transport errors say, as the signals that core classifies. */
import type { IncomingHttpHeaders } from "node:http";
import type { Signal } from "../core/classify";
import { isTokenLimit, readRateLimits } from "../core/rate-limits";
import { retryAfterMs } from "../core/retry-after";
import { readError } from "../dialects/openai";
import { transportCode } from "./wire";

/** The signal of an answer that is not a 200, once its body is here. */
export function statusSignal(status: number, headers: IncomingHttpHeaders, body: Buffer): Signal {
  const wallMs = Date.now();
  return {
    kind: "status",
    status,
    retryAfterMs: retryAfterMs(headers, wallMs),
    error: readError(parsedOrNull(body)),
    isHtml: isHtml(headers),
    shouldRetry: shouldRetry(headers["x-should-retry"]),
    sizeLimit: isTokenLimit(readRateLimits(headers, wallMs)),
  };
}

/** What a transport error says: before the head it is the connection's, after it the answer's. */
export function transportSignal(error: Error, elapsedMs: number, status: number): Signal {
  const code = transportCode(error);
  if (status !== 0) {
    return { kind: "interrupted", detail: `the answer broke off (${code})` };
  }
  return code === "UND_ERR_CONNECT_TIMEOUT" || code === "ETIMEDOUT"
    ? { kind: "timeout", phase: "connect" }
    : { kind: "transport", code, elapsedMs };
}

/** Whether the body is a page for people. */
export function isHtml(headers: IncomingHttpHeaders): boolean {
  return (headers["content-type"] ?? "").includes("text/html");
}

function shouldRetry(header: string | readonly string[] | undefined): boolean | null {
  if (header === "true" || header === "false") {
    return header === "true";
  }
  return null;
}

function parsedOrNull(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    return null;
  }
}
