import { z } from "zod";
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

/** The newest document that a revision after `since`, up to `until`, published; undefined when none did. */
export async function findDocument(
  tx: Transaction,
  since = 0,
  until?: number,
): Promise<PublishedDocument | undefined> {
  const row = await tx.revision.findFirst({
    where: { kind: "config", id: { gt: since, ...(until === undefined ? {} : { lte: until }) } },
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

/** The newest document that a file or the first start published: what operators' changes lie upon. */
export type BaseDocument = PublishedDocument & {
  readonly source: "file" | "bootstrap";
  /** The file's path; null without a file. */
  readonly path: string | null;
  /** The built-in demo providers. */
  readonly demo: boolean;
};

const baseSummary = z.object({
  source: z.enum(["file", "bootstrap"]),
  path: z.string().nullable().default(null),
  demo: z.boolean().default(false),
});
const baseRows = z.array(z.object({ id: z.number(), summary: baseSummary }));

/** The document that the present one grew from; undefined before the first. */
export async function findBaseDocument(tx: Transaction): Promise<BaseDocument | undefined> {
  const rows = await tx.$queryRaw`
    SELECT id, summary FROM revision
    WHERE kind = 'config' AND summary->>'source' IN ('file', 'bootstrap')
    ORDER BY id DESC LIMIT 1`;
  const [row] = baseRows.parse(rows);
  if (row === undefined) {
    return undefined;
  }
  const published = await findDocument(tx, row.id - 1, row.id);
  return published && { ...published, ...row.summary };
}
