import { type WriteResult } from "../shared/contract";
import { GatewayError } from "../shared/errors";
import { findRevision, type RevisionWriter, writeRevisions } from "../store/revisions";
import { revertConfig } from "./revert-config";
import { type AskedRevert } from "./revert-conflict";
import { revertSwitch } from "./revert-switch";
import { defineVerb } from "./verb";
import { toWriteResult, type Written } from "./write-result";

export type Revert = {
  readonly revision: number;
  /** Further ones, which are taken back with it or not at all. */
  readonly also?: readonly number[];
  readonly reason?: string | null;
  /** The revision that the decision was made on; absent or null: whatever is there. */
  readonly ifMatch?: number | null;
  /** Switches that were changed again since go back too, but not those that were after `ifMatch`. */
  readonly overrule?: boolean;
};

/**
 * Takes back what a revision changed, with a new revision, and others with it, the newest first. Nothing changes when it is
 * taken back already.
 *
 * @throws {GatewayError} `not_found`; `conflict` when what it changed was changed again since, or after `ifMatch`, with
 *   both versions in its details, or when the rest of the configuration needs the change; `invalid_request` for a
 *   revision that cannot be taken back.
 */
export const revertRevision = defineVerb<Revert, WriteResult>(
  "operate",
  async (actor, { db }, { revision, also = [], reason = null, ifMatch = null, overrule }) => {
    const asked = { actor, reason, ifMatch, overrules: overrule === true };
    const written = await writeRevisions(db, async (writer): Promise<Written> => {
      const [newest = revision, ...older] = [...new Set([revision, ...also])].sort((a, b) => b - a);
      let last = await revertOne(writer, newest, asked);
      for (const id of older) {
        last = await revertOne(writer, id, asked);
      }
      return last;
    });
    return toWriteResult(db, written);
  },
);

async function revertOne(
  writer: RevisionWriter,
  revision: number,
  asked: AskedRevert,
): Promise<Written> {
  const row = await findRevision(writer.tx, revision);
  if (row === undefined) {
    throw new GatewayError("not_found", {
      message: `There is no revision ${revision}.`,
      refusal: { reason: "no_such_revision", values: { revision } },
    });
  }
  switch (row.kind) {
    case "switch":
      return revertSwitch(writer, row, asked);
    case "config":
      return revertConfig(writer, row, asked);
    case "key":
      throw new GatewayError("invalid_request", {
        message: "A change of a key cannot be taken back: make a new key.",
        refusal: { reason: "revert_key" },
      });
    case "reset":
      throw new GatewayError("invalid_request", {
        message: `Revision ${revision} had failures forgotten: there is nothing to take back.`,
        refusal: { reason: "revert_impossible", values: { revision } },
      });
  }
}
