import { type ConfigDocument, emptyDocument } from "../config/document";
import { type KeyEdit, type WriteResult } from "../shared/contract";
import { GatewayError } from "../shared/errors";
import { type AppKeyLimits, type AppKeyRow } from "../store/app-keys";
import { findDocument } from "../store/configuration";
import { writeRevisions } from "../store/revisions";
import { checkKeyLimits, checkKeyName } from "./create-app-key";
import { didYouMean, noObjectRefusal, objectIds } from "./objects";
import { appendKey, requireMintedKey } from "./rotate-key";
import { defineVerb } from "./verb";
import { toWriteResult, unchanged, type Written } from "./write-result";

export type EditedKey = {
  readonly id: string;
  /** What is left out stays as it is; a limit of null limits nothing. */
  readonly request: KeyEdit;
  /** The revision of the key that was looked at; null: whatever is there. */
  readonly ifMatch: number | null;
};

/**
 * Another name, other limits, or other models and regions for a key, on every node within a second; its secret stays.
 *
 * @throws {GatewayError} `not_found`; `conflict` when the key was changed after `ifMatch`; `invalid_request` naming the field,
 *   and for a key of the file or a revoked one.
 */
export const editKey = defineVerb<EditedKey, WriteResult>(
  "administer",
  async (actor, { db }, { id, request, ifMatch }) => {
    const written = await writeRevisions(db, async (writer): Promise<Written> => {
      const key = await requireMintedKey(writer, id);
      const wanted = withAsked(key, request);
      if (ifMatch !== null && key.revision > ifMatch) {
        throw new GatewayError("conflict", {
          message: `The key "${id}" was changed in the meantime, in revision ${key.revision}.`,
          refusal: { reason: "key_changed", values: { id, revision: key.revision } },
          details: {
            current: { object: toShown(key), revision: key.revision },
            yours: { object: toShown(wanted) },
          },
        });
      }
      const to = whatDiffers(wanted, key);
      if (Object.keys(to).length === 0) {
        return unchanged(writer.tx);
      }
      checkKeyName(wanted.name);
      checkKeyLimits(wanted.limits);
      const document = (await findDocument(writer.tx))?.document ?? emptyDocument;
      // A model that was removed since must not keep the key from another name.
      checkAllowed(document, to);
      const from = whatDiffers(key, wanted);
      const appended = await appendKey(writer, actor, "edited", wanted, { from, to });
      return { ...appended, silencedRoutes: [] };
    });
    return toWriteResult(db, written);
  },
);

function withAsked(key: AppKeyRow, { name, limits = {} }: KeyEdit): AppKeyRow {
  const asked = Object.entries(limits).filter(([, value]) => value !== undefined);
  return {
    ...key,
    name: name === undefined ? key.name : name.trim(),
    limits: { ...key.limits, ...Object.fromEntries(asked) },
  };
}

function toShown({ name, limits }: AppKeyRow): {
  readonly name: string;
  readonly limits: AppKeyLimits;
} {
  return { name, limits };
}

/** Name and limits of `key`, as far as `other` has them otherwise. */
function whatDiffers(key: AppKeyRow, other: AppKeyRow): { name?: string } & Partial<AppKeyLimits> {
  const theirs = new Map<string, unknown>(Object.entries({ name: other.name, ...other.limits }));
  const differing = Object.entries({ name: key.name, ...key.limits }).filter(
    ([field, value]) => JSON.stringify(value) !== JSON.stringify(theirs.get(field)),
  );
  return Object.fromEntries(differing);
}

/**
 * Refuses models and regions that nobody knows: a key for them could call nobody.
 *
 * @throws {GatewayError} `invalid_request` naming the field.
 */
export function checkAllowed(
  document: ConfigDocument,
  { allowedModels, allowedRegions }: NonNullable<KeyEdit["limits"]>,
): void {
  const lists = [
    ["model", "limits.allowedModels", allowedModels],
    ["region", "limits.allowedRegions", allowedRegions],
  ] as const;
  for (const [type, param, asked] of lists) {
    const known = objectIds(document, type);
    const unknown = asked?.find((id) => id !== "*" && !known.includes(id));
    if (unknown !== undefined) {
      throw new GatewayError("invalid_request", {
        message: `There is no ${type} "${unknown}".${didYouMean(unknown, known)}`,
        param,
        refusal: noObjectRefusal(type, unknown, known),
      });
    }
    if (asked?.length === 0) {
      throw new GatewayError("invalid_request", {
        message: `Name one ${type} at least.`,
        param,
        refusal: { reason: "list_least", values: { least: 1 } },
      });
    }
  }
}
