import { hashAppKey, mintAppKey } from "../shared/app-key";
import { type CreatedKey } from "../shared/contract";
import { GatewayError } from "../shared/errors";
import { type AppKeyRow, findAppKey, listAppKeysSince } from "../store/app-keys";
import { type Appended, type RevisionWriter, writeRevisions } from "../store/revisions";
import { type ActingPerson, toStoredActor } from "./actor";
import { noSuchObject } from "./objects";
import { defineVerb } from "./verb";

const longestOverlapMs = 90 * 86_400_000;
const longestDrillMs = 900_000;

export type Rotation = {
  readonly id: string;
  /** Until when the present secret stays good too, in epoch ms; at most 90 days ahead. Null: it ends at once. */
  readonly until: number | null;
};

/**
 * Another secret for the same key, told this once. The one before it stays good until its time is over, on every node, with
 * the same limits and the same budget; one that was still in overlap ends now.
 *
 * @throws {GatewayError} `not_found`; `invalid_request` for a key of the file, a revoked one, or a bad `until`.
 */
export const rotateKey = defineVerb<Rotation, CreatedKey>(
  "administer",
  async (actor, { db }, { id, until }) => {
    const now = Date.now();
    if (until !== null && (!Number.isSafeInteger(until) || until > now + longestOverlapMs)) {
      throw new GatewayError("invalid_request", {
        message: "The old secret may stay good for 90 days at most.",
        param: "until",
        refusal: { reason: "overlap_long", values: { days: longestOverlapMs / 86_400_000 } },
      });
    }
    const secret = mintAppKey();
    return writeRevisions(db, async (writer) => {
      const key = await requireMintedKey(writer, id);
      const former =
        until === null || until <= now ? null : { hash: key.hash, last4: key.last4, until };
      const changed = { hash: hashAppKey(secret), last4: secret.slice(-4), former };
      const { id: revision } = await appendKey(writer, actor, "rotated", { ...key, ...changed });
      return { id, secret, revision };
    });
  },
);

/** Ends the secret before the last rotation now. @throws {GatewayError} as `rotateKey`. */
export const endFormerSecret = defineVerb<{ readonly id: string }, { readonly revision: number }>(
  "administer",
  async (actor, { db }, { id }) =>
    writeRevisions(db, async (writer) => {
      const key = await requireMintedKey(writer, id);
      if (key.former === null) {
        return { revision: key.revision };
      }
      const appended = await appendKey(writer, actor, "rotation_ended", { ...key, former: null });
      return { revision: appended.id };
    }),
);

export type Drill = {
  readonly id: string;
  readonly target: string;
  /** 1 to 900 000. */
  readonly forMs: number;
};

/**
 * For a time, `target` answers no call of this key: they are failed before anything is sent, and nobody else's calls nor the
 * target's health hear of it.
 *
 * @throws {GatewayError} `not_found`; `invalid_request` for a time out of bounds.
 */
export const startDrill = defineVerb<Drill, { readonly revision: number; readonly until: number }>(
  "operate",
  async (actor, { db }, { id, target, forMs }) => {
    if (!(forMs >= 1 && forMs <= longestDrillMs)) {
      throw new GatewayError("invalid_request", {
        message: "A drill lasts 15 minutes at most.",
        param: "forMs",
        refusal: { reason: "drill_long", values: { minutes: longestDrillMs / 60_000 } },
      });
    }
    return writeRevisions(db, async (writer) => {
      const key = await requireKey(writer, id);
      const until = Date.now() + forMs;
      const drilled = { ...key, drill: { target, until } };
      const appended = await appendKey(writer, actor, "drilled", drilled);
      return { revision: appended.id, until };
    });
  },
);

async function requireKey({ tx }: RevisionWriter, id: string): Promise<AppKeyRow> {
  const key = await findAppKey(tx, id);
  if (key === undefined) {
    const all = await listAppKeysSince(tx, 0);
    throw noSuchObject(
      "key",
      id,
      all.map((one) => one.id),
    );
  }
  if (key.revokedAt !== null) {
    throw new GatewayError("invalid_request", {
      message: `The key "${id}" is revoked: make a new one.`,
      param: "id",
      refusal: { reason: "key_revoked", values: { id } },
    });
  }
  return key;
}

/** The key of `id`, which is neither revoked nor the file's. @throws {GatewayError} `not_found`; `invalid_request`. */
export async function requireMintedKey(writer: RevisionWriter, id: string): Promise<AppKeyRow> {
  const key = await requireKey(writer, id);
  if (key.source === "file") {
    throw new GatewayError("invalid_request", {
      message: `The key "${id}" comes from the configuration file: change it there.`,
      param: "id",
      refusal: { reason: "key_in_file", values: { id } },
    });
  }
  return key;
}

/** Writes `key` down in one revision, which says `more` of it; every node follows it within a second. */
export function appendKey(
  writer: RevisionWriter,
  actor: ActingPerson,
  action: string,
  { revision: _revision, revokedAt: _revokedAt, ...key }: AppKeyRow,
  more: Readonly<Record<string, unknown>> = {},
): Promise<Appended> {
  const head = {
    actor: toStoredActor(actor),
    reason: null,
    summary: { type: "key", id: key.id, action, ...more },
  };
  return writer.appendKey(head, { ...key, revoked: false });
}
