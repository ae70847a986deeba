import { type Database, openDatabase } from "@/lib/store/database";
import { createTestDatabase } from "../support/postgres";

export interface OpenTestDatabase {
  db: Database;
  url: string;
  /** Ends every connection to it, the asker's own too. */
  cutConnections: () => Promise<void>;
  end: () => Promise<void>;
}

/** A migrated database of its own with a pool on it. */
export async function openTestDatabase(): Promise<OpenTestDatabase> {
  const { url, drop } = await createTestDatabase();
  const db = openDatabase({ url, poolSize: 4, applicationName: "test" });
  return {
    db,
    url,
    async cutConnections() {
      await db.pool
        .query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = current_database() ORDER BY pid = pg_backend_pid()`,
        )
        .catch(() => undefined);
    },
    async end() {
      await db.close();
      await drop();
    },
  };
}
