import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { build } from "esbuild";
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { createTestDatabase, type TestDatabase } from "../support/postgres";

/** Migrations in processes of their own, as several starts make them. */
let folder: string;
let script: string;
let database: TestDatabase;
const children: ChildProcess[] = [];

beforeAll(async () => {
  // Beside node_modules, so that the packages are found.
  mkdirSync(resolve("node_modules/.cache"), { recursive: true });
  folder = mkdtempSync(resolve("node_modules/.cache/migrate-"));
  script = join(folder, "migrate.mjs");
  await build({
    stdin: {
      contents: `
        import { migrate } from "@/lib/store/migrate";
        const [, , url, migrations] = process.argv;
        const names = await migrate(url, { folder: migrations, log: (line) => console.log(line) });
        console.log(JSON.stringify(names));`,
      resolveDir: resolve("."),
      loader: "ts",
    },
    alias: { "@": resolve(".") },
    outfile: script,
    bundle: true,
    format: "esm",
    platform: "node",
    packages: "external",
    logLevel: "silent",
  });
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});
beforeEach(async () => {
  database = await createTestDatabase();
  await query("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
  mkdirSync(join(folder, "migrations/1_one"), { recursive: true });
});
afterEach(async () => {
  children.splice(0).forEach((child) => child.kill("SIGKILL"));
  await database.drop();
  rmSync(join(folder, "migrations"), { recursive: true });
});

async function query<T extends object>(sql: string): Promise<T[]> {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}

function migrateApart(): {
  child: ChildProcess;
  ended: Promise<{ code: number | null; said: string }>;
} {
  const child = spawn(process.execPath, [script, database.url, join(folder, "migrations")]);
  children.push(child);
  let said = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      said += text;
    });
  }
  return {
    child,
    ended: new Promise((ended) => {
      child.once("close", (code) => {
        ended({ code, said });
      });
    }),
  };
}

async function until(sql: string): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if ((await query<{ yes: boolean }>(`SELECT (${sql}) AS yes`))[0]?.yes === true) {
      return;
    }
    await sleep(25);
  }
  throw new Error(`never: ${sql}`);
}

const running =
  "EXISTS (SELECT FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)%' AND pid <> pg_backend_pid())";

describe("migrations by several processes", () => {
  it("one killed in the middle of ten minutes holds nobody up: the next start makes it whole", async () => {
    const path = join(folder, "migrations/1_one/migration.sql");
    writeFileSync(
      path,
      "CREATE TABLE one (id INT); INSERT INTO one SELECT 1; SELECT pg_sleep(600)",
    );
    const first = migrateApart();
    await until(running);
    first.child.kill("SIGKILL");
    await first.ended;
    writeFileSync(path, "CREATE TABLE one (id INT); INSERT INTO one SELECT 2");
    const startedMs = performance.now();
    const second = await migrateApart().ended;
    expect(second.code).toBe(0);
    expect(second.said).toContain('["1_one"]');
    expect(performance.now() - startedMs).toBeLessThan(15_000);
    expect(await query("SELECT id FROM one")).toEqual([{ id: 2 }]);
  });

  it("four at once make each migration once", async () => {
    writeFileSync(
      join(folder, "migrations/1_one/migration.sql"),
      "CREATE TABLE one (id INT); SELECT pg_sleep(0.5)",
    );
    const ends = await Promise.all([1, 2, 3, 4].map(() => migrateApart().ended));
    expect(ends.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    expect(ends.filter(({ said }) => said.includes('["1_one"]'))).toHaveLength(1);
  });
});
