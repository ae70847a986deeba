import { isLoopbackHost } from "../shared/env";
import { GatewayError } from "../shared/errors";
import { isSameSecret } from "../shared/same-secret";
import { type ActingPerson } from "./actor";

export type Access = {
  /** The operator token of the environment; undefined when none is set. */
  readonly adminToken: string | undefined;
  /** The dashboard's own origin as browsers see it; undefined when only this machine reaches it. */
  readonly publicUrl: string | undefined;
};

const admin: ActingPerson = { type: "operator", name: "admin token", role: "admin" };
const localOperator: ActingPerson = { type: "operator", name: "local operator", role: "admin" };

/**
 * Who sent a request: the holder of the operator token, or the operator at this machine.
 *
 * Until people can sign in the dashboard listens on loopback alone, so what remains to be kept out is a page of another
 * site in the operator's own browser: it cannot forge `Host`, `Origin` or `Sec-Fetch-Site`.
 *
 * @throws {GatewayError} `unauthorized` for a wrong token, `forbidden` for a name that is not ours (DNS rebinding) or a
 *   change that another site asked for.
 */
export function authorize(
  { headers, method }: { readonly headers: Headers; readonly method: string },
  access: Access,
): ActingPerson {
  const bearer = /^Bearer(?:\s+(.*))?$/i.exec(headers.get("authorization") ?? "");
  if (bearer !== null) {
    if (access.adminToken === undefined || !isSameSecret(bearer[1] ?? "", access.adminToken)) {
      throw new GatewayError("unauthorized", { headers: { "www-authenticate": "Bearer" } });
    }
    return admin;
  }
  const host = ownHost(headers.get("host"), access.publicUrl);
  if (host === null) {
    throw new GatewayError("forbidden", {
      message: "The dashboard does not answer under this name. Set PUBLIC_URL, or use 127.0.0.1.",
      refusal: { reason: "host" },
    });
  }
  if (method !== "GET" && method !== "HEAD" && !isOwnPage(headers, host, access.publicUrl)) {
    throw new GatewayError("forbidden", {
      message: "Another site may not change anything here.",
      refusal: { reason: "other_site" },
    });
  }
  return localOperator;
}

/** The host of a request in URL form when it is this machine's or PUBLIC_URL's; null otherwise. */
function ownHost(header: string | null, publicUrl: string | undefined): string | null {
  if (header === null || !/^(\[[0-9a-f:]+\]|[a-z0-9.-]+)(:\d{1,5})?$/i.test(header)) {
    return null;
  }
  const url = new URL(`${publicUrl?.startsWith("https:") === true ? "https" : "http"}://${header}`);
  const name = url.hostname.replace(/^\[|\]$/g, "");
  const isOurs =
    isLoopbackHost(name) ||
    name.endsWith(".localhost") ||
    (publicUrl !== undefined && url.host === new URL(publicUrl).host);
  return isOurs ? url.host : null;
}

function isOwnPage(headers: Headers, host: string, publicUrl: string | undefined): boolean {
  const site = headers.get("sec-fetch-site");
  if (site !== null && site !== "same-origin" && site !== "none") {
    return false;
  }
  const origin = headers.get("origin");
  if (origin === null || origin === publicUrl) {
    return true;
  }
  return URL.canParse(origin) && new URL(origin).host === host;
}
