import { z } from "zod";
import { type ConfigDocument } from "../config/document";
import { type Judged, judgeDocument, type RawDocument, type Refusal } from "../config/judged";
import { type AppKeyRow, toAppKeyRows } from "./app-keys";
import { type Database, type Transaction } from "./database";
import { type SwitchRow, switchRows } from "./switches";

/** What changed after a revision, of one moment. */
export type Changes = {
  /** The newest revision of any kind; 0 when there is none. */
  readonly revision: number;
  /** The newest document that was published since; null when none was. */
  readonly config: RawDocument | null;
  readonly switches: readonly SwitchRow[];
  readonly keys: readonly AppKeyRow[];
  /** The ids of keys that changed to what this release cannot read. */
  readonly unreadableKeys: readonly string[];
  /** The targets whose failures people had forgotten meanwhile, in that order; not for longer than ten minutes. */
  readonly resets: readonly { readonly revision: number; readonly target: string }[];
};

/** What the database says now. `document` is null until something was published. */
export type Configuration = {
  /** The newest revision of any kind; 0 when there is none. */
  readonly revision: number;
  /** The newest revision with a document that this release can obey, which is `document`; 0 when there is none. */
  readonly configRevision: number;
  readonly document: ConfigDocument | null;
  /** The newest document that cannot be obeyed, if it came after `document`. */
  readonly refused: Refusal | null;
  readonly switches: readonly SwitchRow[];
  readonly keys: readonly AppKeyRow[];
};

/** The whole configuration, as every node of this release obeys it. */
export async function readConfiguration(db: Database): Promise<Configuration> {
  const { revision, config, switches, keys } = await readChangesSince(db, 0);
  const { published, refused } = await db.run((prisma) => judgeDocuments(prisma, config, 0));
  return {
    revision,
    configRevision: published?.revision ?? 0,
    document: published?.document ?? null,
    refused,
    switches,
    keys,
  };
}

const changeRows = z.tuple([
  z.object({
    revision: z.number(),
    config: z.object({ revision: z.number(), document: z.unknown() }).nullable(),
    switches: switchRows,
    keys: z.array(z.unknown()),
    resets: z.array(z.object({ revision: z.number(), target: z.string() })),
  }),
]);

/**
 * What changed after `revision`; with 0 everything. One statement: it is one moment without a transaction, reads only
 * what changed, and leaves nothing open on a connection that breaks. A database that is not migrated yet does not know the
 * kind `reset`: as a text it is one that no row has.
 */
export async function readChangesSince(db: Database, revision: number): Promise<Changes> {
  const rows = await db.run(
    (prisma) => prisma.$queryRaw`
      SELECT
        (SELECT coalesce(max(id), 0) FROM revision) AS revision,
        (SELECT jsonb_build_object('revision', id, 'document', document) FROM revision
          WHERE kind = 'config' AND id > ${revision} ORDER BY id DESC LIMIT 1) AS config,
        (SELECT coalesce(jsonb_agg(to_jsonb(s) ORDER BY object_type, object_id), '[]') FROM switch s
          WHERE revision > ${revision}) AS switches,
        (SELECT coalesce(jsonb_agg(to_jsonb(k) ORDER BY id), '[]') FROM app_key k
          WHERE revision > ${revision}) AS keys,
        (SELECT coalesce(jsonb_agg(jsonb_build_object('revision', id, 'target', summary->>'target') ORDER BY id), '[]')
          FROM revision WHERE kind::text = 'reset' AND id > ${revision}
            AND created_at > clock_timestamp() - interval '10 minutes') AS resets`,
  );
  const [row] = changeRows.parse(rows);
  const { keys, unreadable } = toAppKeyRows(row.keys);
  return { ...row, keys, unreadableKeys: unreadable };
}

/** Documents in a row that nobody can obey; what lies behind them is not looked at. */
const documentsJudged = 20;

/** What can be obeyed of `newest` and, where that cannot be, of the documents before it down to revision `above`. */
export async function judgeDocuments(
  tx: Transaction,
  newest: RawDocument | null,
  above: number,
): Promise<Judged> {
  let refused: Refusal | null = null;
  let candidate = newest;
  for (let count = 0; candidate !== null && count < documentsJudged; count += 1) {
    const judged = judgeDocument(candidate);
    refused ??= judged.refused;
    if (judged.published !== null) {
      return { published: judged.published, refused };
    }
    candidate = await findRawDocument(tx, above, candidate.revision - 1);
  }
  return { published: null, refused };
}

/** The newest document that a revision after `above`, up to `until`, published; null when none did. */
async function findRawDocument(
  tx: Transaction,
  above: number,
  until?: number,
): Promise<RawDocument | null> {
  const row = await tx.revision.findFirst({
    where: { kind: "config", id: { gt: above, ...(until === undefined ? {} : { lte: until }) } },
    orderBy: { id: "desc" },
    select: { id: true, document: true },
  });
  return row === null ? null : { revision: row.id, document: row.document };
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
  /** The newest document among those asked for that cannot be obeyed, if it came after this one. */
  readonly refused: Refusal | null;
};

/**
 * The newest document that can be obeyed of those that revisions after `since`, up to `until`, published; undefined when
 * there is none.
 */
export async function findDocument(
  tx: Transaction,
  since = 0,
  until?: number,
): Promise<PublishedDocument | undefined> {
  const newest = await findRawDocument(tx, since, until);
  const { published, refused } = await judgeDocuments(tx, newest, since);
  if (published === null) {
    return undefined;
  }
  const row = await tx.revision.findUnique({
    where: { id: published.revision },
    select: { contentHash: true },
  });
  return { ...published, contentHash: row?.contentHash ?? "", refused };
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
