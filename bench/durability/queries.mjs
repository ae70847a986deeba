// How long the dashboard's questions take on ten million calls of 90 days, and by which plans.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { bundle } from "../bundle.mjs";

const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
const barMs = 200;

/** SEEDED_DATABASE_URL: a database that `npm run seed:calls` has filled already. */
export async function queries({ quick, say }) {
  const file = await bundle(
    "queries",
    `export { openDatabase } from "./lib/store/database";
     export { startEmbeddedPostgres } from "./lib/store/embedded";
     export { migrate } from "./lib/store/migrate";
     export { askAll, publishSeeded } from "./test/support/dashboard-queries";
     export { seedCalls } from "./test/support/seed-calls";`,
  );
  const parts = await import(pathToFileURL(file).href);
  fs.rmSync(file);
  const given = process.env.SEEDED_DATABASE_URL;
  if (given !== undefined) {
    return ask(parts, given, say);
  }
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), "bellwether-queries-"));
  fs.chmodSync(dataDir, 0o711);
  const postgres = await parts.startEmbeddedPostgres({ dataDir });
  try {
    await parts.migrate(postgres.url, { folder: path.join(root, "prisma/migrations") });
    const db = parts.openDatabase({ url: postgres.url, poolSize: 2, applicationName: "seed" });
    const calls = quick ? 200_000 : 10_000_000;
    await parts.seedCalls({ db, calls, days: 90, say }).finally(() => db.close());
    return await ask(parts, postgres.url, say);
  } finally {
    await postgres.stop();
    fs.rmSync(dataDir, { recursive: true, force: true });
  }
}

async function ask({ askAll, openDatabase, publishSeeded }, url, say) {
  await publishSeeded(url);
  const answers = await askAll(url, 5);
  const figures = [
    ...(await sizes(openDatabase, url)),
    ...answers.map(({ question, serverMs }) => ({
      name: `${question}: server time`,
      value: Number(serverMs.toFixed(1)),
      unit: "ms",
      bar: `≤ ${barMs}`,
      holds: serverMs <= barMs,
    })),
  ];
  for (const { question, tookMs, serverMs, statements } of answers) {
    say(`\n${question}: ${serverMs.toFixed(1)} ms in the database, ${tookMs.toFixed(1)} ms in all`);
    for (const { plan, tooWide } of statements) {
      say(tooWide ? `READS TOO MANY CALLS\n${plan}` : plan);
    }
  }
  const wide = answers.flatMap(({ statements }) => statements.filter(({ tooWide }) => tooWide));
  figures.push({
    name: "statements that read more calls than they may (charts: none)",
    value: wide.length,
    unit: `of ${answers.reduce((sum, { statements }) => sum + statements.length, 0)}`,
    bar: "0",
    holds: wide.length === 0,
  });
  return figures;
}

/** What was asked about: how many rows there are, and what they weigh. */
async function sizes(openDatabase, url) {
  const db = openDatabase({ url, poolSize: 1, applicationName: "bench" });
  const figure = (name, value, unit) => ({ name, value, unit, bar: null, holds: null });
  try {
    const { rows } = await db.pool.query(
      `SELECT (SELECT sum(calls) FROM rollup_total WHERE grain = 'day')::float8 AS calls,
         (SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits
          WHERE inhparent IN ('call'::regclass, 'attempt'::regclass))::float8 AS detail,
         (SELECT sum(pg_total_relation_size(inhrelid)) FROM pg_inherits
          WHERE inhparent::regclass::text LIKE 'rollup_%')::float8 AS rollups`,
    );
    const [{ calls, detail, rollups }] = rows;
    return [
      figure("calls in the database", calls, "calls"),
      figure("size of calls and attempts", Math.round(detail / calls), "bytes a call"),
      figure("size of the rollups", Math.round(rollups / calls), "bytes a call"),
    ];
  } finally {
    await db.close();
  }
}
