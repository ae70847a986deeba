import { keyLimitFields } from "../config/document";
import { shapeRefusal } from "../config/validate";
import { hashAppKey, mintAppKey } from "../shared/app-key";
import { type CreatedKey } from "../shared/contract";
import { GatewayError } from "../shared/errors";
import { type AppKeyLimits, findAppKey, noAppKeyLimits } from "../store/app-keys";
import { writeRevisions } from "../store/revisions";
import { toStoredActor } from "./actor";
import { defineVerb } from "./verb";

export type NewKey = {
  /** a-z, 0-9, dots and dashes; shown in the call log. */
  readonly id: string;
  /** For people; its id where none is given. */
  readonly name?: string;
  readonly kind: "live" | "demo";
  /** What is left out is not limited. */
  readonly limits?: Partial<AppKeyLimits>;
  /** A secret that was minted before and is not in the table yet. */
  readonly secret?: string;
};

/** The limits as a file would write them, which has the same bounds. */
const limitFields = [
  ["rpm", keyLimitFields.rpm],
  ["tpm", keyLimitFields.tpm],
  ["parallel", keyLimitFields.parallel],
  ["budgetUsdPerMonth", keyLimitFields.budget_usd_per_month],
] as const;

/** @throws {GatewayError} `invalid_request` for a name that is empty or longer than 80 characters. */
export function checkKeyName(name: string): void {
  if (name === "" || name.length > 80) {
    throw new GatewayError("invalid_request", {
      message: "Name the key with 1 to 80 characters.",
      param: "name",
      refusal: { reason: "key_name", values: { most: 80 } },
    });
  }
}

/** @throws {GatewayError} `invalid_request` naming the limit that is out of its bounds. */
export function checkKeyLimits(limits: AppKeyLimits): void {
  for (const [name, field] of limitFields) {
    const parsed = field.nullable().safeParse(limits[name]);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      throw new GatewayError("invalid_request", {
        message: `\`limits.${name}\` ${issue?.message ?? "is not valid"}.`,
        param: `limits.${name}`,
        refusal: issue === undefined ? { reason: "value_invalid" } : shapeRefusal(issue),
      });
    }
  }
}

/** A new application key. @throws {GatewayError} `conflict` when the id is taken, `invalid_request` for a limit out of bounds. */
export const createAppKey = defineVerb<NewKey, CreatedKey>(
  "administer",
  async (actor, { db }, { id, name = id, kind, limits: given, secret = mintAppKey() }) => {
    if (!/^[a-z0-9][a-z0-9.-]{0,62}$/.test(id)) {
      throw new GatewayError("invalid_request", {
        message: "Name the key with a-z, 0-9, dots and dashes, at most 63 characters.",
        param: "id",
        refusal: { reason: "key_id" },
      });
    }
    const limits = { ...noAppKeyLimits, ...given };
    checkKeyName(name);
    checkKeyLimits(limits);
    return writeRevisions(db, async (writer) => {
      const existing = await findAppKey(writer.tx, id);
      if (existing !== undefined) {
        const { last4, source, revokedAt, revision } = existing;
        throw new GatewayError("conflict", {
          message: `There is a key "${id}" already.`,
          param: "id",
          refusal: { reason: "key_taken", values: { id } },
          details: {
            current: { id, kind: existing.kind, last4, source, revokedAt, revision },
            yours: { id, kind },
          },
        });
      }
      const appended = await writer.appendKey(
        {
          actor: toStoredActor(actor),
          reason: null,
          summary: { type: "key", id, action: "created" },
        },
        {
          id,
          name,
          hash: hashAppKey(secret),
          last4: secret.slice(-4),
          kind,
          source: "minted",
          limits,
          former: null,
          drill: null,
          revoked: false,
        },
      );
      return { id, secret, revision: appended.id };
    });
  },
);
