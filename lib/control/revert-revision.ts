import { z } from "zod";
import { type ConfigDocument } from "../config/document";
import { validateDocument } from "../config/validate";
import { Intent, type WriteResult } from "../shared/contract";
import { GatewayError } from "../shared/errors";
import { findDocument } from "../store/configuration";
import {
  type Appended,
  findRevision,
  type RevisionHead,
  type RevisionRow,
  type RevisionWriter,
  type SwitchState,
  writeRevisions,
} from "../store/revisions";
import { findSwitch, objectTypes } from "../store/switches";
import { type ActingPerson, requirePermission, toStoredActor } from "./actor";
import {
  diffDocuments,
  documentObjects,
  isFirstDocument,
  restoreObjects,
} from "./document-objects";
import { objectIds } from "./objects";
import { toSwitchState } from "./set-switch";
import { defineVerb } from "./verb";
import { toWriteResult, unchanged } from "./write-result";

export type Revert = { readonly revision: number; readonly reason?: string | null };

/**
 * Takes back what one revision changed, with a new revision. Nothing changes when it is taken back already.
 *
 * @throws {GatewayError} `not_found`, `conflict` when what it changed was changed again since, or when the rest of the
 *   configuration needs the change; `invalid_request` for a revision that cannot be taken back.
 */
export const revertRevision = defineVerb<Revert, WriteResult>(
  "operate",
  async (actor, { db }, { revision, reason = null }) => {
    const appended = await writeRevisions(db, async (writer) => {
      const row = await findRevision(writer.tx, revision);
      if (row === undefined) {
        throw new GatewayError("not_found", { message: `There is no revision ${revision}.` });
      }
      switch (row.kind) {
        case "switch":
          return revertSwitch(writer, row, actor, reason);
        case "config":
          return revertConfig(writer, row, actor, reason);
        case "key":
          throw new GatewayError("invalid_request", {
            message: "A change of a key cannot be taken back: make a new key.",
          });
      }
    });
    return toWriteResult(db, appended);
  },
);

const switchState = z.object({
  intent: Intent,
  until: z.number().nullable(),
  reason: z.string().nullable(),
});
const switchSummary = z.object({ objectType: z.enum(objectTypes), objectId: z.string() });
const objectDiff = z.record(z.string(), z.unknown());

async function revertSwitch(
  writer: RevisionWriter,
  row: RevisionRow,
  actor: ActingPerson,
  reason: string | null,
): Promise<Appended> {
  const { objectType, objectId } = switchSummary.parse(row.summary);
  const now = Date.now();
  const before = atTime(switchState.parse(row.before), now);
  const after = switchState.parse(row.after);
  const current = await findSwitch(writer.tx, objectType, objectId);
  const state = toSwitchState(current);
  if (isSameSwitch(state, before)) {
    return unchanged(writer.tx);
  }
  const published = await findDocument(writer.tx);
  if (published === undefined || !objectIds(published.document, objectType).includes(objectId)) {
    throw conflict(row.id, `the ${objectType} "${objectId}" does not exist any more`);
  }
  if (!isSameSwitch(state, after)) {
    const by = current === undefined ? "" : ` by ${current.actor.name}`;
    const since = current === undefined ? "" : ` in revision ${current.revision}`;
    throw conflict(
      row.id,
      `the ${objectType} "${objectId}" was changed again${by}${since} and is ${state.intent}`,
      { theirs: { ...state, revision: current?.revision ?? 0 }, mine: before },
    );
  }
  const { intent: to, until } = before;
  return writer.appendSwitch(
    {
      actor: toStoredActor(actor),
      reason,
      summary: { type: "switch", objectType, objectId, from: state.intent, to, until },
      reverts: row.id,
    },
    { objectType, objectId, before: state, after: before },
  );
}

async function revertConfig(
  writer: RevisionWriter,
  row: RevisionRow,
  actor: ActingPerson,
  reason: string | null,
): Promise<Appended> {
  const before = objectDiff.parse(row.before ?? {});
  if (isFirstDocument({ before })) {
    throw new GatewayError("invalid_request", {
      message: "Before the first configuration there was none to go back to.",
    });
  }
  if (row.summary["type"] !== "reorder") {
    requirePermission(actor, "administer");
  }
  const after = objectDiff.parse(row.after ?? {});
  const current = await findDocument(writer.tx);
  const restored =
    current === undefined
      ? ({ kind: "same" } as const)
      : restoreObjects(documentObjects(current.document), { before, after });
  switch (restored.kind) {
    case "same":
      return unchanged(writer.tx);
    case "conflict":
      throw conflict(row.id, `${restored.names.join(", ")} changed again since`, {
        names: restored.names,
      });
    case "restored": {
      const validated = validateDocument(restored.input);
      if (!validated.ok || current === undefined) {
        const problems = validated.ok ? [] : validated.problems.map(({ message }) => message);
        throw conflict(row.id, `the rest of the configuration needs it: ${problems.join("; ")}`);
      }
      const diff = diffDocuments(current.document, validated.document);
      const head: RevisionHead = {
        actor: toStoredActor(actor),
        reason,
        summary: revertSummary(row, current.document, validated.document, diff),
        reverts: row.id,
      };
      return writer.appendConfig(head, {
        document: validated.document,
        before: diff.before,
        after: diff.after,
      });
    }
  }
}

function revertSummary(
  row: RevisionRow,
  former: ConfigDocument,
  next: ConfigDocument,
  { added, removed, changed }: ReturnType<typeof diffDocuments>,
): RevisionHead["summary"] {
  const { summary } = row;
  if (summary["type"] !== "reorder") {
    return { type: "config", source: "revert", added, removed, changed };
  }
  const chainIn = (document: ConfigDocument): readonly string[] =>
    document.routes.find(({ id }) => id === summary["route"])?.chain ??
    document.models.map(({ id }) => id);
  return { type: "reorder", route: summary["route"], from: chainIn(former), to: chainIn(next) };
}

/** A state whose own end has come is enabled by now. */
function atTime(state: SwitchState, now: number): SwitchState {
  return state.until !== null && state.until <= now
    ? { intent: "enabled", until: null, reason: null }
    : state;
}

function isSameSwitch(left: SwitchState, right: SwitchState): boolean {
  return left.intent === right.intent && left.until === right.until;
}

function conflict(
  revision: number,
  why: string,
  details?: Readonly<Record<string, unknown>>,
): GatewayError {
  return new GatewayError("conflict", {
    message: `Revision ${revision} cannot be taken back: ${why}.`,
    ...(details === undefined ? {} : { details }),
  });
}
