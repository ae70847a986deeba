import { createHash, randomUUID } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { type Client } from "pg";
import { findErrorCode, StartError } from "@/lib/shared/start-error";
import { withConnection } from "./connect";

/**
 * Applies prisma/migrations as `prisma migrate deploy` would, without its native engine: the same
 * table, the same checksums, the same lock, so that either can continue where the other ended.
 * What differs is on purpose: each file and its row are one transaction, so that nothing half-done
 * stays behind, and the lock is waited for longer than 10 s. The WebAssembly build of the engine
 * will not do: it cuts a file at every semicolon, also inside the body of a function.
 */

export interface MigrateOptions {
  /** The folder `prisma/migrations`. */
  readonly folder: string;
  readonly log?: (line: string) => void;
  /** How long another process may hold the lock. */
  readonly lockTimeoutMs?: number;
}

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

/** The advisory lock of Prisma's own engine. */
const prismaLock = 72707369;

const createTable = `
  CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id                  VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum            VARCHAR(64) NOT NULL,
    finished_at         TIMESTAMPTZ,
    migration_name      VARCHAR(255) NOT NULL,
    logs                TEXT,
    rolled_back_at      TIMESTAMPTZ,
    started_at          TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count INTEGER NOT NULL DEFAULT 0
  )`;

/**
 * Brings the database of `url` to the newest migration and returns the names of those it applied.
 * Safe to run any number of times and from several processes at once. `url` must not lead through
 * a transaction pooler.
 *
 * @throws {StartError} when the database cannot be used or a migration fails; then that migration
 *   left nothing behind.
 */
export async function migrate(url: string, options: MigrateOptions): Promise<readonly string[]> {
  const { folder, log = (): void => undefined, lockTimeoutMs = 120_000 } = options;
  const migrations = readMigrations(folder);
  return withConnection(url, async (client) => {
    await endWithUs(client);
    await takeLock(client, lockTimeoutMs, log);
    const applied = await readApplied(client);
    warnOfDifferences(migrations, applied, log);
    const pending = migrations.filter(({ name }) => !applied.has(name));
    for (const migration of pending) {
      await applyMigration(client, migration);
    }
    return pending.map(({ name }) => name);
  });
}

function readMigrations(folder: string): Migration[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && existsSync(join(folder, entry.name, "migration.sql")))
    .map(({ name }) => {
      const bytes = readFileSync(join(folder, name, "migration.sql"));
      const checksum = createHash("sha256").update(bytes).digest("hex");
      return { name, sql: bytes.toString("utf8"), checksum };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A server that works on for a process that was killed would keep the lock for as long as the migration takes. */
async function endWithUs(client: Client): Promise<void> {
  // Some systems cannot tell that a client is gone; there the next start waits.
  await client.query("SET client_connection_check_interval = '1s'").catch(() => undefined);
}

/** The lock belongs to the connection and ends with it. */
async function takeLock(
  client: Client,
  timeoutMs: number,
  log: (line: string) => void,
): Promise<void> {
  const startedAtMs = performance.now();
  for (let attempt = 0; ; attempt += 1) {
    const { rows } = await client.query<{ taken: boolean }>(
      "SELECT pg_try_advisory_lock($1) AS taken",
      [prismaLock],
    );
    if (rows[0]?.taken === true) {
      return;
    }
    if (performance.now() - startedAtMs > timeoutMs) {
      throw new StartError(
        `another process has been migrating the database for ${Math.round(timeoutMs / 1000)} s; start again when it has ended`,
      );
    }
    if (attempt === 0) {
      log("another process migrates the database; waiting for it");
    }
    await sleep(250);
  }
}

/** Checksums of the applied migrations by name; what an ended process left unfinished is set aside. */
async function readApplied(client: Client): Promise<ReadonlyMap<string, string>> {
  const { rows: tables } = await client.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_class c
     WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')`,
  );
  const isOurs = tables.some(({ name }) => name === "_prisma_migrations");
  if (tables.length > 0 && !isOurs) {
    throw new StartError(
      `DATABASE_URL: the database already holds tables of something else (${tables[0]?.name ?? ""}, …); give Bellwether a database of its own`,
    );
  }
  try {
    await client.query(createTable);
  } catch (error) {
    const isDenied = findErrorCode(error) === "42501";
    throw isDenied
      ? new StartError("DATABASE_URL: the user may not create tables in the database", {
          cause: error,
        })
      : error;
  }
  await client.query(
    "UPDATE _prisma_migrations SET rolled_back_at = now() WHERE finished_at IS NULL AND rolled_back_at IS NULL",
  );
  const { rows } = await client.query<{ name: string; checksum: string }>(
    "SELECT migration_name AS name, checksum FROM _prisma_migrations WHERE rolled_back_at IS NULL",
  );
  return new Map(rows.map(({ name, checksum }) => [name, checksum]));
}

function warnOfDifferences(
  migrations: readonly Migration[],
  applied: ReadonlyMap<string, string>,
  log: (line: string) => void,
): void {
  const known = new Map(migrations.map(({ name, checksum }) => [name, checksum]));
  for (const [name, checksum] of applied) {
    const own = known.get(name);
    if (own === undefined) {
      log(`the database is ahead of this release: it has the migration ${name}`);
    } else if (own !== checksum) {
      log(`the migration ${name} has changed since it was applied`);
    }
  }
}

async function applyMigration(client: Client, migration: Migration): Promise<void> {
  try {
    await client.query("BEGIN");
    await client.query(migration.sql);
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, now(), clock_timestamp(), 1)`,
      [randomUUID(), migration.checksum, migration.name],
    );
    await client.query("COMMIT");
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new StartError(`the migration ${migration.name} failed and was undone: ${message}`, {
      cause: error,
    });
  }
}
