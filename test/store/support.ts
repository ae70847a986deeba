import { type AddressInfo, connect, createServer, type Socket } from "node:net";
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

export interface Cable {
  /** The database's URL through the cable. */
  url: string;
  /** Out: every connection breaks and none comes through. */
  plug: (isIn: boolean) => void;
  close: () => void;
}

/** A cable to a database, to be pulled out. */
export async function layCable(databaseUrl: string): Promise<Cable> {
  const there = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let isIn = true;
  const server = createServer((near) => {
    if (!isIn) {
      near.destroy();
      return;
    }
    const far = connect(Number(there.port), there.hostname);
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket);
      socket.pipe(other);
      socket.on("error", () => other.destroy());
      socket.on("close", () => {
        sockets.delete(socket);
        other.destroy();
      });
    }
  }).listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const cut = (): void => sockets.forEach((socket) => socket.destroy());
  return {
    url: url.href,
    plug(next) {
      isIn = next;
      if (!next) {
        cut();
      }
    },
    close() {
      cut();
      server.close();
    },
  };
}
