import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { systemActor } from "@/lib/control/actor";
import { createAppKey } from "@/lib/control/create-app-key";
import { demoDocument } from "@/lib/control/first-document";
import { publishDocument } from "@/lib/control/publish-document";
import { setSwitch } from "@/lib/control/set-switch";
import { createControlDeps } from "@/lib/control/verb";
import { type Gateway, startGateway } from "@/lib/gateway/main";
import { type Database, openDatabase } from "@/lib/store/database";
import { migrate } from "@/lib/store/migrate";
import { type Wall, startWall } from "@/lib/wall/server";
import { gatewayEnv } from "../../support/gateway-env";
import { type Line, layLine } from "../../support/line";
import { createTestDatabase, type TestDatabase } from "../../support/postgres";
import { eventually } from "../../support/stack";

let wall: Wall;
let database: TestDatabase;
let db: Database;
let line: Line;
let dataDir: string;
let gateway: Gateway | null = null;
let said: string[];
let key: string;
let revision: number;

beforeAll(async () => {
  wall = await startWall({ latencyScale: 0 });
  process.env["BELLWETHER_WALL_KEY"] = wall.key;
});
afterAll(() => wall.close());

/** Every test begins with a gateway that ran, followed a switch and ended. */
beforeEach(async () => {
  database = await createTestDatabase();
  line = await layLine(database.url);
  db = openDatabase({ url: database.url, poolSize: 2, applicationName: "test" });
  const control = createControlDeps(db);
  await publish();
  ({ secret: key } = await createAppKey(systemActor, control, { id: "test", kind: "live" }));
  dataDir = mkdtempSync(join(tmpdir(), "bellwether-boot-"));
  await start();
  const change = { objectType: "model", objectId: "gpt-4.1", intent: "draining" } as const;
  ({ revision } = await setSwitch(systemActor, control, change));
  await eventually(() => gateway?.configuration().applied === revision);
  await end();
  said = [];
  for (const stream of [process.stdout, process.stderr]) {
    vi.spyOn(stream, "write").mockImplementation((text) => {
      said.push(String(text));
      return true;
    });
  }
});
afterEach(async () => {
  vi.restoreAllMocks();
  line.cut(false);
  await end();
  line.close();
  await db.close();
  await database.drop();
  rmSync(dataDir, { recursive: true });
});

async function publish(): Promise<void> {
  await publishDocument(systemActor, createControlDeps(db), {
    document: demoDocument(wall.url),
    source: { kind: "bootstrap", demo: false },
  });
}

async function start(): Promise<void> {
  gateway = await startGateway(gatewayEnv({ databaseUrl: line.url, dataDir }));
}

async function end(): Promise<void> {
  const running = gateway;
  gateway = null;
  await running?.stop();
}

async function chat(secret = key): Promise<Response> {
  return fetch(`http://127.0.0.1:${gateway?.port}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "auto", messages: [{ role: "user", content: "Hello." }] }),
  });
}

/** It answers as it did before: the switch holds, the key is known. */
async function expectServing(): Promise<void> {
  const answer = await chat();
  expect(answer.status).toBe(200);
  expect(answer.headers.get("x-bellwether-model")).toBe("claude-sonnet-4-5");
  expect(Number(answer.headers.get("x-bellwether-revision"))).toBe(revision);
}

const kept = (): string => join(dataDir, "last-known-good.json");

describe("without the database a gateway", () => {
  it("serves what it last obeyed, and catches up when the database is back", async () => {
    line.cut(true);
    const startedMs = performance.now();
    await start();
    expect(performance.now() - startedMs).toBeLessThan(5_000);
    await expectServing();
    expect(said.join("")).toContain(
      `warning: the database does not answer: this node starts with revision ${revision}`,
    );
    // A key that nobody here knows may be a new one.
    const unknown = await chat("bw_live_of-somebody-else");
    expect(unknown.status).toBe(503);
    expect(await unknown.json()).toMatchObject({ error: { code: "not_ready" } });

    const on = { objectType: "model", objectId: "gpt-4.1", intent: "enabled" } as const;
    await setSwitch(systemActor, createControlDeps(db), on);
    line.cut(false);
    await eventually(
      async () => (await chat()).headers.get("x-bellwether-model") === "gpt-4.1",
      10_000,
    );
    expect((await chat("bw_live_of-somebody-else")).status).toBe(401);
    await eventually(async () => (await db.prisma.node.findFirst())?.stoppedAt === null, 10_000);
  });

  it("starts within the time it gives a database that accepts and says nothing", async () => {
    line.delay(60_000);
    const startedMs = performance.now();
    await start();
    const tookMs = performance.now() - startedMs;
    await expectServing();
    expect(tookMs).toBeLessThan(5_000);
    line.delay(0);
    const stoppedMs = performance.now();
    line.cut(true);
    await end();
    expect(performance.now() - stoppedMs).toBeLessThan(15_000);
  });

  it("and without a file refuses to start, in one line", async () => {
    line.cut(true);
    rmSync(kept());
    await expect(start()).rejects.toThrow(
      `the database does not answer, and there is no last known good configuration (${kept()})`,
    );
  });

  it("refuses a file that is damaged or of another database, in one line", async () => {
    line.cut(true);
    const text = readFileSync(kept(), "utf8");
    writeFileSync(kept(), text.slice(0, -10));
    await expect(start()).rejects.toThrow(/^the database does not answer, and .*damaged.*$/);
    writeFileSync(kept(), text.replace(/"database":"[^"]*"/, '"database":"x@y/z"'));
    await expect(start()).rejects.toThrow(/^.*it is of another database \(x@y\/z, not .*\)$/);
  });
});

describe("beside a database without its tables a gateway", () => {
  const empty = async (): Promise<void> => {
    await db.pool.query("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
  };

  it("serves what it last obeyed, and takes what is made there", async () => {
    await empty();
    await start();
    await expectServing();
    expect(said.join("")).toContain("does not have Bellwether's tables yet");
    await sleep(2_500);
    await expectServing();
    await migrate(database.url, { folder: "prisma/migrations" });
    // An empty configuration replaces nothing.
    await sleep(2_500);
    await expectServing();
    await publish();
    const { secret } = await createAppKey(systemActor, createControlDeps(db), {
      id: "new",
      kind: "live",
    });
    await eventually(async () => (await chat(secret)).status === 200, 10_000);
    expect((await chat()).status).toBe(401);
  });

  it("and without a file waits until they are made", async () => {
    await empty();
    rmSync(kept());
    const starting = start();
    await sleep(1_000);
    expect(gateway).toBeNull();
    await migrate(database.url, { folder: "prisma/migrations" });
    await starting;
    expect(said.filter((one) => one.includes("waiting for it to be made"))).toHaveLength(1);
  });
});

describe("a database that went back to a former state", () => {
  it("is read anew: what is there now is obeyed, and what came later is not missed", async () => {
    await start();
    await db.pool.query(`
      ALTER TABLE revision DISABLE TRIGGER USER;
      DELETE FROM revision WHERE id = ${revision};
      DELETE FROM switch;
      SELECT setval('revision_id_seq', ${revision - 1})`);
    await eventually(
      async () => (await chat()).headers.get("x-bellwether-model") === "gpt-4.1",
      10_000,
    );
    const off = { objectType: "model", objectId: "gpt-4.1", intent: "disabled" } as const;
    await setSwitch(systemActor, createControlDeps(db), off);
    await eventually(
      async () => (await chat()).headers.get("x-bellwether-model") !== "gpt-4.1",
      10_000,
    );
  });
});
