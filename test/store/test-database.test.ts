import { Client } from "pg";
import { expect, test } from "vitest";
import { createTestDatabase } from "../support/postgres";

test("every test database is migrated and belongs to its test alone", async () => {
  const databases = await Promise.all([createTestDatabase(), createTestDatabase()]);
  const clients = databases.map(({ url }) => new Client({ connectionString: url }));
  try {
    await Promise.all(clients.map((client) => client.connect()));
    await clients[0]!.query("CREATE TABLE only_here ()");
    const tables = await Promise.all(
      clients.map(async (client) => {
        const { rows } = await client.query<{ own: boolean; migrated: boolean }>(
          "SELECT to_regclass('only_here') IS NOT NULL AS own, to_regclass('call') IS NOT NULL AS migrated",
        );
        return rows[0];
      }),
    );
    expect(tables).toEqual([
      { own: true, migrated: true },
      { own: false, migrated: true },
    ]);
  } finally {
    await Promise.all(clients.map((client) => client.end()));
    await Promise.all(databases.map(({ drop }) => drop()));
  }
});
