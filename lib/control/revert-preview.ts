import { type RevertPreview } from "../shared/contract";
import { GatewayError } from "../shared/errors";
import { findRevision } from "../store/revisions";
import { changeLines } from "./change-lines";
import { type Current, readCurrent } from "./current";
import { diffDocuments } from "./document-objects";
import { type RevertOutcome, revertOutcome } from "./revert-outcome";
import { type ControlDeps, defineVerb } from "./verb";

const linesShown = 100;

/**
 * What taking a revision back would change of what is in force now, value by value. Nothing is changed.
 *
 * @throws {GatewayError} `not_found`; `conflict` when it cannot be taken back as things are.
 */
export const revertPreview = defineVerb<{ readonly revision: number }, RevertPreview>(
  "read",
  async (_actor, deps, { revision }) => {
    const current = await readCurrent(deps);
    const lines = linesOf(await findRevertOutcome(deps, current, revision), current);
    return {
      revision,
      basedOn: current.revision,
      lines: lines.slice(0, linesShown),
      lineCount: lines.length,
    };
  },
);

/** What taking `revision` back would leave. @throws {GatewayError} `not_found`, `conflict`. */
export async function findRevertOutcome(
  { db }: ControlDeps,
  current: Current,
  revision: number,
): Promise<RevertOutcome> {
  const row = await db.run((prisma) => findRevision(prisma, revision));
  if (row === undefined) {
    throw new GatewayError("not_found", {
      message: `There is no revision ${revision}.`,
      refusal: { reason: "no_such_revision", values: { revision } },
    });
  }
  const outcome = revertOutcome(row, current);
  if (outcome === null) {
    throw new GatewayError("conflict", {
      message: `Revision ${revision} cannot be taken back as things are now.`,
      refusal: { reason: "revert_impossible", values: { revision } },
    });
  }
  return outcome;
}

function linesOf(outcome: RevertOutcome, { document }: Current): RevertPreview["lines"] {
  if (outcome.kind === "switch") {
    const { objectType, objectId, now, next } = outcome;
    const summary = { objectType, objectId };
    return changeLines({ kind: "switch", summary, before: now, after: next });
  }
  const { before, after } = diffDocuments(document, outcome.next);
  return changeLines({ kind: "config", summary: {}, before, after });
}
