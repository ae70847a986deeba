import { type ConfigDocument } from "../config/document";
import { validateDocument } from "../config/validate";
import { type ChangeLine, type Comparison } from "../shared/contract";
import { GatewayError } from "../shared/errors";
import { findRevision, type StateAt, stateAt } from "../store/revisions";
import { changeLines } from "./change-lines";
import { diffDocuments } from "./document-objects";
import { type ControlDeps, defineVerb } from "./verb";

export type RevisionPair = { readonly from: number; readonly to: number };

const linesShown = 500;
const untouched = { intent: "enabled", until: null };

/**
 * What is different between what people had decided as of two revisions: the configuration value by value, switches and
 * keys. Revision 0 is before everything.
 *
 * @throws {GatewayError} `not_found` for a number that no revision has; `invalid_request` for a document that this
 *   release cannot read.
 */
export const compareRevisions = defineVerb<RevisionPair, Comparison>(
  "read",
  async (_actor, deps, { from, to }) => {
    const [older, newer] = await Promise.all([readSide(deps, from), readSide(deps, to)]);
    const lines = [
      ...documentLines(older.state, newer.state, { from, to }),
      ...switchLines(older.state, newer.state),
      ...keyLines(older.state, newer.state),
    ];
    return {
      from: older.head,
      to: newer.head,
      lines: lines.slice(0, linesShown),
      lineCount: lines.length,
    };
  },
);

async function readSide(
  { db }: ControlDeps,
  revision: number,
): Promise<{ readonly head: Comparison["from"]; readonly state: StateAt }> {
  if (revision === 0) {
    const state = { document: null, switches: new Map(), keys: new Map() };
    return { head: { revision, at: null, actor: null, reason: null }, state };
  }
  const row = await db.run((prisma) => findRevision(prisma, revision));
  if (row === undefined) {
    throw new GatewayError("not_found", {
      message: `There is no revision ${revision}.`,
      refusal: { reason: "no_such_revision", values: { revision } },
    });
  }
  const { actor, reason, createdAt: at } = row;
  return { head: { revision, at, actor, reason }, state: await stateAt(db, revision) };
}

function documentLines(older: StateAt, newer: StateAt, { from, to }: RevisionPair): ChangeLine[] {
  const after = readable(newer.document, to);
  if (after === null) {
    return [];
  }
  const diff = diffDocuments(readable(older.document, from), after);
  return changeLines({ kind: "config", summary: {}, before: diff.before, after: diff.after });
}

function readable(document: unknown, revision: number): ConfigDocument | null {
  if (document === null) {
    return null;
  }
  const validated = validateDocument(document);
  if (!validated.ok) {
    throw new GatewayError("invalid_request", {
      message: `This release cannot read the configuration of revision ${revision}.`,
      refusal: { reason: "revision_unreadable", values: { revision } },
    });
  }
  return validated.document;
}

function switchLines(older: StateAt, newer: StateAt): ChangeLine[] {
  return namesOf(older.switches, newer.switches).flatMap((name) => {
    const [objectType = "", ...id] = name.split(" ");
    return changeLines({
      kind: "switch",
      summary: { objectType, objectId: id.join(" ") },
      before: older.switches.get(name) ?? untouched,
      after: newer.switches.get(name) ?? untouched,
    });
  });
}

function keyLines(older: StateAt, newer: StateAt): ChangeLine[] {
  return namesOf(older.keys, newer.keys).flatMap((id) => {
    const [before, after] = [older.keys.get(id), newer.keys.get(id)];
    // Read backwards, a key that came goes.
    const action = after ?? "revoked";
    return before === after
      ? []
      : changeLines({ kind: "key", summary: { id, action }, before: null, after: null });
  });
}

function namesOf(
  older: ReadonlyMap<string, unknown>,
  newer: ReadonlyMap<string, unknown>,
): string[] {
  return [...new Set([...older.keys(), ...newer.keys()])].sort();
}
