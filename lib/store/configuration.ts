import { configDocument, type ConfigDocument } from "../config/document";
import { type AppKeyRow, listAppKeysSince } from "./app-keys";
import { type Database, type Transaction } from "./database";
import { listSwitchesSince, type SwitchRow } from "./switches";

/** What the database says now, of one moment. `document` is null until something was published. */
export type Configuration = {
  /** The newest revision of any kind; 0 when there is none. */
  readonly revision: number;
  /** The revision that holds `document`; 0 when there is none. */
  readonly configRevision: number;
  readonly document: ConfigDocument | null;
  readonly switches: readonly SwitchRow[];
  readonly keys: readonly AppKeyRow[];
};

/** The whole configuration, one consistent snapshot. */
export async function readConfiguration(db: Database): Promise<Configuration> {
  return readChangesSince(db, 0);
}

/**
 * What changed after `revision`: switches and keys that did, and the document if a newer one was published
 * (else null, with `configRevision` 0). Cheap when nothing did.
 */
export async function readChangesSince(db: Database, revision: number): Promise<Configuration> {
  const newest = await newestRevision(db);
  if (newest === revision) {
    return { revision, configRevision: 0, document: null, switches: [], keys: [] };
  }
  return db.transaction(async (tx) => {
    const head = await tx.revision.findFirst({ orderBy: { id: "desc" }, select: { id: true } });
    const config = await findDocument(tx, revision);
    return {
      revision: head?.id ?? 0,
      configRevision: config?.revision ?? 0,
      document: config?.document ?? null,
      switches: await listSwitchesSince(tx, revision),
      keys: await listAppKeysSince(tx, revision),
    };
  }, "RepeatableRead");
}

/** The number of the newest revision of any kind; 0 when there is none. */
export async function newestRevision(db: Database): Promise<number> {
  const head = await db.run((prisma) =>
    prisma.revision.findFirst({ orderBy: { id: "desc" }, select: { id: true } }),
  );
  return head?.id ?? 0;
}

export type PublishedDocument = {
  readonly revision: number;
  readonly document: ConfigDocument;
  readonly contentHash: string;
};

/** The newest document that a revision after `since` published; undefined when none did. */
export async function findDocument(
  tx: Transaction,
  since = 0,
): Promise<PublishedDocument | undefined> {
  const row = await tx.revision.findFirst({
    where: { kind: "config", id: { gt: since } },
    orderBy: { id: "desc" },
    select: { id: true, document: true, contentHash: true },
  });
  if (row === null) {
    return undefined;
  }
  const parsed = configDocument.safeParse(row.document);
  if (!parsed.success) {
    throw new Error(`Revision ${row.id} holds a document that this release cannot read.`, {
      cause: parsed.error,
    });
  }
  return { revision: row.id, document: parsed.data, contentHash: row.contentHash ?? "" };
}
