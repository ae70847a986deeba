import { z } from "zod";
import { Prisma, type Revision } from "./generated/client";
import { type ConfigDocument } from "../config/document";
import { Actor, type Intent } from "../shared/contract";
import { type AppKeyRow } from "./app-keys";
import { contentHash } from "./content-hash";
import { type Database, type Transaction } from "./database";
import { sendNotice } from "./notices";
import { type ObjectType } from "./switches";

/** What every revision says besides its change. */
export type RevisionHead = {
  readonly actor: Actor;
  readonly reason: string | null;
  /** What happened, for the page to word (Change.summary of the contract). */
  readonly summary: Readonly<Record<string, unknown>>;
  /** The number of the revision that this one takes back. */
  readonly reverts?: number;
};

export type SwitchState = {
  readonly intent: Intent;
  readonly until: number | null;
  readonly reason: string | null;
};

/** The objects that a configuration revision changed, by `type:id`; null where one did not exist. */
export type ObjectDiff = Readonly<Record<string, unknown>>;

export type Appended = { readonly id: number; readonly createdAt: number };

/** The one place where revisions are made: under the lock, in order, announced after the commit. */
export type RevisionWriter = {
  readonly tx: Transaction;
  appendSwitch(
    head: RevisionHead,
    change: {
      readonly objectType: ObjectType;
      readonly objectId: string;
      readonly before: SwitchState;
      readonly after: SwitchState;
    },
  ): Promise<Appended>;
  /** `keys` are the file's keys that changed with it. */
  appendConfig(
    head: RevisionHead,
    change: {
      readonly document: ConfigDocument;
      readonly before: ObjectDiff;
      readonly after: ObjectDiff;
      readonly keys?: readonly NewAppKey[];
    },
  ): Promise<Appended>;
  appendKey(head: RevisionHead, key: NewAppKey): Promise<Appended>;
};

export type NewAppKey = Omit<AppKeyRow, "revision" | "revokedAt"> & { readonly revoked: boolean };

/**
 * The body's result once all revisions that it appended are committed and announced.
 *
 * One writer at a time: numbers become visible in their order, so a poller that has seen n has seen all before n.
 */
export async function writeRevisions<T>(
  db: Database,
  body: (writer: RevisionWriter) => Promise<T>,
): Promise<T> {
  let newest: number | undefined;
  const result = await db.transaction(async (tx) => {
    await tx.$executeRaw`SELECT pg_advisory_xact_lock(hashtext('bellwether.revision'))`;
    const append = async (columns: RevisionColumns): Promise<Appended> => {
      const appended = await insertRevision(tx, columns);
      newest = appended.id;
      return appended;
    };
    return body({
      tx,
      async appendSwitch(head, change) {
        const { before, after } = change;
        const appended = await append({ ...head, kind: "switch", before, after });
        await putSwitch(tx, change, after, head.actor, appended.id);
        return appended;
      },
      async appendConfig(head, { document, before, after, keys = [] }) {
        const appended = await append({ ...head, kind: "config", before, after, document });
        for (const key of keys) {
          await putAppKey(tx, key, appended.id);
        }
        return appended;
      },
      async appendKey(head, key) {
        const { hash: _hash, former, ...shown } = key;
        const after = { ...shown, former: former && { last4: former.last4, until: former.until } };
        const appended = await append({ ...head, kind: "key", before: null, after });
        await putAppKey(tx, key, appended.id);
        return appended;
      },
    });
  });
  if (newest !== undefined) {
    await sendNotice(db, { kind: "revision", id: newest });
  }
  return result;
}

type RevisionColumns = RevisionHead & {
  readonly kind: "config" | "switch" | "key";
  readonly before: unknown;
  readonly after: unknown;
  readonly document?: ConfigDocument;
};

const insertedRows = z.tuple([z.object({ id: z.number(), createdAt: z.date() })]);

async function insertRevision(tx: Transaction, columns: RevisionColumns): Promise<Appended> {
  const { document } = columns;
  // The database's clock under the lock: instants follow the numbers.
  const rows = await tx.$queryRaw`
    INSERT INTO revision
      (kind, actor, reason, summary, before, after, document, content_hash, reverts, created_at)
    VALUES (
      ${columns.kind}::revision_kind, ${JSON.stringify(columns.actor)}::jsonb, ${columns.reason},
      ${JSON.stringify(columns.summary)}::jsonb, ${nullableJson(columns.before)}::jsonb,
      ${nullableJson(columns.after)}::jsonb, ${nullableJson(document ?? null)}::jsonb,
      ${document === undefined ? null : contentHash(document)}, ${columns.reverts ?? null},
      clock_timestamp())
    RETURNING id, created_at AS "createdAt"`;
  const [row] = insertedRows.parse(rows);
  return { id: row.id, createdAt: row.createdAt.getTime() };
}

async function putSwitch(
  tx: Transaction,
  object: { readonly objectType: ObjectType; readonly objectId: string },
  state: SwitchState,
  actor: Actor,
  revision: number,
): Promise<void> {
  await tx.$executeRaw`
    INSERT INTO switch (object_type, object_id, intent, until, reason, actor, revision, changed_at)
    VALUES (
      ${object.objectType}, ${object.objectId}, ${state.intent}::intent,
      ${state.until === null ? null : new Date(state.until)}::timestamptz, ${state.reason},
      ${JSON.stringify(actor)}::jsonb, ${revision}, clock_timestamp())
    ON CONFLICT (object_type, object_id) DO UPDATE SET
      intent = EXCLUDED.intent, until = EXCLUDED.until, reason = EXCLUDED.reason,
      actor = EXCLUDED.actor, revision = EXCLUDED.revision, changed_at = EXCLUDED.changed_at`;
}

async function putAppKey(tx: Transaction, key: NewAppKey, revision: number): Promise<void> {
  const revokedAt = key.revoked ? Prisma.sql`clock_timestamp()` : Prisma.sql`NULL`;
  await tx.$executeRaw`
    INSERT INTO app_key
      (id, name, hash, last4, kind, source, limits, former, drill, revoked_at, revision)
    VALUES (
      ${key.id}, ${key.name}, ${key.hash}, ${key.last4}, ${key.kind}, ${key.source},
      ${JSON.stringify(key.limits)}::jsonb, ${nullableJson(key.former)}::jsonb,
      ${nullableJson(key.drill)}::jsonb, ${revokedAt}, ${revision})
    ON CONFLICT (id) DO UPDATE SET
      name = EXCLUDED.name, hash = EXCLUDED.hash, last4 = EXCLUDED.last4, kind = EXCLUDED.kind,
      source = EXCLUDED.source, limits = EXCLUDED.limits, former = EXCLUDED.former,
      drill = EXCLUDED.drill, revoked_at = EXCLUDED.revoked_at,
      revision = EXCLUDED.revision`;
}

function nullableJson(value: unknown): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value);
}

/** The newest revision of any kind; undefined before the first. */
export async function findNewestRevision(tx: Transaction): Promise<Appended | undefined> {
  const row = await tx.revision.findFirst({
    orderBy: { id: "desc" },
    select: { id: true, createdAt: true },
  });
  return row === null ? undefined : { id: row.id, createdAt: row.createdAt.getTime() };
}

/** One revision as it was written; before and after are what its kind puts there. */
export type RevisionRow = {
  readonly id: number;
  readonly kind: "config" | "switch" | "key";
  readonly actor: Actor;
  readonly reason: string | null;
  readonly summary: Readonly<Record<string, unknown>>;
  readonly before: unknown;
  readonly after: unknown;
  readonly reverts: number | null;
  readonly createdAt: number;
};

/** One revision without its document; undefined when there is none of this number. */
export async function findRevision(tx: Transaction, id: number): Promise<RevisionRow | undefined> {
  const row = await tx.revision.findUnique({ where: { id }, omit: { document: true } });
  return row === null ? undefined : toRevisionRow(row);
}

/** Who made each of these revisions, and when; without those that there are not. */
export async function revisionHeads(
  db: Database,
  ids: readonly number[],
): Promise<Pick<RevisionRow, "id" | "actor" | "createdAt">[]> {
  const rows = await db.run((prisma) =>
    prisma.revision.findMany({
      where: { id: { in: [...ids] } },
      select: { id: true, actor: true, createdAt: true },
    }),
  );
  return rows.map(({ id, actor, createdAt }) => ({
    id,
    actor: Actor.parse(actor),
    createdAt: createdAt.getTime(),
  }));
}

const summaryColumn = z.record(z.string(), z.unknown());

function toRevisionRow(row: Omit<Revision, "document">): RevisionRow {
  const { contentHash: _contentHash, ...columns } = row;
  return {
    ...columns,
    actor: Actor.parse(row.actor),
    summary: summaryColumn.parse(row.summary),
    createdAt: row.createdAt.getTime(),
  };
}

/** At most `limit` revisions, newest first; below the number `belowId`, made before `beforeMs`, or by one kind of actor. */
export async function listRevisions(
  db: Database,
  limit: number,
  bound: {
    readonly belowId?: number;
    readonly beforeMs?: number;
    readonly actor?: Actor["type"];
    /** `type:id`, `settings`, …: only those that changed it. */
    readonly object?: string;
  } = {},
): Promise<RevisionRow[]> {
  const { belowId, beforeMs, actor, object } = bound;
  const ids = object === undefined ? undefined : await revisionsOfObject(db, object);
  const rows = await db.run((prisma) =>
    prisma.revision.findMany({
      where: {
        ...((belowId !== undefined || ids !== undefined) && {
          id: { ...(belowId !== undefined && { lt: belowId }), ...(ids && { in: ids }) },
        }),
        ...(beforeMs !== undefined && { createdAt: { lt: new Date(beforeMs) } }),
        ...(actor !== undefined && { actor: { path: ["type"], equals: actor } }),
      },
      omit: { document: true },
      orderBy: { id: "desc" },
      take: limit,
    }),
  );
  return rows.map(toRevisionRow);
}

const idRows = z.array(z.object({ id: z.number() }));
/** Of one object; what lies behind them is not looked at. */
const mostOfObject = 5_000;

/** The newest revisions that changed an object of the configuration, a switch or a key. */
async function revisionsOfObject(db: Database, object: string): Promise<number[]> {
  const [type = "", ...rest] = object.split(":");
  const id = rest.join(":");
  const rows = await db.run(
    (prisma) => prisma.$queryRaw`
      SELECT id FROM revision WHERE
        (kind = 'config' AND (jsonb_exists(before, ${object}) OR jsonb_exists(after, ${object})))
        OR (kind = 'switch' AND summary->>'objectType' = ${type} AND summary->>'objectId' = ${id})
        OR (kind = 'key' AND 'key' = ${type} AND summary->>'id' = ${id})
      ORDER BY id DESC LIMIT ${mostOfObject}`,
  );
  return idRows.parse(rows).map((row) => row.id);
}

/** The newest revision made at an instant or before it, and when the next one came; undefined before the first. */
export async function findRevisionAt(
  db: Database,
  atMs: number,
): Promise<{ readonly row: RevisionRow; readonly untilMs: number | null } | undefined> {
  return db.run(async (prisma) => {
    const row = await prisma.revision.findFirst({
      where: { createdAt: { lte: new Date(atMs) } },
      omit: { document: true },
      orderBy: { id: "desc" },
    });
    if (row === null) {
      return undefined;
    }
    const next = await prisma.revision.findFirst({
      where: { id: { gt: row.id } },
      select: { createdAt: true },
      orderBy: { id: "asc" },
    });
    return { row: toRevisionRow(row), untilMs: next?.createdAt.getTime() ?? null };
  });
}

/** The revisions made since `fromMs`, before `untilMs` where it is said, oldest first; the newest `limit` of them. */
export async function listRevisionsSince(
  db: Database,
  fromMs: number,
  limit: number,
  untilMs: number | null = null,
): Promise<RevisionRow[]> {
  const rows = await db.run((prisma) =>
    prisma.revision.findMany({
      where: {
        createdAt: { gte: new Date(fromMs), ...(untilMs !== null && { lt: new Date(untilMs) }) },
      },
      omit: { document: true },
      orderBy: { id: "desc" },
      take: limit,
    }),
  );
  return rows.reverse().map(toRevisionRow);
}

const configRows = z.array(z.object({ revision: z.number(), config: z.number() }));

/** For each of these revisions the newest one up to it that published a configuration; those before the first are absent. */
export async function configRevisionsOf(
  db: Database,
  revisions: readonly number[],
): Promise<z.infer<typeof configRows>> {
  if (revisions.length === 0) {
    return [];
  }
  const rows = await db.run(
    (prisma) => prisma.$queryRaw`
      SELECT asked.revision, config.id AS config FROM unnest(${[...revisions]}::int[]) AS asked(revision)
      CROSS JOIN LATERAL (SELECT id FROM revision WHERE kind = 'config' AND id <= asked.revision
        ORDER BY id DESC LIMIT 1) AS config`,
  );
  return configRows.parse(rows);
}

/** What people had decided as of one revision: the document as it was written, and the switches and keys touched by then. */
export type StateAt = {
  readonly document: unknown;
  /** After the newest change of each, by `type id`. */
  readonly switches: ReadonlyMap<string, unknown>;
  /** What was last done to each (`created`, `revoked`, …), by id. */
  readonly keys: ReadonlyMap<string, unknown>;
};

const documentRows = z.array(z.object({ document: z.unknown() }));
const objectRows = z.array(
  z.object({ type: z.string(), id: z.string(), after: z.unknown(), action: z.unknown() }),
);

/** The state as of the revision `id`. */
export async function stateAt(db: Database, id: number): Promise<StateAt> {
  return db.run(async (prisma) => {
    const [documents, switched, keys] = await Promise.all([
      prisma.$queryRaw`
        SELECT document FROM revision
        WHERE kind = 'config' AND document IS NOT NULL AND id <= ${id} ORDER BY id DESC LIMIT 1`,
      prisma.$queryRaw`
        SELECT DISTINCT ON (1, 2) summary->>'objectType' AS type, summary->>'objectId' AS id, after,
          NULL AS action
        FROM revision WHERE kind = 'switch' AND id <= ${id} ORDER BY 1, 2, revision.id DESC`,
      prisma.$queryRaw`
        SELECT DISTINCT ON (2) 'key' AS type, summary->>'id' AS id, NULL AS after,
          summary->>'action' AS action
        FROM revision WHERE kind = 'key' AND id <= ${id} ORDER BY 2, revision.id DESC`,
    ]);
    return {
      document: documentRows.parse(documents)[0]?.document ?? null,
      switches: new Map(
        objectRows.parse(switched).map((row) => [`${row.type} ${row.id}`, row.after]),
      ),
      keys: new Map(objectRows.parse(keys).map((row) => [row.id, row.action])),
    };
  });
}
