import { createServer, type AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { isGatewayError } from "@/lib/shared/errors";
import { type Database, openDatabase, toStoreError } from "@/lib/store/database";
import { type OpenTestDatabase, openTestDatabase } from "./support";

let database: OpenTestDatabase;
let db: Database;
beforeAll(async () => {
  database = await openTestDatabase();
  db = database.db;
});
afterAll(() => database.end());

const code = (error: unknown): string => (isGatewayError(error) ? error.code : String(error));
const failure = async (body: Promise<unknown>): Promise<string> =>
  body.then(() => "no error", code);

describe("a database that does not answer", () => {
  it.each([
    ["query", (dead: Database) => dead.run((prisma) => prisma.revision.count())],
    ["raw query", (dead: Database) => dead.run((prisma) => prisma.$queryRaw`SELECT 1`)],
    ["transaction", (dead: Database) => dead.transaction((tx) => tx.revision.count())],
  ])("is database_unavailable for a %s when the port is closed", async (_name, body) => {
    const probe = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => probe.once("listening", resolve));
    const { port } = probe.address() as AddressInfo;
    await new Promise((resolve) => probe.close(resolve));
    const dead = openDatabase({
      url: `postgresql://nobody@127.0.0.1:${port}/none`,
      poolSize: 1,
      applicationName: "test",
    });
    expect(await failure(body(dead))).toBe("database_unavailable");
    await dead.close();
  });

  it("is database_unavailable when it accepts and stays silent", async () => {
    const silent = createServer(() => undefined).listen(0, "127.0.0.1");
    await new Promise((resolve) => silent.once("listening", resolve));
    const { port } = silent.address() as AddressInfo;
    const dead = openDatabase({
      url: `postgresql://nobody@127.0.0.1:${port}/none`,
      poolSize: 1,
      applicationName: "test",
    });
    expect(await failure(dead.run((prisma) => prisma.revision.count()))).toBe(
      "database_unavailable",
    );
    await dead.close();
    silent.close();
  });

  it("is database_unavailable when it is told to end a connection, and works again at once", async () => {
    const broken = db.transaction(async (tx) => {
      await tx.$queryRaw`SELECT 1`;
      await database.cutConnections();
      return tx.$queryRaw`SELECT 1`;
    });
    expect(await failure(broken)).toBe("database_unavailable");
    expect(await db.run((prisma) => prisma.revision.count())).toBe(0);
  });

  it("a mistake of ours is not mistaken for it", () => {
    const mistake = new Error("column does not exist");
    expect(toStoreError(mistake)).toBe(mistake);
  });
});

describe("listen", () => {
  it("comes back by itself after its connection is cut, and says so", async () => {
    const heard: string[] = [];
    let connections = 0;
    const stop = db.listen("test_channel", (payload) => heard.push(payload), {
      onReconnect: () => {
        connections += 1;
      },
    });
    await vi.waitFor(() => expect(connections).toBe(1), 5_000);
    await database.cutConnections();
    await vi.waitFor(() => expect(connections).toBe(2), 5_000);
    await db.pool.query("SELECT pg_notify('test_channel', 'still here')");
    await vi.waitFor(() => expect(heard).toEqual(["still here"]), 5_000);
    await stop();
  });

  it("hears a channel over one connection, however many listen and whoever stops", async () => {
    const heard: string[] = [];
    let connections = 0;
    const listenAs = (name: string): (() => Promise<void>) =>
      db.listen("shared", (payload) => heard.push(`${name} ${payload}`), {
        onReconnect: () => {
          connections += 1;
        },
      });
    const stopFirst = listenAs("first");
    await vi.waitFor(() => expect(connections).toBe(1), 5_000);
    const stopSecond = listenAs("second");
    // Who comes later has missed what was said before, and looks for itself too.
    expect(connections).toBe(2);
    const listening = async (): Promise<number> => {
      const { rows } = await db.pool.query(
        `SELECT count(*)::int AS n FROM pg_stat_activity
         WHERE datname = current_database() AND query = 'LISTEN "shared"'`,
      );
      return (rows as [{ n: number }])[0].n;
    };
    expect(await listening()).toBe(1);
    await db.pool.query("SELECT pg_notify('shared', 'a')");
    await vi.waitFor(() => expect(heard.toSorted()).toEqual(["first a", "second a"]), 5_000);
    await stopFirst();
    await stopFirst();
    await db.pool.query("SELECT pg_notify('shared', 'b')");
    await vi.waitFor(() => expect(heard).toContain("second b"), 5_000);
    expect(heard).not.toContain("first b");
    await stopSecond();
    await vi.waitFor(async () => expect(await listening()).toBe(0), 5_000);
  });
});
