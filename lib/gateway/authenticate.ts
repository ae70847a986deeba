/** Who calls: the application key of a request. */
import type { IncomingMessage } from "node:http";
import { hasValidChecksum, hashAppKey } from "../shared/app-key";
import { GatewayError } from "../shared/errors";
import type { AppKey, Live } from "./live";

/** Longer than any key; hashing more would be work for a stranger. */
const maxKeyChars = 512;

/**
 * The application key of a request, looked up by its hash in memory.
 *
 * @throws {GatewayError} `missing_api_key`, `invalid_api_key`, or `not_ready` while an unknown key may just be new.
 */
export function authenticate(req: IncomingMessage, live: Live, wallMs = Date.now()): AppKey {
  const secret = bearer(req);
  const hash = hashAppKey(secret);
  const key = live.keys().get(hash);
  if (key !== undefined && (key.endsAtMs === null || wallMs < key.endsAtMs)) {
    return key;
  }
  if (key !== undefined) {
    throw new GatewayError("invalid_api_key", {
      message: "The API key was replaced by another one, and its time is over.",
      headers: { "x-should-retry": "false" },
    });
  }
  if (!live.isCurrent()) {
    throw new GatewayError("not_ready", {
      message: "This API key cannot be checked now because the database does not answer.",
      headers: { "retry-after": "2", "x-should-retry": "true" },
    });
  }
  throw new GatewayError("invalid_api_key", {
    message:
      secret.startsWith("bw_live_") && !hasValidChecksum(secret)
        ? "The API key is not valid: its checksum does not fit, so it was probably cut or mistyped."
        : "The API key is not valid.",
    headers: { "x-should-retry": "false" },
  });
}

function bearer(req: IncomingMessage): string {
  const header = req.headers.authorization;
  if (header === undefined) {
    throw new GatewayError("missing_api_key");
  }
  const secret = /^Bearer +(\S+)$/i.exec(header)?.[1];
  if (secret === undefined || secret.length > maxKeyChars) {
    throw new GatewayError("invalid_api_key", {
      message: "The API key is not valid. Send it as `Authorization: Bearer <key>`.",
    });
  }
  return secret;
}
