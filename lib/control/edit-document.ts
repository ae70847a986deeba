import { type ConfigDocument, type ConfigInput, emptyDocument } from "../config/document";
import { type WriteResult } from "../shared/contract";
import { GatewayError } from "../shared/errors";
import { unnamed } from "../shared/refusals";
import { type BaseDocument, findBaseDocument, findDocument } from "../store/configuration";
import { listObjectRevisions } from "../store/object-revisions";
import { findRevision, writeRevisions } from "../store/revisions";
import { listRouteRevisions } from "../store/route-revisions";
import { type ActingPerson, toStoredActor } from "./actor";
import { checked, findSilencedRoutes } from "./checked-document";
import { diffDocuments, documentObjects } from "./document-objects";
import { withoutSecrets } from "./secret-mask";
import { type ControlDeps } from "./verb";
import { toWriteResult, unchanged, type Written } from "./write-result";

export type DocumentEdit = {
  /** The object that is edited, such as `provider:acme`. */
  readonly object: string;
  readonly reason: string | null;
  /** The revision that the decision was made on; null: whatever is there. */
  readonly ifMatch: number | null;
  /** The document as it shall be. Runs under the lock of revisions. */
  readonly change: (current: ConfigDocument, base: BaseDocument | undefined) => ConfigInput;
};

/**
 * Changes the configuration by one revision, checked like any other; nothing happens where it is so already.
 *
 * @throws {GatewayError} `conflict` when the object was changed after `ifMatch`, with both versions in its details;
 *   `invalid_request` with every problem of the document; whatever `change` throws.
 */
export async function editDocument(
  actor: ActingPerson,
  { db }: ControlDeps,
  { object, reason, ifMatch, change }: DocumentEdit,
): Promise<WriteResult> {
  const written = await writeRevisions(db, async (writer): Promise<Written> => {
    const { tx } = writer;
    const current = (await findDocument(tx))?.document ?? emptyDocument;
    const wanted = change(current, await findBaseDocument(tx));
    const document = checked(wanted, placeOf(object, wanted));
    const diff = diffDocuments(current, document);
    if (Object.keys(diff.after).length === 0) {
      return unchanged(tx);
    }
    const revisions = object.startsWith("route:")
      ? await listRouteRevisions(tx)
      : await listObjectRevisions(tx);
    const revision = revisions.get(object) ?? 0;
    if (ifMatch !== null && revision > ifMatch) {
      const by = await findRevision(tx, revision);
      const shown = (of: ConfigDocument): unknown =>
        withoutSecrets(documentObjects(of).get(object) ?? null);
      throw new GatewayError("conflict", {
        message: `${by?.actor.name ?? "Somebody"} changed ${object} in the meantime, in revision ${revision}.`,
        refusal: {
          reason: "object_changed",
          values: { actor: by?.actor.name ?? unnamed, object, revision },
        },
        details: {
          current: {
            object: shown(current),
            revision,
            actor: by?.actor ?? null,
            changedAt: by?.createdAt ?? null,
          },
          yours: { object: shown(document) },
        },
      });
    }
    const { added, removed, changed } = diff;
    const appended = await writer.appendConfig(
      {
        actor: toStoredActor(actor),
        reason,
        summary: { type: "config", source: "ui", added, removed, changed },
      },
      { document, before: diff.before, after: diff.after },
    );
    return { ...appended, silencedRoutes: await findSilencedRoutes(tx, document) };
  });
  return toWriteResult(db, written);
}

/** Where `object` is in the document; nowhere for what is not one of a list. */
function placeOf(object: string, document: ConfigInput): readonly (string | number)[] {
  const lists = { providers: document.providers ?? [], models: document.models ?? [] };
  return Object.entries(lists).flatMap(([name, list]) => {
    const index = list.findIndex(({ id }) => `${name.slice(0, -1)}:${id}` === object);
    return index < 0 ? [] : [name, index];
  });
}
