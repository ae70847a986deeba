import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createControlDeps } from "@/lib/control/verb";
import { uuidV7 } from "@/lib/shared/uuid";
import { startUpkeep } from "@/lib/gateway/upkeep";
import { type Database, openDatabase } from "@/lib/store/database";
import { runUpkeep } from "@/lib/store/upkeep";
import { publishSample } from "./samples";
import { type OpenTestDatabase, openTestDatabase } from "./support";
import { attemptRecord, callRecord, logBatch, logCalls, logProbes, logTransition } from "./traffic";

const day = 86_400_000;

let database: OpenTestDatabase;
let db: Database;
beforeEach(async () => {
  database = await openTestDatabase();
  db = database.db;
});
afterEach(() => database.end());

const count = async (table: string): Promise<number> =>
  Number((await db.pool.query<{ n: string }>(`SELECT count(*) AS n FROM ${table}`)).rows[0]?.n);
const partitions = async (): Promise<string[]> =>
  (
    await db.pool.query<{ name: string }>(
      "SELECT relname AS name FROM pg_inherits JOIN pg_class ON oid = inhrelid WHERE inhparent IN ('call'::regclass, 'attempt'::regclass) ORDER BY 1",
    )
  ).rows.map(({ name }) => name);
const name = (atMs: number): string =>
  `call_${new Date(atMs).toISOString().slice(0, 10).replaceAll("-", "")}`;
const keepDays = (days: number) =>
  publishSample(createControlDeps(db), { settings: { call_log_days: days } });

describe("the days of the call log", () => {
  it("are there for today and three days ahead", async () => {
    await runUpkeep(db);
    const now = Date.now();
    expect(await partitions()).toEqual(
      expect.arrayContaining([0, 1, 2, 3].map((ahead) => name(now + ahead * day))),
    );
  });

  it("take late rows out of DEFAULT, and lists and recounts go on finding them", async () => {
    const late = Date.now() - 2 * day;
    await logCalls(db, [callRecord(late), callRecord(late - day), callRecord(Date.now())]);
    expect(await count("call_default")).toBe(2);
    expect(await runUpkeep(db)).toMatchObject({ movedRows: 4, oddRows: 0 });
    expect(await count("call_default")).toBe(0);
    expect(await count(name(late))).toBe(1);
    expect(await count("call")).toBe(3);
    expect(await runUpkeep(db)).toMatchObject({ movedRows: 0 });
  });

  it("know a record that is sent again after it was moved", async () => {
    const call = callRecord(Date.now() - 2 * day);
    const batch = { calls: [call], attempts: [attemptRecord(call)], plans: [] };
    await logBatch(db, batch);
    await runUpkeep(db);
    expect(await logBatch(db, batch)).toBe(0);
    expect(await count("call")).toBe(1);
  });

  it("go on to be made when a row of tomorrow came before tomorrow's partition", async () => {
    const ahead = Date.now() + 4 * day;
    await logCalls(db, [callRecord(ahead)]);
    await db.pool.query("SELECT ensure_day_partitions(5)");
    expect(await count(name(ahead))).toBe(1);
  });

  it("leave a row of another year in DEFAULT and report it", async () => {
    await logCalls(db, [callRecord(Date.now() + 400 * day)]);
    expect(await runUpkeep(db)).toMatchObject({ movedRows: 0, oddRows: 2 });
  });

  it("are dropped when their time is over, not a day before", async () => {
    await keepDays(3);
    const now = Date.now();
    await logCalls(
      db,
      [0, 1, 2, 3].map((ago) => callRecord(now - ago * day)),
    );
    // Older than kept: they wait in DEFAULT and never get a day.
    await logCalls(db, [callRecord(now - 9 * day)]);
    await db.pool.query("SELECT make_day_partition('call', utc_day(now() - interval '4 days'))");
    await db.pool.query("SELECT make_day_partition('attempt', utc_day(now() - interval '5 days'))");
    const report = await runUpkeep(db);
    expect(report.droppedDays).toEqual([5, 4].map((ago) => name(now - ago * day).slice(5)));
    expect(await count("call")).toBe(4);
    expect(await count("attempt")).toBe(4);
    expect(await count("call_default")).toBe(0);
    // What the charts know of them stays.
    expect(await count("rollup_total WHERE grain = 'day'")).toBe(5);
  });

  it.each([1, 0, -5, 401])("an impossible retention of %i days drops nothing", async (days) => {
    for (const call of ["drop_old_day($1)", "prune($1, 10)", "file_odd_day($1, 3)"]) {
      await expect(db.pool.query(`SELECT ${call}`, [days])).rejects.toThrow(
        `kept for 2 to 400 days, not ${days}`,
      );
    }
  });

  it("are made and dropped once when four nodes do it together, while calls are logged", async () => {
    await keepDays(2);
    const now = Date.now();
    await db.pool.query("SELECT make_day_partition('call', utc_day(now() - interval '5 days'))");
    await logCalls(
      db,
      [1, 2].map((ago) => callRecord(now - ago * day)),
    );
    const [reports] = await Promise.all([
      Promise.all([1, 2, 3, 4].map(() => runUpkeep(db))),
      ...Array.from({ length: 20 }, (_, n) => logCalls(db, [callRecord(now - (n % 3) * day)])),
    ]);
    expect(reports.flatMap(({ droppedDays }) => droppedDays)).toHaveLength(1);
    await runUpkeep(db);
    expect(await count("call")).toBe(22);
    expect(await count("call_default")).toBe(0);
  });
});

describe("pruning", () => {
  it("takes probes and plans with the detail, minutes after 8 days, and what is longer kept stays", async () => {
    await keepDays(10);
    const now = Date.now();
    await logProbes(db, "alpha:us-east:gpt-4.1", [
      [now, "pass"],
      [now - 12 * day, "pass"],
    ]);
    await logTransition(db, now - 12 * day, "closed", "open");
    await logTransition(db, now - 401 * day, "closed", "open");
    const plan = (hash: string) => ({ hash, entries: [] });
    await logBatch(db, {
      calls: [callRecord(now, { plan_hash: "used" })],
      attempts: [],
      plans: [plan("used"), plan("unused"), plan("old")],
    });
    await db.pool.query(
      "UPDATE plan SET used_on = CURRENT_DATE - CASE hash WHEN 'unused' THEN 11 ELSE 12 END",
    );
    // A call that names a plan again keeps it.
    await logBatch(db, {
      calls: [callRecord(now, { plan_hash: "used" })],
      attempts: [],
      plans: [],
    });
    expect((await runUpkeep(db)).prunedRows).toBeGreaterThan(0);
    expect(await count("probe_result")).toBe(1);
    expect(await count("health_event")).toBe(1);
    const { rows } = await db.pool.query("SELECT hash FROM plan ORDER BY hash");
    expect(rows).toEqual([{ hash: "unused" }, { hash: "used" }]);
    expect(await count("rollup_target WHERE grain = 'minute'")).toBe(1);
    expect(await count("rollup_target WHERE grain = 'quarter'")).toBe(2);
  });

  it("goes on in steps until everything is gone", async () => {
    const old = new Date(Date.now() - 40 * day);
    await db.pool.query(
      `INSERT INTO probe_result (id, at, node_id, kind, provider, region, verdict)
       SELECT gen_random_uuid(), $1, 'host/0', 'region', 'alpha', 'us-east', 'pass'
       FROM generate_series(1, 45000)`,
      [old],
    );
    expect((await runUpkeep(db)).prunedRows).toBe(45_000);
  });
});

describe("the hourly round", () => {
  it("comes at the start, tells what it did, and comes again soon after a new configuration", async () => {
    await logCalls(db, [callRecord(Date.now() - 2 * day)]);
    const lines: string[] = [];
    const upkeep = startUpkeep(db, (line) => lines.push(line));
    try {
      await expect
        .poll(() => upkeep.counts(), { timeout: 15_000 })
        .toMatchObject({
          rounds: 1,
          movedRows: 2,
          failures: 0,
        });
      expect(lines).toEqual(["2 late rows of the call log were filed under their day."]);
      await publishSample(createControlDeps(db), { settings: { timezone: "Asia/Seoul" } });
      upkeep.onSwap();
      upkeep.onSwap();
      await expect.poll(() => upkeep.counts().rounds, { timeout: 15_000 }).toBe(2);
      expect(lines[1]).toBe("The days of the charts are those of another time zone now.");
    } finally {
      await upkeep.stop();
    }
  });

  it("tells trouble once, and nothing of a database that is away", async () => {
    const lines: string[] = [];
    await db.pool.query("ALTER FUNCTION drop_old_day RENAME TO gone");
    const upkeep = startUpkeep(db, (line) => lines.push(line));
    await expect.poll(() => upkeep.counts().failures, { timeout: 15_000 }).toBe(1);
    upkeep.onSwap();
    await expect.poll(() => upkeep.counts().failures, { timeout: 15_000 }).toBe(2);
    await upkeep.stop();
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatch(/^The housekeeping of the call log failed and is tried again: .*drop/);

    const nowhere = openDatabase({
      url: "postgresql://nobody@127.0.0.1:1/none",
      poolSize: 1,
      applicationName: "test",
    });
    const other = startUpkeep(nowhere, (line) => lines.push(line));
    await expect.poll(() => other.counts().failures, { timeout: 15_000 }).toBe(1);
    await other.stop();
    await nowhere.close();
    expect(lines).toHaveLength(1);
  });
});

it("nodes that were not heard of for a week are forgotten", async () => {
  await db.pool.query(
    `INSERT INTO node (id, started_at, heartbeat_at, applied_revision, applied_at)
     SELECT id, at, at, 1, at FROM (VALUES ('old/0', now() - interval '8 days'), ('asleep/0', now() - interval '6 days')) AS v (id, at)`,
  );
  expect(await runUpkeep(db)).toMatchObject({ prunedRows: 1 });
  const { rows } = await db.pool.query<{ id: string }>("SELECT id FROM node");
  expect(rows).toEqual([{ id: "asleep/0" }]);
});

it("an id says its instant in the database as here", async () => {
  const at = 1_795_654_769_123;
  const { rows } = await db.pool.query<{ at: Date }>("SELECT uuid_v7_at($1) AS at", [uuidV7(at)]);
  expect(rows[0]?.at.getTime()).toBe(at);
});
