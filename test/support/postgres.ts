import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Client, escapeIdentifier } from "pg";
import { inject } from "vitest";

export interface TestDatabase {
  url: string;
  /** Closes every connection to the database and removes it. */
  drop: () => Promise<void>;
}

/** A migrated database of its own, cloned from the template. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const template = new URL(inject("templateUrl"));
  const name = `test_${randomBytes(6).toString("hex")}`;
  const from = escapeIdentifier(template.pathname.slice(1));
  await runAsOwner(`CREATE DATABASE ${escapeIdentifier(name)} TEMPLATE ${from}`);
  const url = new URL(template);
  url.pathname = name;
  return {
    url: url.href,
    drop: () => dropDatabase(name),
  };
}

/** The server's own cleaner may be in it for a moment, and only the server may end that. */
async function dropDatabase(name: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    try {
      await runAsOwner(`DROP DATABASE IF EXISTS ${escapeIdentifier(name)} WITH (FORCE)`);
      return;
    } catch (error) {
      if (tries === 20) {
        throw error;
      }
      await sleep(250);
    }
  }
}

async function runAsOwner(sql: string): Promise<void> {
  const url = new URL(inject("templateUrl"));
  // A template must have no connections, and nobody is cloned from `postgres`.
  url.pathname = "postgres";
  const client = new Client({ connectionString: url.href });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
