import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Chance } from "@/lib/sim/chance";
import { slotBounds, slotOf } from "@/lib/shared/histogram";
import { errorCatalog } from "@/lib/shared/errors";
import { type AttemptRecord, type CallRecord } from "@/lib/store/call-log";
import { type Database, openDatabase } from "@/lib/store/database";
import { runUpkeep } from "@/lib/store/upkeep";
import { createControlDeps } from "@/lib/control/verb";
import { readRollups, recount } from "./recount";
import { publishSample } from "./samples";
import { type OpenTestDatabase, openTestDatabase } from "./support";
import { attemptRecord, callRecord, logBatch, logCalls, logProbes } from "./traffic";

const minute = 60_000;
const day = 1_440 * minute;
const seoulDay = (atMs: number): number =>
  Math.floor((atMs + 540 * minute) / day) * day - 540 * minute;
const utcDay = (atMs: number): number => Math.floor(atMs / day) * day;

let database: OpenTestDatabase;
let db: Database;
beforeEach(async () => {
  database = await openTestDatabase();
  db = database.db;
});
afterEach(() => database.end());

const seeded = (seed: number): (() => number) => {
  const chance = new Chance(seed);
  return () => chance.next();
};
const value = async (sql: string, values: unknown[] = []): Promise<unknown> =>
  (await db.pool.query<{ value: unknown }>(sql, values)).rows[0]?.value;
const useZone = async (timezone: string): Promise<void> => {
  await publishSample(createControlDeps(db), { settings: { timezone } });
  await runUpkeep(db);
};

describe("the slots of the database", () => {
  it("are those of lib/shared/histogram", async () => {
    const random = seeded(7);
    const values = [
      ...slotBounds.flatMap((bound) => [bound - 1, bound, bound + 1]),
      ...Array.from({ length: 2_000 }, () => Math.floor(2 ** (40 * random()))),
    ];
    const { rows } = await db.pool.query<{ slot: number }>(
      "SELECT rollup_slot(value) AS slot FROM unnest($1::bigint[]) WITH ORDINALITY AS one(value, n) ORDER BY n",
      [values],
    );
    expect(rows.map(({ slot }) => slot)).toEqual(values.map(slotOf));
  });
});

describe("error classes", () => {
  it("tell every failure of a provider from our own", async () => {
    const codes = Object.entries(errorCatalog).filter(([, { outcome }]) => outcome === "failed");
    for (const [code, { type }] of codes) {
      const name = await value("SELECT call_error_class('failed', $1) AS value", [code]);
      expect([code, name === "gateway"]).toEqual([code, type === "server_error"]);
    }
  });

  it("know every reason of an attempt but those that say nothing", async () => {
    const others = { bad_answer: 1, redirect: 1, too_large: 1, unclassified: 1 };
    const reasons =
      "reset_early reset unreachable connect_timeout ttft_timeout idle_timeout progress_timeout total_timeout server_error overloaded rate_limited request_over_limit quota unauthorized forbidden model_not_found context_length content_policy bad_request bad_answer redirect too_large interrupted unclassified";
    for (const reason of reasons.split(" ")) {
      const name = await value("SELECT attempt_error_class($1) AS value", [reason]);
      expect([reason, name === "other"]).toEqual([reason, reason in others]);
    }
  });
});

describe("rollups", () => {
  it("equal a recount of the log, whatever is shipped twice, late, or by three nodes at once", async () => {
    await useZone("Asia/Seoul");
    const random = seeded(42);
    const now = Date.now();
    const batches = Array.from({ length: 30 }, () => randomBatch(random, now));
    const nodes = [1, 2, 3].map(() =>
      openDatabase({ url: database.url, poolSize: 1, applicationName: "test" }),
    );
    const sent = await Promise.all(
      nodes.map(async (node) => {
        let fresh = 0;
        // Each node sends most batches, in an order of its own, with a part of another one among them.
        for (const batch of shuffled(random, batches.slice(0, 25))) {
          const other = batches[Math.floor(random() * batches.length)]!;
          fresh += await logBatch(node, joined(batch, other.calls.slice(0, 5), other));
        }
        return fresh;
      }),
    );
    for (const node of nodes) {
      await node.close();
    }
    await logProbes(db, "alpha:us-east:gpt-4.1", [
      [now, "pass"],
      [now - day, "fail"],
      [now - 2 * minute, "neutral"],
      [now - minute, "pass"],
    ]);
    const calls = Number(await value("SELECT count(*) AS value FROM call"));
    expect(sent.reduce((sum, fresh) => sum + fresh)).toBe(calls);
    expect(calls).toBeGreaterThan(500);
    const expected = await recount(db, seoulDay);
    expect(await readRollups(db)).toEqual(expected);
  }, 60_000);

  it("a batch that is sent again changes nothing and says so", async () => {
    const now = Date.now();
    const calls = [callRecord(now), callRecord(now - day, { rescued_by: "retry" })];
    const batch = { calls, attempts: calls.map((call) => attemptRecord(call)), plans: [] };
    expect(await logBatch(db, batch)).toBe(2);
    const before = await readRollups(db);
    expect(await logBatch(db, batch)).toBe(0);
    expect(await logBatch(db, { ...batch, calls: [...calls, ...calls] })).toBe(0);
    expect(await readRollups(db)).toEqual(before);
  });

  it("a batch with one bad record leaves nothing of the others", async () => {
    const now = Date.now();
    const bad = callRecord(now, { status: null as unknown as number });
    await expect(logCalls(db, [callRecord(now), bad])).rejects.toThrow(/status/);
    expect(await readRollups(db)).toEqual({});
    expect(await value("SELECT count(*) AS value FROM attempt")).toBe("0");
  });

  it("names that callers make up do not grow them", async () => {
    const now = Math.floor(Date.now() / minute) * minute;
    await logCalls(db, [
      ...Array.from({ length: 20 }, (_, n) =>
        callRecord(now, { route: null, asked_model: `typo-${n}`, outcome: "refused" }),
      ),
      ...Array.from({ length: 20 }, (_, n) =>
        callRecord(now, { route: `acme/any-${n}`, asked_model: `acme/any-${n}` }),
      ),
      ...Array.from({ length: 20 }, (_, n) =>
        callRecord(now, { route: `a-${n},b`, asked_model: "gpt-4.1" }),
      ),
    ]);
    const { rows } = await db.pool.query(
      "SELECT route, asked_model, calls FROM rollup_caller WHERE grain = 'day' ORDER BY 1, 2",
    );
    expect(rows).toEqual([
      { route: "", asked_model: "", calls: "20" },
      { route: "(list)", asked_model: "gpt-4.1", calls: "20" },
      { route: "acme/*", asked_model: "acme/*", calls: "20" },
    ]);
  });

  it("count the flow from where a call would have gone to where it went", async () => {
    const now = Date.now();
    await logCalls(db, [
      callRecord(now),
      callRecord(now, { region: "eu-west", region_switch: true, rescued_by: "sibling" }),
      callRecord(now, { model: "deepseek-v3", fallback: true, rescued_by: "fallback" }),
    ]);
    const { rows } = await db.pool.query(
      "SELECT from_region, from_model, to_region, to_model, calls FROM rollup_flow WHERE grain = 'day' ORDER BY to_model",
    );
    expect(rows).toEqual([
      {
        from_region: "us-east",
        from_model: "gpt-4.1",
        to_region: "us-east",
        to_model: "deepseek-v3",
        calls: "1",
      },
      {
        from_region: "us-east",
        from_model: "gpt-4.1",
        to_region: "eu-west",
        to_model: "gpt-4.1",
        calls: "1",
      },
    ]);
  });
});

describe("another time zone", () => {
  it("makes the days anew, and what comes then counts in its own", async () => {
    const now = Date.now();
    const calls = Array.from({ length: 60 }, (_, n) => callRecord(now - n * 70 * minute));
    await logCalls(db, calls.slice(0, 40));
    expect(await readRollups(db)).toEqual(await recount(db, utcDay));
    await useZone("Asia/Seoul");
    expect(await readRollups(db)).toEqual(await recount(db, seoulDay));
    await logCalls(db, calls);
    expect(await readRollups(db)).toEqual(await recount(db, seoulDay));
  });

  it("is not put back by a node that has an older configuration", async () => {
    await useZone("Asia/Seoul");
    expect(await value("SELECT set_rollup_zone('UTC', 0) AS value")).toBe(false);
    expect(await value("SELECT zone AS value FROM rollup_zone")).toBe("Asia/Seoul");
  });

  it("that the database does not know is refused, and the old days stay", async () => {
    await expect(db.pool.query("SELECT set_rollup_zone('Mars/Base', 9)")).rejects.toThrow(/Mars/);
    expect(await value("SELECT zone AS value FROM rollup_zone")).toBe("UTC");
  });
});

interface RandomBatch {
  calls: CallRecord[];
  attempts: AttemptRecord[];
  plans: [];
}

function randomBatch(random: () => number, now: number): RandomBatch {
  const pick = <T>(...choices: readonly T[]): T =>
    choices[Math.floor(random() ** 2 * choices.length)]!;
  const calls = Array.from({ length: 1 + Math.floor(random() * 50) }, () => {
    // Most of now, some late by up to three days.
    const atMs = now - Math.floor(random() < 0.8 ? random() * 90_000 : random() * 3 * day);
    const outcome = pick(
      "served",
      "served",
      "served",
      "failed",
      "refused",
      "cancelled",
      "unknown_crash",
    );
    return callRecord(atMs, {
      outcome,
      error_code: outcome === "failed" ? "targets_exhausted" : null,
      demo: pick(false, false, true),
      key_id: pick("shop", "ci", "night", null),
      route: pick("auto", "cheap", "acme/x", "a,b", null),
      asked_model: pick("auto", "gpt-4.1", "acme/x"),
      region: pick("us-east", "eu-west"),
      model: pick("gpt-4.1", "deepseek-v3"),
      rescued_by: pick(null, null, "retry", "sibling", "fallback", "resume", "avoidance"),
      fallback: random() < 0.1,
      region_switch: random() < 0.1,
      total_ms: Math.floor(2 ** (20 * random())),
      ttft_ms: pick(null, Math.floor(2 ** (10 * random()))),
      overhead_us: Math.floor(2 ** (12 * random())),
      completion_tokens: pick(20, 400, 1, null),
      tokens_estimated: random() < 0.2,
      cost_nano_usd: pick(180_000, 5_000_000_000, null),
    });
  });
  const attempts = calls.flatMap((call) =>
    Array.from({ length: Math.floor(random() * 3) }, (_, seq) =>
      attemptRecord(call, {
        seq: seq + 1,
        outcome: pick("succeeded", "failed", "cancelled"),
        reason: "server_error",
        health: random() < 0.7,
        target_id: pick("alpha:us-east:gpt-4.1", "alpha:eu-west:gpt-4.1"),
        duration_ms: Math.floor(2 ** (18 * random())),
      }),
    ),
  );
  return { calls, attempts, plans: [] };
}

function joined(batch: RandomBatch, calls: readonly CallRecord[], other: RandomBatch): RandomBatch {
  return {
    calls: [...batch.calls, ...calls],
    attempts: [...batch.attempts, ...other.attempts],
    plans: [],
  };
}

function shuffled<T>(random: () => number, list: readonly T[]): T[] {
  return list
    .map((one) => [random(), one] as const)
    .toSorted(([a], [b]) => a - b)
    .map(([, one]) => one);
}
