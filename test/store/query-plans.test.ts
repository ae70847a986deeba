import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Answer, askAll, publishSeeded } from "../support/dashboard-queries";
import { isTooWide, type PlanNode, rowsOfCallsRead } from "../support/query-plans";
import { seedCalls } from "../support/seed-calls";
import { readRollups, recount } from "./recount";
import { type OpenTestDatabase, openTestDatabase } from "./support";
import { callRecord, logCalls } from "./traffic";

const day = 86_400_000;
const utcDay = (atMs: number): number => Math.floor(atMs / day) * day;

let database: OpenTestDatabase;
let answers: Answer[];
beforeAll(async () => {
  database = await openTestDatabase();
  await seedCalls({ db: database.db, calls: 20_000, days: 3 });
  await publishSeeded(database.url);
  answers = await askAll(database.url, 1);
}, 120_000);
afterAll(() => database.end());

describe("what the dashboard asks", () => {
  it("never makes a chart of single calls, and lists look at few", () => {
    expect(answers.length).toBeGreaterThan(20);
    for (const { question, statements } of answers) {
      expect([question, statements.filter(({ tooWide }) => tooWide)]).toEqual([question, []]);
    }
  });

  it("is seen by the check at all: charts read rollups, and a list reads the calls that it shows", () => {
    const plans = (name: string): string =>
      answers
        .filter(({ question }) => question === name)
        .flatMap(({ statements }) => statements.map(({ plan }) => plan))
        .join("\n");
    expect(plans("matrix and strips")).toMatch(/rollup_target_minute/);
    expect(plans("targets of an hour, a day ago")).toMatch(/rollup_target_minute_pkey: \d/);
    expect(plans("chart of 24h")).toMatch(/rollup_total_minute/);
    expect(plans("chart of 90d, one application")).toMatch(/rollup_key_day/);
    expect(plans("calls: failed")).toMatch(/call_\d{8}_.*idx|unserved/);
    const newest = answers.find(({ question }) => question === "calls: newest");
    const read = newest?.statements.reduce((sum, { callsRead }) => sum + callsRead, 0);
    expect(read).toBeGreaterThanOrEqual(100);
    expect(read).toBeLessThan(1_000);
  });

  it("reads of a span of time only its own calls", () => {
    const read = (name: string): number =>
      answers
        .filter(({ question }) => question === name)
        .flatMap(({ statements }) => statements.map(({ callsRead }) => callsRead))
        .reduce((sum, one) => sum + one, 0);
    // 20 000 calls in three days: 280 an hour.
    expect(read("calls: of an hour, a day ago")).toBeGreaterThan(0);
    expect(read("calls: of an hour, a day ago")).toBeLessThan(1_000);
    expect(read("calls: failed, of the last 24 h")).toBeLessThan(1_500);
    expect(read("calls: with a status of 5xx")).toBeLessThan(3_000);
  });

  it("would be told of a chart that counts calls", async () => {
    const { rows } = await database.db.pool.query<{ "QUERY PLAN": [{ Plan: PlanNode }] }>(
      "EXPLAIN (ANALYZE, FORMAT JSON) SELECT count(*) FROM call WHERE started_at > now() - interval '9 days'",
    );
    const [{ Plan: plan }] = rows[0]!["QUERY PLAN"];
    expect(isTooWide(plan)).toBe(true);
    expect(rowsOfCallsRead(plan)).toBe(20_000);
  });
});

describe("made-up calls", () => {
  it("are as many as asked for, 5 % of them failed, in rollups that equal a recount", async () => {
    const other = await openTestDatabase();
    try {
      expect(await seedCalls({ db: other.db, calls: 800, days: 2, seed: 5 })).toBe(800);
      expect(await readRollups(other.db)).toEqual(await recount(other.db, utcDay));
      const { rows } = await other.db.pool.query<{ failed: number; nodes: number }>(
        `SELECT count(*) FILTER (WHERE outcome = 'failed')::int AS failed,
           count(DISTINCT node_id)::int AS nodes FROM call`,
      );
      expect(rows[0]?.failed).toBeGreaterThan(20);
      expect(rows[0]?.failed).toBeLessThan(60);
      expect(rows[0]?.nodes).toBe(2);
    } finally {
      await other.end();
    }
  });

  it("are the same for the same seed and instant", async () => {
    const other = await openTestDatabase();
    try {
      const options = { db: other.db, calls: 300, days: 2, untilMs: Date.now() };
      expect(await seedCalls(options)).toBe(300);
      expect(await seedCalls(options)).toBe(0);
      expect(await seedCalls({ ...options, seed: 2 })).toBeGreaterThan(0);
    } finally {
      await other.end();
    }
  });

  it("do not mix with real ones unless that is meant", async () => {
    const other = await openTestDatabase();
    try {
      await logCalls(other.db, [callRecord(Date.now())]);
      const options = { db: other.db, calls: 10, days: 1 };
      await expect(seedCalls(options)).rejects.toThrow(/holds real calls/);
      expect(await seedCalls({ ...options, force: true })).toBe(10);
    } finally {
      await other.end();
    }
  });
});
