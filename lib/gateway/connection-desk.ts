/**
 * Tries addresses for operators, who may not have the gateway's network, environment or private key; and tells them which
 * public key to seal for.
 */
import { headerPlace, isBox, keyPlace } from "../shared/box-text";
import type { ConnectionResult } from "../shared/provider-contract";
import {
  answerConnectionTest,
  type ConnectionRequest,
  takeConnectionTests,
} from "../store/connection-tests";
import type { Database } from "../store/database";
import { putGatewayCard } from "../store/gateway-cards";
import type { Desk } from "./asked";
import { checkConnection, emptyResult } from "./connection-check";
import { resolveSecret } from "./upstreams";
import type { Vault } from "./vault";

export type ConnectionDeskDeps = {
  readonly db: Database;
  readonly nodeId: string;
  readonly vault: Vault;
  /** What the environment decides, without secrets. */
  readonly environment: Readonly<Record<string, string | null>>;
};

/** Tries what waits, and tells which key to seal for when it first reaches the database. */
export function connectionDesk(deps: ConnectionDeskDeps): Desk {
  const { db, nodeId, vault, environment } = deps;
  let isTold = false;
  return {
    kind: "test",
    async take() {
      if (!isTold) {
        await putGatewayCard(db, { nodeId, publicKey: vault.publicKey, environment });
        isTold = true;
      }
      const tests = await takeConnectionTests(db, nodeId);
      return tests.map(async ({ id, request }) =>
        answerConnectionTest(db, id, await tried(deps, request)),
      );
    },
  };
}

type Found = { readonly secret: string | null } | Failing;
type Failing = { readonly outcome: ConnectionResult["outcome"]; readonly detail: string | null };

async function tried(
  { vault, nodeId }: ConnectionDeskDeps,
  request: ConnectionRequest,
): Promise<ConnectionResult> {
  const { provider, region, credential, baseUrl, allowPrivateNetwork, model } = request;
  const { origin } = new URL(baseUrl);
  const failed = ({ outcome, detail }: Failing): ConnectionResult => ({
    ...emptyResult,
    ...{ outcome, detail, node: nodeId },
  });
  const found = secretOf(vault, request.secret, keyPlace(provider, credential), origin);
  if ("outcome" in found) {
    return failed(found);
  }
  if (found.secret === null) {
    return failed({ outcome: "secret_missing", detail: request.secret });
  }
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    const part = isBox(value)
      ? secretOf(vault, value, headerPlace(provider, region, name), origin)
      : { secret: value };
    if ("outcome" in part) {
      return failed({ ...part, detail: name });
    }
    headers[name.toLowerCase()] = part.secret ?? "";
  }
  const { secret } = found;
  return checkConnection({ baseUrl, headers, allowPrivateNetwork, secret, model, node: nodeId });
}

function secretOf(vault: Vault, text: string, place: string, origin: string): Found {
  if (!isBox(text)) {
    return { secret: resolveSecret(text, place, []) };
  }
  const opened = vault.open(text, place, origin);
  if (opened.ok) {
    return { secret: opened.secret };
  }
  const outcome = opened.why === "unreadable" ? "secret_unreadable" : "other_address";
  return { outcome, detail: null };
}
