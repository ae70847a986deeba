import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { emptyDocument } from "../config/document";
import { isSecretHeader } from "../config/secret-names";
import { endsWithPath } from "../shared/addresses";
import { headerPlace, keyPlace } from "../shared/box-text";
import { GatewayError } from "../shared/errors";
import { type ConnectionResult, type ConnectionTestRequest } from "../shared/provider-contract";
import { findDocument } from "../store/configuration";
import {
  askConnectionTest,
  findConnectionResult,
  removeConnectionTest,
} from "../store/connection-tests";
import { onlyRegion, originsOf } from "./provider-document";
import { listRecipients, sealSecret, toStoredSecret } from "./seal-secret";
import { defineVerb } from "./verb";

const lookEveryMs = 60;
/** A gateway's own limits are shorter: connect 3 s, answer 8 s, twice. */
const limitMs = 24_000;
/** A gateway that lives takes a test within two seconds, whatever becomes of the notice. */
const noGateway: ConnectionResult = {
  outcome: "no_gateway",
  status: null,
  detail: null,
  message: null,
  latencyMs: null,
  skewMs: null,
  models: [],
  node: null,
};

/**
 * What a gateway finds at an address with a key, before either is saved. A gateway asks, because its network, its environment
 * and its private key count and not ours; what it is asked with is sealed, and gone when this returns.
 *
 * @throws {GatewayError} `invalid_request` that names the field; `not_ready` without a gateway.
 */
export const testConnection = defineVerb<ConnectionTestRequest, ConnectionResult>(
  "administer",
  async (_actor, { db }, { provider, baseUrl, secret, ...rest }) => {
    if (!/^https?:\/\//.test(baseUrl) || !URL.canParse(baseUrl)) {
      throw new GatewayError("invalid_request", {
        message: "A base URL begins with https:// or http://.",
        param: "baseUrl",
        refusal: { reason: "base_url" },
      });
    }
    if (!endsWithPath(baseUrl)) {
      throw new GatewayError("invalid_request", {
        message: "A base URL ends with its path: no user name, password, query or fragment.",
        param: "baseUrl",
        refusal: { reason: "base_url_ends" },
      });
    }
    const [recipients, published] = await Promise.all([
      listRecipients(db),
      db.run((prisma) => findDocument(prisma)),
    ]);
    if (recipients.length === 0) {
      return noGateway;
    }
    const { providers } = published?.document ?? emptyDocument;
    const former = providers.find(({ id }) => id === provider);
    const credential = rest.credential ?? null;
    const region = rest.region ?? onlyRegion;
    const origins = [new URL(baseUrl).origin];
    const kept =
      credential === null
        ? former?.api_key
        : former?.credentials?.find(({ id }) => id === credential)?.api_key;
    const stored = toStoredSecret(
      secret,
      {
        place: keyPlace(provider, credential),
        origins,
        param: "secret",
        kept:
          kept === undefined || former === undefined
            ? null
            : { secret: kept, origins: originsOf(former) },
      },
      recipients,
    );
    const keptHeaders = former?.regions?.find(({ id }) => id === region)?.headers ?? {};
    const headers = Object.entries(rest.headers ?? {}).flatMap(
      ([name, value]): [string, string][] => {
        const place = headerPlace(provider, region, name);
        if (value === null) {
          const there = keptHeaders[name];
          return there === undefined ? [] : [[name, there]];
        }
        return [
          [name, isSecretHeader(name) ? sealSecret(value, { place, origins }, recipients) : value],
        ];
      },
    );
    const id = randomUUID();
    await askConnectionTest(db, id, {
      ...{ provider, region, credential, baseUrl },
      headers: Object.fromEntries(headers),
      allowPrivateNetwork: rest.allowPrivateNetwork ?? false,
      secret: stored,
      model: rest.model ?? null,
    });
    try {
      for (let untilMs = performance.now() + limitMs; performance.now() < untilMs;) {
        const result = await findConnectionResult(db, id);
        if (result !== undefined) {
          return result;
        }
        await sleep(lookEveryMs);
      }
      return noGateway;
    } finally {
      await removeConnectionTest(db, id);
    }
  },
);
