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
    `export { seedCalls } from "./test/support/seed-calls";
     export { openDatabase } from "./lib/store/database";
     export { startEmbeddedPostgres } from "./lib/store/embedded";
     export { migrate } from "./lib/store/migrate";`,
  );
  const { migrate, openDatabase, seedCalls, startEmbeddedPostgres } = await import(
    pathToFileURL(file).href
  );
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

main().catch((error) => {
  process.stderr.write(`error: ${error.message}\n`);
  process.exitCode = 1;
});
