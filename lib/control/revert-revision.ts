import { z } from "zod";
import { type ConfigDocument } from "../config/document";
import { validateDocument } from "../config/validate";
import { Intent, type WriteResult } from "../shared/contract";
import { GatewayError } from "../shared/errors";
import { findDocument, type PublishedDocument } from "../store/configuration";
import {
  findRevision,
  type RevisionHead,
  type RevisionRow,
  type RevisionWriter,
  type SwitchState,
  writeRevisions,
} from "../store/revisions";
import { findSwitch, objectTypes } from "../store/switches";
import { type ActingPerson, requirePermission, toStoredActor } from "./actor";
import { findSilencedRoutes } from "./checked-document";
import {
  diffDocuments,
  documentObjects,
  isFirstDocument,
  restoreObjects,
} from "./document-objects";
import { objectIds } from "./objects";
import { withoutSecrets } from "./secret-mask";
import { toSwitchState } from "./set-switch";
import { defineVerb } from "./verb";
import { toWriteResult, unchanged, type Written } from "./write-result";

export type Revert = {
  readonly revision: number;
  readonly reason?: string | null;
  /** The revision that the decision was made on; absent or null: whatever is there. */
  readonly ifMatch?: number | null;
};

/**
 * Takes back what one revision changed, with a new revision. Nothing changes when it is taken back already.
 *
 * @throws {GatewayError} `not_found`; `conflict` when what it changed was changed again since, or after `ifMatch`, with
 *   both versions in its details, or when the rest of the configuration needs the change; `invalid_request` for a
 *   revision that cannot be taken back.
 */
export const revertRevision = defineVerb<Revert, WriteResult>(
  "operate",
  async (actor, { db }, { revision, reason = null, ifMatch = null }) => {
    const written = await writeRevisions(db, async (writer): Promise<Written> => {
      const row = await findRevision(writer.tx, revision);
      if (row === undefined) {
        throw new GatewayError("not_found", { message: `There is no revision ${revision}.` });
      }
      switch (row.kind) {
        case "switch":
          return revertSwitch(writer, row, { actor, reason, ifMatch });
        case "config":
          return revertConfig(writer, row, { actor, reason, ifMatch });
        case "key":
          throw new GatewayError("invalid_request", {
            message: "A change of a key cannot be taken back: make a new key.",
          });
      }
    });
    return toWriteResult(db, written);
  },
);

type Asked = {
  readonly actor: ActingPerson;
  readonly reason: string | null;
  readonly ifMatch: number | null;
};

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
  { actor, reason, ifMatch }: Asked,
): Promise<Written> {
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
  const isNewer = ifMatch !== null && (current?.revision ?? 0) > ifMatch;
  if (isNewer || !isSameSwitch(state, after)) {
    const by = current === undefined ? "" : ` by ${current.actor.name}`;
    const since = current === undefined ? "" : ` in revision ${current.revision}`;
    throw conflict(
      row.id,
      `the ${objectType} "${objectId}" was changed again${by}${since} and is ${state.intent}`,
      {
        current: {
          ...state,
          revision: current?.revision ?? 0,
          actor: current?.actor ?? null,
          changedAt: current?.changedAt ?? null,
        },
        yours: before,
      },
    );
  }
  const { intent: to, until } = before;
  const appended = await writer.appendSwitch(
    {
      actor: toStoredActor(actor),
      reason,
      summary: { type: "switch", objectType, objectId, from: state.intent, to, until },
      reverts: row.id,
    },
    { objectType, objectId, before: state, after: before },
  );
  const { document } = published;
  return to === "enabled"
    ? appended
    : { ...appended, silencedRoutes: await findSilencedRoutes(writer.tx, document) };
}

async function revertConfig(
  writer: RevisionWriter,
  row: RevisionRow,
  { actor, reason, ifMatch }: Asked,
): Promise<Written> {
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
      return current?.refused === undefined || current.refused === null
        ? unchanged(writer.tx)
        : repeatDocument(writer, current, { actor, reason, reverts: row.id });
    case "conflict":
      throw await changedAgain(writer, row, restored.names, current?.document ?? null, before);
    case "restored": {
      if (ifMatch !== null && current !== undefined && current.revision > ifMatch) {
        const names = Object.keys(before);
        throw await changedAgain(writer, row, names, current.document, before);
      }
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
      const { document } = validated;
      const appended = await writer.appendConfig(head, {
        document,
        before: diff.before,
        after: diff.after,
      });
      return { ...appended, silencedRoutes: await findSilencedRoutes(writer.tx, document) };
    }
  }
}

/** Says again what was good, so that every node is past a document that it refuses. */
async function repeatDocument(
  writer: RevisionWriter,
  { document }: PublishedDocument,
  { actor, reason, reverts }: Pick<Asked, "actor" | "reason"> & { readonly reverts: number },
): Promise<Written> {
  const summary = { type: "config", source: "revert", added: [], removed: [], changed: [] };
  return writer.appendConfig(
    { actor: toStoredActor(actor), reason, summary, reverts },
    { document, before: {}, after: {} },
  );
}

/** The conflict with both versions of the objects, and with who made the present one. */
async function changedAgain(
  { tx }: RevisionWriter,
  row: RevisionRow,
  names: readonly string[],
  document: ConfigDocument | null,
  before: Readonly<Record<string, unknown>>,
): Promise<GatewayError> {
  const objects = documentObjects(document);
  const pick = (find: (name: string) => unknown): Record<string, unknown> =>
    Object.fromEntries(names.map((name) => [name, withoutSecrets(find(name) ?? null)]));
  const published = await findDocument(tx);
  const by = published === undefined ? undefined : await findRevision(tx, published.revision);
  return conflict(row.id, `${names.join(", ")} changed again since`, {
    current: {
      objects: pick((name) => objects.get(name)),
      revision: by?.id ?? 0,
      actor: by?.actor ?? null,
      changedAt: by?.createdAt ?? null,
    },
    yours: { objects: pick((name) => before[name]) },
  });
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
