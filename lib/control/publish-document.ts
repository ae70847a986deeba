import { type ConfigDocument } from "../config/document";
import { listAppKeysSince } from "../store/app-keys";
import { findBaseDocument, findDocument } from "../store/configuration";
import { contentHash } from "../store/content-hash";
import { type RevisionHead, type RevisionWriter, writeRevisions } from "../store/revisions";
import { toStoredActor } from "./actor";
import { checked, findSilencedRoutes } from "./checked-document";
import { diffDocuments } from "./document-objects";
import { changedFileKeys } from "./file-keys";
import { withPeoplesObjects } from "./kept-objects";
import { defineVerb } from "./verb";

export type DocumentSource =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "bootstrap"; readonly demo: boolean };

export type Publication = {
  readonly document: unknown;
  readonly source: DocumentSource;
  readonly reason?: string;
};

export type Published = {
  readonly revision: number;
  /** False when this source had published the same content last. */
  readonly changed: boolean;
  /** Routes and models that nobody can answer for now, because all of their targets are switched off. */
  readonly silencedRoutes: readonly string[];
};

/**
 * Makes `document` the configuration and writes its application keys; operators' changes upon the former one end, but the
 * providers, models and routes that they made beside it stay.
 *
 * Does nothing while the source says what it said last, so that an operator's order outlives a restart.
 *
 * @throws {GatewayError} `invalid_request` with every problem of the document, one a line.
 */
export const publishDocument = defineVerb<Publication, Published>(
  "administer",
  async (actor, { db }, { document: input, source, reason }) => {
    const document = checked(input);
    return writeRevisions(db, async (writer) => {
      const keys = changedFileKeys(document, await listAppKeysSince(writer.tx, 0));
      const base = await findBaseDocument(writer.tx);
      const by = { actor: toStoredActor(actor), reason: reason ?? null };
      const current = await findDocument(writer.tx);
      const isKnown =
        base?.contentHash === contentHash(document) &&
        isSameSource(base, source) &&
        // What nobody can obey is put behind us by saying again what can be obeyed.
        current?.refused === null;
      if (!isKnown) {
        const diff = diffDocuments(current?.document ?? null, document);
        const { id } = await writer.appendConfig(
          { ...by, summary: configSummary(source, diff) },
          { document, before: diff.before, after: diff.after, keys },
        );
        const whole = withPeoplesObjects(document, current?.document, base);
        const kept = whole === null ? undefined : await appendKept(writer, by, document, whole);
        const silencedRoutes = await findSilencedRoutes(writer.tx, whole ?? document);
        return { revision: kept ?? id, changed: true, silencedRoutes };
      }
      let revision = base.revision;
      for (const key of keys) {
        const action = key.revoked ? "revoked" : "replaced";
        const head: RevisionHead = { ...by, summary: { type: "key", id: key.id, action } };
        revision = (await writer.appendKey(head, key)).id;
      }
      return { revision, changed: keys.length > 0, silencedRoutes: [] };
    });
  },
);

/** A revision of its own, so that what the file says and what people made beside it stay apart. */
async function appendKept(
  writer: RevisionWriter,
  by: Pick<RevisionHead, "actor" | "reason">,
  document: ConfigDocument,
  whole: ConfigDocument,
): Promise<number> {
  const { before, after, added, removed, changed } = diffDocuments(document, whole);
  const summary = { type: "config", source: "kept", added, removed, changed };
  return (await writer.appendConfig({ ...by, summary }, { document: whole, before, after })).id;
}

function isSameSource(
  base: { readonly source: string; readonly path: string | null },
  source: DocumentSource,
): boolean {
  return base.source === source.kind && (source.kind !== "file" || base.path === source.path);
}

function configSummary(
  source: DocumentSource,
  { added, removed, changed }: ReturnType<typeof diffDocuments>,
): RevisionHead["summary"] {
  const origin =
    source.kind === "file"
      ? { source: "file", path: source.path }
      : { source: "bootstrap", demo: source.demo };
  return { type: "config", ...origin, added, removed, changed };
}
