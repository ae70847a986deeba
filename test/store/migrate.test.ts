import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Client, type QueryResultRow } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { migrate } from "@/lib/store/migrate";
import { createTestDatabase, type TestDatabase } from "../support/postgres";
import { openSchemaEngine, readMigrationList } from "../support/schema-engine";

const productFolder = resolve("prisma/migrations");
const filters = { externalTables: [], externalEnums: [] };

let database: TestDatabase;
let folder: string;

beforeAll(async () => {
  database = await createTestDatabase();
});

beforeEach(async () => {
  await endConnections();
  await query("DROP SCHEMA public CASCADE");
  await query("CREATE SCHEMA public");
  folder = mkdtempSync(join(tmpdir(), "bellwether-migrations-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

afterAll(() => database.drop());

/** The engine keeps its connection, and its lock with it. */
async function endConnections(): Promise<void> {
  await query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid()
       AND backend_type = 'client backend'`,
  );
}

async function connect(): Promise<Client> {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  return client;
}

async function query(sql: string): Promise<QueryResultRow[]> {
  const client = await connect();
  try {
    return (await client.query<QueryResultRow>(sql)).rows;
  } finally {
    await client.end();
  }
}

function addMigration(name: string, sql: string): void {
  mkdirSync(join(folder, name));
  writeFileSync(join(folder, name, "migration.sql"), sql);
}

it("leaves nothing to do for Prisma's own engine", async () => {
  await migrate(database.url, { folder: productFolder });
  const engine = await openSchemaEngine(database.url);
  const migrationsList = readMigrationList(productFolder);
  expect(
    await engine.diagnoseMigrationHistory({
      migrationsList,
      optInToShadowDatabase: false,
      filters,
    }),
  ).toEqual({
    editedMigrationNames: [],
    failedMigrationNames: [],
    hasMigrationsTable: true,
    history: null,
  });
  expect(await engine.applyMigrations({ migrationsList, filters })).toEqual({
    appliedMigrationNames: [],
  });
});

it("has nothing to do after Prisma's own engine", async () => {
  addMigration("1_one", "CREATE TABLE one (id INT)");
  const engine = await openSchemaEngine(database.url);
  await engine.applyMigrations({ migrationsList: readMigrationList(folder), filters });
  await endConnections();
  const lines: string[] = [];
  const log = (line: string): void => {
    lines.push(line);
  };
  expect(await migrate(database.url, { folder, log })).toEqual([]);
  expect(lines).toEqual([]);
});

it("makes the same table as Prisma's own engine", async () => {
  const columns = `SELECT column_name, data_type, character_maximum_length, is_nullable, column_default
    FROM information_schema.columns WHERE table_name = '_prisma_migrations' ORDER BY ordinal_position`;
  addMigration("1_one", "CREATE TABLE one (id INT)");
  await migrate(database.url, { folder });
  const own = await query(columns);
  await query("DROP SCHEMA public CASCADE");
  await query("CREATE SCHEMA public");
  const engine = await openSchemaEngine(database.url);
  await engine.applyMigrations({ migrationsList: readMigrationList(folder), filters });
  expect(own).toEqual(await query(columns));
});

it("applies each migration once, in order, and says which", async () => {
  addMigration("2_two", "CREATE TABLE two (id INT REFERENCES one (id))");
  addMigration("1_one", "CREATE TABLE one (id INT PRIMARY KEY)");
  expect(await migrate(database.url, { folder })).toEqual(["1_one", "2_two"]);
  addMigration("3_three", "CREATE TABLE three (id INT)");
  expect(await migrate(database.url, { folder })).toEqual(["3_three"]);
  expect(await migrate(database.url, { folder })).toEqual([]);
});

it("applies each migration once when four processes start together", async () => {
  addMigration("1_one", "CREATE TABLE one (id INT); SELECT pg_sleep(0.3)");
  const runs = await Promise.all([1, 2, 3, 4].map(() => migrate(database.url, { folder })));
  expect(runs.flat()).toEqual(["1_one"]);
});

it("leaves nothing of a migration that fails and keeps those before it", async () => {
  addMigration("1_one", "CREATE TABLE one (id INT)");
  addMigration("2_two", "CREATE TABLE two (id INT); SELECT no_such_column");
  await expect(migrate(database.url, { folder })).rejects.toThrow(
    'the migration 2_two failed and was undone: column "no_such_column" does not exist',
  );
  expect(await query("SELECT to_regclass('one') AS one, to_regclass('two') AS two")).toEqual([
    { one: "one", two: null },
  ]);
  rmSync(join(folder, "2_two"), { recursive: true });
  addMigration("2_two", "CREATE TABLE two (id INT)");
  expect(await migrate(database.url, { folder })).toEqual(["2_two"]);
});

it("sets aside what another process left unfinished, and applies it again", async () => {
  addMigration("1_one", "SELECT 1");
  await migrate(database.url, { folder });
  await query("UPDATE _prisma_migrations SET finished_at = NULL");
  expect(await migrate(database.url, { folder })).toEqual(["1_one"]);
  expect(
    await query(
      `SELECT rolled_back_at IS NOT NULL AS undone, finished_at IS NOT NULL AS done
       FROM _prisma_migrations ORDER BY started_at`,
    ),
  ).toEqual([
    { undone: true, done: false },
    { undone: false, done: true },
  ]);
});

it("gives up with one line when another process keeps the lock of Prisma's engine", async () => {
  const other = await connect();
  try {
    await other.query("SELECT pg_advisory_lock(72707369)");
    const lines: string[] = [];
    const log = (line: string): void => {
      lines.push(line);
    };
    await expect(migrate(database.url, { folder, log, lockTimeoutMs: 300 })).rejects.toThrow(
      /^another process has been migrating the database/,
    );
    expect(lines).toEqual(["another process migrates the database; waiting for it"]);
  } finally {
    await other.end();
  }
});

it("refuses a database that holds tables of something else", async () => {
  await query("CREATE TABLE invoices (id INT)");
  await expect(migrate(database.url, { folder })).rejects.toThrow(
    /already holds tables of something else \(invoices, …\)/,
  );
  expect(await query("SELECT to_regclass('_prisma_migrations') AS made")).toEqual([{ made: null }]);
});

it("tells that a newer release has been here, and goes on", async () => {
  addMigration("1_one", "SELECT 1");
  addMigration("2_two", "SELECT 1");
  await migrate(database.url, { folder });
  rmSync(join(folder, "2_two"), { recursive: true });
  const lines: string[] = [];
  const log = (line: string): void => {
    lines.push(line);
  };
  expect(await migrate(database.url, { folder, log })).toEqual([]);
  expect(lines).toEqual(["the database is ahead of this release: it has the migration 2_two"]);
});

it.each([
  ["nothing listens there", { port: "1" }, /^DATABASE_URL: nothing listens at 127\.0\.0\.1:1\//],
  ["the host is unknown", { hostname: "no.such.host.invalid" }, /^DATABASE_URL: the host of /],
  ["the password is wrong", { password: "canary" }, /^DATABASE_URL: .* refuses the user or the/],
  [
    "the database is missing",
    { pathname: "/nowhere" },
    /^DATABASE_URL: .*\/nowhere does not exist/,
  ],
])("says in one line, without the password, that %s", async (_name, part, line) => {
  const url = Object.assign(new URL(database.url), part);
  const error: unknown = await migrate(url.href, { folder }).catch((thrown: unknown) => thrown);
  const { message } = error as Error;
  expect(message).toMatch(line);
  expect(message).not.toContain("\n");
  expect(message).not.toContain(url.password);
});

it("keeps transactions to itself: no migration begins or commits one", () => {
  for (const entry of readdirSync(productFolder, { withFileTypes: true })) {
    if (entry.isDirectory()) {
      const sql = readFileSync(join(productFolder, entry.name, "migration.sql"), "utf8");
      expect(sql).not.toMatch(/^\s*(BEGIN|START TRANSACTION|COMMIT|ROLLBACK)\s*;/im);
    }
  }
});
