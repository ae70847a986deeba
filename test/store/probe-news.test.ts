import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ProbeResult } from "@/lib/core/events";
import { type Database } from "@/lib/store/database";
import { takeLease } from "@/lib/store/leases";
import { type FreshNews, publishProbeNews, readProbeNews } from "@/lib/store/probe-news";
import { type OpenTestDatabase, openTestDatabase } from "./support";

let database: OpenTestDatabase;
let db: Database;
beforeAll(async () => {
  database = await openTestDatabase();
  db = database.db;
});
afterAll(() => database.end());

const lease = { name: "prober", instance: "one" };
const times = { lengthMs: 8_000, limitMs: 4_000 };
const start = { epoch: 0, seq: 0 };

const pass: ProbeResult = {
  verdict: "pass",
  latencyMs: 120,
  status: 200,
  reason: null,
  retryAfterMs: null,
};
const fail: ProbeResult = { ...pass, verdict: "fail", status: 503, reason: "status_503" };

function look(target: string, seq: number, result: ProbeResult, ageMs = 0): FreshNews {
  return { seq, ageMs, of: { kind: "model", target }, result };
}

let epoch: number;

beforeEach(async () => {
  await db.pool.query("TRUNCATE probe_news");
  const answer = await takeLease(db, "prober", { holder: "one", instance: "one" }, times);
  epoch = answer.epoch!;
});

describe("the news of the prober", () => {
  it("reaches whoever reads, once, with how old it is", async () => {
    const region = { kind: "region", provider: "acme", region: "us", credential: null } as const;
    const region7 = { seq: 7, ageMs: 0, of: region, result: fail };
    await publishProbeNews(db, { ...lease, epoch }, [look("a", 6, pass, 1_500), region7]);
    const news = await readProbeNews(db, start);
    expect(news).toMatchObject([
      { epoch, seq: 6, of: { kind: "model", target: "a" }, result: pass },
      { epoch, seq: 7, of: region, result: fail },
    ]);
    expect(news[0]!.ageMs).toBeGreaterThanOrEqual(1_500);
    expect(news[0]!.ageMs).toBeLessThan(5_000);
    expect(await readProbeNews(db, { epoch, seq: 6 })).toHaveLength(1);
    expect(await readProbeNews(db, { epoch, seq: 7 })).toEqual([]);
    expect(await readProbeNews(db, { epoch: epoch + 1, seq: 0 })).toEqual([]);
  });

  it("an older look never replaces a newer one", async () => {
    await publishProbeNews(db, { ...lease, epoch }, [look("a", 9, pass)]);
    expect(await publishProbeNews(db, { ...lease, epoch }, [look("a", 8, fail)])).toBe(0);
    expect(await publishProbeNews(db, { ...lease, epoch }, [look("a", 9, fail)])).toBe(0);
    expect(await readProbeNews(db, start)).toMatchObject([{ seq: 9, result: { verdict: "pass" } }]);
  });

  it("a prober that lost its lease while it was frozen tells nothing any more", async () => {
    await publishProbeNews(db, { ...lease, epoch }, [look("a", 50, pass)]);
    await db.pool.query("UPDATE lease SET until = now() - interval '1 second'");
    const next = await takeLease(db, "prober", { holder: "two", instance: "two" }, times);
    expect(next.epoch).toBe(epoch + 1);
    expect(await publishProbeNews(db, { ...lease, epoch }, [look("a", 51, fail)])).toBe(0);
    const newer = { name: "prober", instance: "two", epoch: next.epoch! };
    expect(await publishProbeNews(db, newer, [look("a", 1, fail)])).toBe(1);
    expect(await readProbeNews(db, start)).toMatchObject([{ epoch: next.epoch, seq: 1 }]);
    await db.pool.query("UPDATE lease SET until = now() - interval '1 second'");
  });

  it("what another release wrote is left out", async () => {
    await publishProbeNews(db, { ...lease, epoch }, [look("a", 1, pass), look("b", 2, pass)]);
    await db.pool.query(`UPDATE probe_news SET news = '{"of": "a"}' WHERE seq = 1`);
    expect((await readProbeNews(db, start)).map(({ seq }) => seq)).toEqual([2]);
  });
});
