import { z } from "zod";
import { type ConfigDocument } from "../config/document";
import { validateDocument } from "../config/validate";
import { GatewayError } from "../shared/errors";
import { findDocument, type PublishedDocument } from "../store/configuration";
import {
  findRevision,
  type RevisionHead,
  type RevisionRow,
  type RevisionWriter,
} from "../store/revisions";
import { requirePermission, toStoredActor } from "./actor";
import { findSilencedRoutes } from "./checked-document";
import {
  diffDocuments,
  documentObjects,
  isFirstDocument,
  restoreObjects,
} from "./document-objects";
import { type AskedRevert, revertConflict } from "./revert-conflict";
import { withoutSecrets } from "./secret-mask";
import { unchanged, type Written } from "./write-result";

const objectDiff = z.record(z.string(), z.unknown());

/**
 * Restores the objects of the configuration as they were before `row`, each by itself.
 *
 * @throws {GatewayError} `conflict` when one was changed again, or when the rest needs what the revision made;
 *   `invalid_request` for the first configuration of all; `forbidden`.
 */
export async function revertConfig(
  writer: RevisionWriter,
  row: RevisionRow,
  { actor, reason, ifMatch }: AskedRevert,
): Promise<Written> {
  const before = objectDiff.parse(row.before ?? {});
  if (isFirstDocument({ before })) {
    throw new GatewayError("invalid_request", {
      message: "Before the first configuration there was none to go back to.",
      refusal: { reason: "revert_first" },
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
      return current?.refused?.revision === row.id
        ? repeatDocument(writer, current, { actor, reason, reverts: row.id })
        : unchanged(writer.tx);
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
        throw revertConflict(
          row.id,
          `the rest of the configuration needs it: ${problems.join("; ")}`,
          { reason: "revert_needed", values: { revision: row.id }, detail: problems.join("; ") },
        );
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
  { actor, reason, reverts }: Pick<AskedRevert, "actor" | "reason"> & { readonly reverts: number },
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
  const refusal = {
    reason: "revert_changed",
    values: { revision: row.id, names: names.join(", ") },
  } as const;
  return revertConflict(row.id, `${names.join(", ")} changed again since`, refusal, {
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
