import { createHmac, randomBytes } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Client, escapeIdentifier, escapeLiteral } from "pg";
import { StartError } from "@/lib/shared/start-error";
import { type Place } from "./place";

/** Owns the database of the same name; may make databases, for tests. */
export const ownerRole = "bellwether";

/** Opens and repairs the cluster; no part of Bellwether runs with it. */
export const superRole = "postgres";

/** Makes sure that the role and the database exist that Bellwether works with. */
export async function ensureDatabase(place: Place, port: number): Promise<void> {
  const name = escapeIdentifier(ownerRole);
  await withSuperuser(place, port, async (client) => {
    const { rows } = await client.query<{ role: boolean; database: boolean }>(
      `SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1) AS role,
              EXISTS (SELECT FROM pg_database WHERE datname = $1) AS database`,
      [ownerRole],
    );
    if (rows[0]?.role !== true) {
      const password = escapeLiteral(passwordOf(place, ownerRole));
      await client.query(`CREATE ROLE ${name} LOGIN CREATEDB PASSWORD ${password}`);
    }
    if (rows[0]?.database !== true) {
      await client.query(`CREATE DATABASE ${name} OWNER ${name}`);
    }
  });
}

/** Runs `work` on a connection that may do everything. */
export async function withSuperuser<T>(
  place: Place,
  port: number,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const client = new Client({ connectionString: databaseUrl(place, superRole, port) });
  // A connection that the server cuts while it stops must not end this process.
  client.on("error", () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** The URL at which `role` finds its database. */
export function databaseUrl(place: Place, role: string, port: number): string {
  const database = role === superRole ? "postgres" : ownerRole;
  return `postgresql://${role}:${passwordOf(place, role)}@127.0.0.1:${port}/${database}`;
}

/**
 * The password of `role`. One secret in the data folder gives each role its own; none of them gives
 * another.
 */
export function passwordOf(place: Place, role: string): string {
  const path = join(place.base, "postgres-secret");
  if (!existsSync(path)) {
    if (existsSync(join(place.cluster, "PG_VERSION"))) {
      throw new StartError(
        `${path} is gone, and without it nobody can open the database; bring it back`,
      );
    }
    writeFileSync(path, randomBytes(32).toString("hex"), { mode: 0o600 });
  }
  return createHmac("sha256", readFileSync(path, "utf8")).update(role).digest("hex");
}
