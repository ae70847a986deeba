import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type PoolClient } from "pg";
import { type Database } from "@/lib/store/database";

export interface SeedOptions {
  /** Every connection of it works. */
  db: Database;
  calls: number;
  days: number;
  /** Another number makes other calls. */
  seed?: number;
  /** When the last call began; the same seed and instant make the same calls. The running minute by default. */
  untilMs?: number;
  /** SQL that replaces `pg_temp.dress()`, to change the calls before they are logged. */
  dress?: string;
  /** Into a database that holds real calls too. */
  force?: boolean;
  say?: (text: string) => void;
}

const batchSize = 20_000;
const batchTimeoutMs = 600_000;
const tellEveryMs = 5_000;

interface Worker {
  query: (text: string, values?: unknown[]) => Promise<Record<string, unknown>[]>;
}

/**
 * Logs made-up calls by the function that logs real ones; resolves with the number that were new.
 *
 * Applications and models are skewed as in life, 5 % fail, 3 % come late, and two nodes log them.
 */
export async function seedCalls(options: SeedOptions): Promise<number> {
  const { db, days, force = false, dress = "", say = () => undefined } = options;
  const until = new Date(options.untilMs ?? Math.floor(Date.now() / 60_000) * 60_000);
  const size = db.pool.options.max;
  const clients = await Promise.all(Array.from({ length: size }, () => db.pool.connect()));
  const workers = clients.map(toWorker);
  try {
    const [first] = workers;
    if (first === undefined || (!force && (await holdsRealCalls(first)))) {
      throw new Error("the database holds real calls; --force adds made-up ones to them");
    }
    await makeDays(first, days, until);
    const sql = readFileSync(resolve("bench/seed-calls.sql"), "utf8");
    for (const worker of workers) {
      await worker.query(`SET synchronous_commit = off; SET work_mem = '128MB'; ${sql}; ${dress}`);
    }
    const made = await fill(workers, { ...options, until, say });
    say("counting rows for the planner");
    await first.query("VACUUM (ANALYZE)");
    return made;
  } finally {
    // Their temporary tables end with them.
    clients.forEach((client) => client.release(true));
  }
}

function toWorker(client: PoolClient): Worker {
  return {
    async query(text, values) {
      // The driver takes a timeout for each query, which its types do not know.
      const config = { text, values, query_timeout: batchTimeoutMs };
      return (await client.query<Record<string, unknown>>(config)).rows;
    },
  };
}

async function holdsRealCalls(worker: Worker): Promise<boolean> {
  const [row] = await worker.query(
    "SELECT EXISTS (SELECT FROM call WHERE node_id NOT IN ('seed-a/0', 'seed-b/0')) AS real",
  );
  return row?.["real"] === true;
}

async function makeDays(worker: Worker, days: number, until: Date): Promise<void> {
  for (let ago = days; ago >= 0; ago -= 1) {
    for (const table of ["call", "attempt"]) {
      await worker.query(
        "SELECT make_day_partition($1, utc_day($2::timestamptz - make_interval(days => $3)))",
        [table, until, ago],
      );
    }
  }
}

async function fill(
  workers: readonly Worker[],
  { calls, days, seed = 1, until, say }: SeedOptions & { until: Date; say: (text: string) => void },
): Promise<number> {
  const startedMs = performance.now();
  let next = 0;
  let made = 0;
  let toldAtMs = startedMs;
  await Promise.all(
    workers.map(async (worker) => {
      while (next < calls) {
        const first = next;
        const last = Math.min(calls, first + batchSize);
        next = last;
        const before = Math.max(0, first - batchSize);
        const [row] = await worker.query(
          "SELECT pg_temp.seed_calls($1, $2, $3, $4, $5, $6, $7) AS fresh",
          [first, last, before, calls, days, until, seed],
        );
        made += Number(row?.["fresh"]);
        const nowMs = performance.now();
        if (nowMs - toldAtMs > tellEveryMs || last === calls) {
          toldAtMs = nowMs;
          const seconds = Math.round((nowMs - startedMs) / 1_000);
          say(`${made} of ${calls} calls (${Math.round((made / calls) * 100)} %) in ${seconds} s`);
        }
      }
    }),
  );
  return made;
}
