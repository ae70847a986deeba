// What a call costs on its way into the log and the rollups: here, and in the database.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { bundle } from "../bundle.mjs";

const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
const tickUs = 10_000;

export async function shipping({ quick, say }) {
  const file = await bundle(
    "shipping",
    `export { insertCallLog } from "./lib/store/call-log";
     export { openDatabase } from "./lib/store/database";
     export { startEmbeddedPostgres } from "./lib/store/embedded";
     export { migrate } from "./lib/store/migrate";
     export { attemptRecord, callRecord } from "./test/store/traffic";`,
  );
  const parts = await import(pathToFileURL(file).href);
  fs.rmSync(file);
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), "bellwether-shipping-"));
  fs.chmodSync(dataDir, 0o711);
  const postgres = await parts.startEmbeddedPostgres({ dataDir });
  try {
    await parts.migrate(postgres.url, { folder: path.join(root, "prisma/migrations") });
    const db = parts.openDatabase({ url: postgres.url, poolSize: 1, applicationName: "bench" });
    const figures = [];
    for (const size of [500, 40]) {
      figures.push(...(await measure(parts, db, { size, batches: quick ? 8 : 60 })));
    }
    await db.close();
    figures.forEach(({ name, value, unit }) => say(`${name}: ${value} ${unit}`));
    return figures;
  } finally {
    await postgres.stop();
    fs.rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Batches of calls of one second: 24 applications, 8 models, 4 places. */
async function measure({ insertCallLog, callRecord, attemptRecord }, db, { size, batches }) {
  const made = Array.from({ length: batches + 8 }, (_, batch) => {
    const lines = Array.from({ length: size }, (_, n) => {
      const model = `model-${n % 8}`;
      const call = callRecord(Date.now() + batch * 1_000 + (n % 1_000), {
        key_id: `app-${n % 24}`,
        asked_model: model,
        model,
        region: `region-${n % 4}`,
        total_ms: 100 + ((n * 7919) % 4_000),
        ttft_ms: 40 + ((n * 104729) % 900),
      });
      const place = { region: call.region, model, target_id: `alpha:${call.region}:${model}` };
      return { call, attempts: [attemptRecord(call, place)] };
    });
    return Buffer.from(JSON.stringify(lines));
  });
  const ship = (lines) => insertCallLog(db, "bench/0", { lines, plans: Buffer.from("[]") });
  // The first ones are planned anew.
  for (const lines of made.splice(0, 8)) {
    await ship(lines);
  }
  const { rows } = await db.pool.query("SELECT pg_backend_pid() AS pid");
  const before = { here: process.cpuUsage(), there: backendUs(rows[0].pid) };
  for (const lines of made) {
    await ship(lines);
  }
  const { user, system } = process.cpuUsage(before.here);
  const calls = size * batches;
  const figure = (where, us, bar) => {
    const value = Number((us / calls).toFixed(1));
    const holds = bar === null ? null : value <= bar;
    const name = `CPU of shipping ${size} calls at once, ${where}`;
    return { name, value, unit: "µs a call", bar: bar === null ? null : `≤ ${bar}`, holds };
  };
  return [
    figure("in the gateway", user + system, size === 500 ? 4.5 : null),
    figure("in PostgreSQL, with all rollups", backendUs(rows[0].pid) - before.there, null),
  ];
}

function backendUs(pid) {
  const fields = fs.readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) * tickUs;
}
