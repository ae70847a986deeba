/** `GET /metrics`: who may read it, and the answer. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { setImmediate } from "node:timers/promises";
import { isLoopbackHost } from "../../shared/env";
import { GatewayError } from "../../shared/errors";
import { isSameSecret } from "../../shared/same-secret";
import type { Family } from "./families";
import { metricsContentType, renderMetrics } from "./render";

export type MetricsDoor = {
  /** Undefined: only this machine may read. */
  readonly token: string | undefined;
  families: () => readonly Family[] | Promise<readonly Family[]>;
};

export type Reader = {
  readonly remoteAddress: string | undefined;
  readonly headers: IncomingMessage["headers"];
};

/** Headers by which a proxy on this machine tells that the caller is somewhere else. */
const forwardedHeaders = ["forwarded", "x-forwarded-for", "x-real-ip", "via"];

/**
 * Whether `reader` may see the metrics. With a token it is the only way in, from this machine too: a proxy beside us
 * makes every stranger a caller from loopback. `hidden`: the address does not exist for this reader.
 */
export function metricsAccess(
  { remoteAddress, headers }: Reader,
  token: string | undefined,
): "granted" | "refused" | "hidden" {
  if (token !== undefined) {
    const given = /^Bearer +(\S+)$/i.exec(headers.authorization ?? "")?.[1];
    if (given === undefined) {
      return "hidden";
    }
    return isSameSecret(given, token) ? "granted" : "refused";
  }
  const isLocal =
    isLoopbackHost((remoteAddress ?? "").replace(/^::ffff:/, "")) &&
    // A page of another site whose name was turned to this machine names itself here.
    isLoopbackHost(hostName(headers.host)) &&
    forwardedHeaders.every((name) => headers[name] === undefined);
  return isLocal ? "granted" : "hidden";
}

/**
 * Answers with the metrics behind `door`.
 *
 * @throws {GatewayError} `not_found` for whom the address does not exist, `unauthorized` for a wrong token,
 *   `method_not_allowed`.
 */
export async function answerMetrics(
  req: IncomingMessage,
  res: ServerResponse,
  door: MetricsDoor,
): Promise<void> {
  const { headers, socket } = req;
  switch (metricsAccess({ remoteAddress: socket.remoteAddress, headers }, door.token)) {
    case "hidden":
      throw new GatewayError("not_found");
    case "refused":
      throw new GatewayError("unauthorized", {
        message: "The metrics token is not valid.",
        headers: { "www-authenticate": "Bearer" },
      });
    case "granted":
      break;
  }
  if (req.method !== "GET" && req.method !== "HEAD") {
    throw new GatewayError("method_not_allowed", { headers: { allow: "GET" } });
  }
  const families = await door.families();
  res.writeHead(200, { "content-type": metricsContentType, "cache-control": "no-store" });
  for (const family of families) {
    if (res.destroyed) {
      return;
    }
    res.write(renderMetrics([family]));
    // Between two metrics calls have their turn.
    await setImmediate();
  }
  res.end();
}

function hostName(header: string | undefined): string {
  const host = `http://${header ?? ""}`;
  return URL.canParse(host) ? new URL(host).hostname.replace(/^\[|\]$/g, "") : "";
}
