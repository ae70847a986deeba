import { type WriteResult } from "../shared/contract";
import { findDocument } from "../store/configuration";
import { writeRevisions } from "../store/revisions";
import { toStoredActor } from "./actor";
import { noSuchObject, objectIds } from "./objects";
import { defineVerb } from "./verb";
import { toWriteResult } from "./write-result";

export type BreakerReset = { readonly target: string; readonly reason: string | null };

/**
 * Has every node forget the failures of a target, as a revision that they follow. It comes back by a trial or a ramp.
 *
 * @throws {GatewayError} `not_found`.
 */
export const resetBreaker = defineVerb<BreakerReset, WriteResult>(
  "operate",
  async (actor, { db }, { target, reason }) => {
    const written = await writeRevisions(db, async (writer) => {
      const current = await findDocument(writer.tx);
      const ids = current === undefined ? [] : objectIds(current.document, "target");
      if (!ids.includes(target)) {
        throw noSuchObject("target", target, ids);
      }
      const summary = { type: "reset", target };
      return writer.appendReset({ actor: toStoredActor(actor), reason, summary });
    });
    return toWriteResult(db, written);
  },
);
