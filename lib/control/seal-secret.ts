import { isReference } from "../config/secret-names";
import { isBox } from "../shared/box-text";
import { type Recipient, sealBox } from "../shared/boxes";
import { isOwnSecretName } from "../shared/env";
import { GatewayError } from "../shared/errors";
import { type SecretRequest } from "../shared/provider-contract";
import { type Refusal } from "../shared/refusals";
import { type Database } from "../store/database";
import { listGatewayCards } from "../store/gateway-cards";

const mostRecipients = 16;

/** The public keys of the gateways that are known, each once. */
export async function listRecipients(db: Database): Promise<Recipient[]> {
  const cards = await listGatewayCards(db);
  return [...new Set(cards.map(({ publicKey }) => publicKey))]
    .slice(0, mostRecipients)
    .map((publicKey) => ({ publicKey }));
}

export type SecretPlace = {
  readonly place: string;
  /** Where it may be sent. */
  readonly origins: readonly string[];
  /** The field to name when it is wrong. */
  readonly param: string;
  /** What stands there now, and where that may be sent; null: nothing. */
  readonly kept: { readonly secret: string; readonly origins: readonly string[] } | null;
};

/**
 * What the configuration keeps of a secret that somebody typed: a reference, what was there, or the secret sealed for the
 * gateways, so that nobody reads it again but they.
 *
 * @throws {GatewayError} `invalid_request` that names the field and never the secret; `not_ready` without a gateway.
 */
export function toStoredSecret(
  request: SecretRequest,
  { place, origins, param, kept }: SecretPlace,
  recipients: readonly Recipient[],
): string {
  if ("keep" in request) {
    return keptSecret(kept, origins, param);
  }
  const text = ("key" in request ? request.key : request.reference).trim();
  if ("reference" in request || /^env:[A-Za-z_][A-Za-z0-9_]*$/.test(text)) {
    return checkedReference(text, kept?.secret ?? null, param);
  }
  if (text === "") {
    throw wrong(param, { reason: "key_missing" }, "There is no key here yet: type one.");
  }
  if (!/^[\x21-\x7e]+$/.test(text)) {
    throw wrong(param, { reason: "key_characters" }, "A key is one word of printable characters.");
  }
  return sealSecret(text, { place, origins }, recipients);
}

/** `secret` sealed for the gateways. @throws {GatewayError} `not_ready` without one. */
export function sealSecret(
  secret: string,
  { place, origins }: Pick<SecretPlace, "place" | "origins">,
  recipients: readonly Recipient[],
): string {
  if (recipients.length === 0) {
    throw new GatewayError("not_ready", {
      message: "No gateway has started yet, so nobody could read the key. Start one and try again.",
      refusal: { reason: "no_gateway" },
    });
  }
  return sealBox({ secret, origins }, recipients, place, Date.now());
}

/** @throws {GatewayError} where nothing is kept, or where a sealed key would be sent to another address. */
function keptSecret(kept: SecretPlace["kept"], origins: readonly string[], param: string): string {
  if (kept === null) {
    throw wrong(param, { reason: "key_missing" }, "There is no key here yet: type one.");
  }
  const isElsewhere = origins.some((origin) => !kept.origins.includes(origin));
  if (isElsewhere && isBox(kept.secret)) {
    throw wrong(
      param,
      { reason: "key_elsewhere" },
      "The key was given for another address: type it again.",
    );
  }
  return kept.secret;
}

function checkedReference(text: string, kept: string | null, param: string): string {
  if (text === kept && isReference(text)) {
    return text;
  }
  const [, name] = /^env:([A-Za-z_][A-Za-z0-9_]*)$/.exec(text) ?? [];
  if (name === undefined) {
    throw wrong(
      param,
      { reason: "reference_form" },
      "Write env:NAME, with the name of a variable that the gateway has.",
    );
  }
  if (isOwnSecretName(name)) {
    throw wrong(
      param,
      { reason: "own_secret", values: { name } },
      `${name} is a secret of Bellwether itself and goes to no provider.`,
    );
  }
  return text;
}

function wrong(param: string, refusal: Refusal, message: string): GatewayError {
  return new GatewayError("invalid_request", { message, param, refusal });
}
