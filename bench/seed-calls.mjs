// `npm run seed:calls`: fills a database with calls that never were, to see how it does with millions.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { bundle } from "./bundle.mjs";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const usage = `Usage: npm run seed:calls -- --calls N --days N [options]

  --calls N         how many (1 to 100 000 000)
  --days N          over how many days up to now (1 to 400)
  --database URL    where; DATABASE_URL else, or the embedded database of the data folder
  --seed N          another number makes other calls (1)
  --until INSTANT   when the last one began; the same seed and instant make the same calls (this minute)
  --workers N       connections that work at once (2)
  --force           also into a database that holds real calls
`;
const batchSize = 20_000;
const batchTimeoutMs = 600_000;

/**
 * Logs made-up calls by the function that logs real ones; resolves with the number of rows that were new.
 *
 * @param {{ db: import("../lib/store/database").Database, calls: number, days: number, seed?: number, untilMs?: number,
 *   force?: boolean, say?: (text: string) => void }} options every connection of `db` works
 */
export async function seedCalls({ db, calls, days, seed = 1, untilMs, force, say }) {
  const tell = say ?? (() => undefined);
  const until = new Date(untilMs ?? Math.floor(Date.now() / 60_000) * 60_000);
  const connected = await Promise.all(
    Array.from({ length: db.pool.options.max }, () => db.pool.connect()),
  );
  const clients = connected.map((client) => ({
    query: (text, values) => client.query({ text, values, query_timeout: batchTimeoutMs }),
  }));
  try {
    const [first] = clients;
    const { rows } = await first.query(
      "SELECT EXISTS (SELECT FROM call WHERE node_id NOT IN ('seed-a/0', 'seed-b/0')) AS real",
    );
    if (rows[0].real && force !== true) {
      throw new Error("the database holds real calls; --force adds made-up ones to them");
    }
    for (let ago = days; ago >= 0; ago -= 1) {
      for (const table of ["call", "attempt"]) {
        await first.query(
          "SELECT make_day_partition($1, utc_day($2::timestamptz - make_interval(days => $3)))",
          [table, until, ago],
        );
      }
    }
    const sql = fs.readFileSync(path.join(root, "bench/seed-calls.sql"), "utf8");
    for (const client of clients) {
      await client.query("SET synchronous_commit = off; SET work_mem = '128MB'");
      await client.query(sql);
    }
    return await fill(clients, { calls, days, seed, until, tell });
  } finally {
    // Their temporary tables end with them.
    connected.forEach((client) => client.release(true));
  }
}

async function fill(clients, { calls, days, seed, until, tell }) {
  const startedMs = performance.now();
  let next = 0;
  let made = 0;
  let toldAtMs = startedMs;
  await Promise.all(
    clients.map(async (client) => {
      while (next < calls) {
        const first = next;
        const last = Math.min(calls, first + batchSize);
        next = last;
        const { rows } = await client.query(
          "SELECT pg_temp.seed_calls($1, $2, $3, $4, $5, $6, $7) AS fresh",
          [first, last, Math.max(0, first - batchSize), calls, days, until, seed],
        );
        made += rows[0].fresh;
        const nowMs = performance.now();
        if (nowMs - toldAtMs > 5_000 || made === calls) {
          toldAtMs = nowMs;
          const seconds = Math.round((nowMs - startedMs) / 1_000);
          tell(`${made} of ${calls} calls (${Math.round((made / calls) * 100)} %) in ${seconds} s`);
        }
      }
    }),
  );
  tell("counting rows for the planner");
  await clients[0].query("VACUUM (ANALYZE)");
  return made;
}

function wholeNumber(name, text, least, most) {
  const value = Number(text);
  if (!/^\d+$/.test(text ?? "") || value < least || value > most) {
    throw new Error(`--${name} must be a whole number from ${least} to ${most}\n\n${usage}`);
  }
  return value;
}

async function main() {
  const { values } = parseArgs({
    options: {
      calls: { type: "string" },
      days: { type: "string" },
      database: { type: "string" },
      seed: { type: "string", default: "1" },
      until: { type: "string" },
      workers: { type: "string", default: String(Math.min(4, os.cpus().length)) },
      force: { type: "boolean", default: false },
      help: { type: "boolean", short: "h", default: false },
    },
  });
  if (values.help || values.calls === undefined) {
    process.stdout.write(usage);
    return;
  }
  const untilMs = values.until === undefined ? undefined : Date.parse(values.until);
  if (Number.isNaN(untilMs)) {
    throw new Error("--until must be an instant such as 2026-11-26T00:00:00Z");
  }
  const options = {
    calls: wholeNumber("calls", values.calls, 1, 100_000_000),
    days: wholeNumber("days", values.days, 1, 400),
    seed: wholeNumber("seed", values.seed, 0, Number.MAX_SAFE_INTEGER),
    ...(untilMs === undefined ? {} : { untilMs }),
    force: values.force,
    say: (text) => process.stdout.write(`${text}\n`),
  };
  const workers = wholeNumber("workers", values.workers, 1, 16);
  const given = values.database ?? process.env.DATABASE_URL;
  const file = await bundle(
    "seed-calls",
    `export { openDatabase } from "./lib/store/database";
     export { startEmbeddedPostgres } from "./lib/store/embedded";
     export { migrate } from "./lib/store/migrate";`,
  );
  const { migrate, openDatabase, startEmbeddedPostgres } = await import(pathToFileURL(file).href);
  fs.rmSync(file);
  const dataDir = path.resolve(process.env.BELLWETHER_DATA_DIR ?? "./data");
  const postgres = given === undefined ? await startEmbeddedPostgres({ dataDir }) : undefined;
  try {
    const url = given ?? postgres.url;
    await migrate(url, { folder: path.join(root, "prisma/migrations") });
    const db = openDatabase({ url, poolSize: workers, applicationName: "bellwether seed" });
    await seedCalls({ ...options, db }).finally(() => db.close());
  } finally {
    await postgres?.stop();
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  main().catch((error) => {
    process.stderr.write(`error: ${error.message}\n`);
    process.exitCode = 1;
  });
}
