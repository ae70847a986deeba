import { type CreatedKey, type KeyRequest, type KeysView } from "../shared/contract";
import { GatewayError } from "../shared/errors";
import { findAppKey, listAppKeysSince } from "../store/app-keys";
import { type KeyUse, readKeySpend, readKeyUse } from "../store/key-use";
import { writeRevisions } from "../store/revisions";
import { toStoredActor } from "./actor";
import { createAppKey } from "./create-app-key";
import { readCurrent } from "./current";
import { checkAllowed } from "./edit-key";
import { noSuchObject } from "./objects";
import { type ControlDeps, defineVerb } from "./verb";

const freshMs = 900;
const quarterMs = 900_000;
/** Rows come up to so late; what comes later still is seen a quarter of an hour after. */
const settledMs = 3_600_000;

/** Every application key, revoked ones last, with what it may do and does. Secrets are not kept, so none is here. */
export const keysView = defineVerb<null, KeysView>("read", async (_actor, deps) => {
  const { db, cache } = deps;
  // A write is visible to the read after it: its revision is in the key.
  const { revision } = await readCurrent(deps);
  return cache.get(`keys ${revision}`, freshMs, async () => {
    const [keys, use] = await Promise.all([
      db.run((prisma) => listAppKeysSince(prisma, 0)),
      readUse(deps),
    ]);
    return {
      generatedAt: Date.now(),
      keys: keys
        .map(({ hash: _hash, drill: _drill, limits, former, ...key }) => ({
          ...key,
          former:
            former === null || former.until <= Date.now()
              ? null
              : { last4: former.last4, until: former.until },
          limits: {
            rpm: limits.rpm,
            tpm: limits.tpm,
            parallel: limits.parallel,
            budgetUsdPerMonth: limits.budgetUsdPerMonth,
            strictBudget: limits.strictBudget,
            allowedModels: limits.allowedModels,
            allowedRegions: limits.allowedRegions,
          },
          ...(use.get(key.id) ?? { lastUsedAt: null, callsInHour: 0, spentNanoUsd: 0 }),
        }))
        .sort((left, right) => Number(left.revokedAt !== null) - Number(right.revokedAt !== null)),
    };
  });
});

/** The month's spend has thousands of rows for each key: what has settled is summed once in a quarter of an hour. */
async function readUse({ db, cache }: ControlDeps): Promise<ReadonlyMap<string, KeyUse>> {
  const now = new Date();
  const month = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth()));
  const quarter = Math.floor((now.getTime() - settledMs) / quarterMs) * quarterMs;
  const settled = new Date(Math.max(month.getTime(), quarter));
  const [before, use] = await Promise.all([
    cache.get(`key spend ${settled.getTime()}`, quarterMs, () =>
      readKeySpend(db, { from: month, to: settled }),
    ),
    readKeyUse(db, settled),
  ]);
  return new Map(
    [...use].map(([id, one]) => [
      id,
      { ...one, spentNanoUsd: one.spentNanoUsd + (before.get(id) ?? 0) },
    ]),
  );
}

/**
 * A new key for an application; its secret is in this answer and nowhere else.
 *
 * @throws {GatewayError} as `createAppKey`; `invalid_request` for a model or a region that nobody knows.
 */
export const createKey = defineVerb<KeyRequest, CreatedKey>(
  "administer",
  async (actor, deps, { id, name, limits: asked = {} }) => {
    const limits = {
      rpm: asked.rpm ?? null,
      tpm: asked.tpm ?? null,
      parallel: asked.parallel ?? null,
      budgetUsdPerMonth: asked.budgetUsdPerMonth ?? null,
      allowedModels: asked.allowedModels ?? null,
      allowedRegions: asked.allowedRegions ?? null,
    };
    checkAllowed((await readCurrent(deps)).document, limits);
    const shown = name?.trim() ?? "";
    return createAppKey(actor, deps, {
      ...(shown !== "" && { name: shown }),
      ...{ id, kind: "live", limits },
    });
  },
);

/**
 * From now on the key is refused, on every node within a second. It cannot be taken back: whoever knows the secret might be
 * the reason.
 *
 * @throws {GatewayError} `not_found`; `invalid_request` for a key that the configuration file owns.
 */
export const revokeKey = defineVerb<
  { readonly id: string; readonly reason: string | null },
  { readonly revision: number }
>("administer", async (actor, { db }, { id, reason }) =>
  writeRevisions(db, async (writer) => {
    const key = await findAppKey(writer.tx, id);
    if (key === undefined) {
      const all = await listAppKeysSince(writer.tx, 0);
      throw noSuchObject(
        "key",
        id,
        all.map((one) => one.id),
      );
    }
    if (key.source === "file") {
      throw new GatewayError("invalid_request", {
        message: `The key "${id}" comes from the configuration file: remove it there.`,
        param: "id",
        refusal: { reason: "key_in_file", values: { id } },
      });
    }
    if (key.revokedAt !== null) {
      return { revision: key.revision };
    }
    const { revision: _revision, revokedAt: _revokedAt, ...rest } = key;
    const appended = await writer.appendKey(
      {
        actor: toStoredActor(actor),
        reason,
        summary: { type: "key", id, action: "revoked" },
      },
      { ...rest, former: null, drill: null, revoked: true },
    );
    return { revision: appended.id };
  }),
);
