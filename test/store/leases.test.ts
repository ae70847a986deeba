import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Database } from "@/lib/store/database";
import { releaseLease, takeLease } from "@/lib/store/leases";
import { type OpenTestDatabase, openTestDatabase } from "./support";

let database: OpenTestDatabase;
let db: Database;
beforeAll(async () => {
  database = await openTestDatabase();
  db = database.db;
});
afterAll(() => database.end());

async function take(name: string, holder: string, instance = holder): Promise<number | null> {
  const times = { lengthMs: 8_000, limitMs: 4_000 };
  return (await takeLease(db, name, { holder, instance }, times)).epoch;
}

async function expire(name: string): Promise<void> {
  await db.pool.query("UPDATE lease SET until = now() - interval '1 second' WHERE name = $1", [
    name,
  ]);
}

describe("a lease", () => {
  it("is one node's until its end by the database's clock, and renewing it is no new epoch", async () => {
    expect(await take("a", "one")).toBe(1);
    expect(await take("a", "two")).toBeNull();
    expect(await take("a", "one")).toBe(1);
    await expire("a");
    expect(await take("a", "two")).toBe(2);
    expect(await take("a", "one")).toBeNull();
  });

  it("goes to the same node's next start at once, under an epoch of its own", async () => {
    expect(await take("b", "one", "first start")).toBe(1);
    expect(await take("b", "one", "second start")).toBe(2);
    expect(await take("b", "two")).toBeNull();
  });

  it("is free as soon as it is given up, by its holder only, and its epochs go on", async () => {
    expect(await take("c", "one")).toBe(1);
    await releaseLease(db, "c", "two");
    expect(await take("c", "two")).toBeNull();
    await releaseLease(db, "c", "one");
    expect(await take("c", "two")).toBe(2);
  });

  it("has one holder when twenty ask at once, however often its end comes", async () => {
    const epochs: number[] = [];
    for (let round = 0; round < 5; round += 1) {
      await expire("d");
      const nodes = Array.from({ length: 20 }, (_, index) => `${round}-${index}`);
      const taken = await Promise.all(nodes.map((node) => take("d", node)));
      const holders = taken.filter((epoch) => epoch !== null);
      expect(holders).toHaveLength(1);
      epochs.push(holders[0]!);
    }
    expect(epochs).toEqual([1, 2, 3, 4, 5]);
  });

  it("tells the database's clock and how many nodes live", async () => {
    await db.pool.query(`
      INSERT INTO node (id, started_at, heartbeat_at, applied_revision, applied_at, stopped_at)
      VALUES ('x', now(), now(), 1, now(), NULL), ('y', now(), now(), 1, now(), NULL),
        ('stopped', now(), now(), 1, now(), now()),
        ('silent', now(), now() - interval '11 seconds', 1, now(), NULL)`);
    const times = { lengthMs: 8_000, limitMs: 4_000 };
    const answer = await takeLease(db, "e", { holder: "x", instance: "x" }, times);
    expect(answer.liveNodes).toBe(2);
    expect(Math.abs(answer.nowMs - Date.now())).toBeLessThan(1_000);
  });

  it("is not waited for longer than it is worth", async () => {
    const blocker = await db.pool.connect();
    try {
      await blocker.query("BEGIN");
      await blocker.query("LOCK TABLE lease IN ACCESS EXCLUSIVE MODE");
      const startedMs = performance.now();
      const asked = takeLease(
        db,
        "f",
        { holder: "x", instance: "x" },
        { lengthMs: 1, limitMs: 300 },
      );
      await expect(asked).rejects.toMatchObject({ code: "database_unavailable" });
      expect(performance.now() - startedMs).toBeLessThan(2_000);
    } finally {
      await blocker.query("ROLLBACK");
      blocker.release();
    }
  });
});
