// Two replicas behind a balancer: restarted one after the other, and without their prober.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { bundle } from "../bundle.mjs";

const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
const entry = `
export { startEmbeddedPostgres } from "./lib/store/embedded";
export { migrate } from "./lib/store/migrate";
export { startReplicas } from "./test/support/replicas";
`;

export async function nodes({ quick, say }) {
  if (!fs.existsSync(path.join(root, "dist/server.js"))) {
    throw new Error("needs a build: npm start -- --build-only");
  }
  const figures = [];
  const add = (name, value, unit, bar, holds) => {
    figures.push({ name, value, unit, bar: bar ?? null, holds: holds ?? null });
    say(`${name}: ${value} ${unit}`);
  };
  const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), "bellwether-nodes-"));
  fs.chmodSync(dataDir, 0o711);
  const outfile = await bundle("nodes", entry);
  try {
    const parts = await import(pathToFileURL(outfile).href);
    const postgres = await parts.startEmbeddedPostgres({ dataDir, durable: false });
    try {
      await parts.migrate(postgres.url, { folder: path.join(root, "prisma/migrations") });
      const replicas = await parts.startReplicas(postgres.url);
      try {
        await rolls(replicas, quick ? 1 : 5, add);
        await kills(replicas, quick ? 1 : 5, add);
      } finally {
        await replicas.close();
      }
    } finally {
      await postgres.stop();
    }
  } finally {
    fs.rmSync(outfile, { force: true });
    fs.rmSync(dataDir, { recursive: true, force: true });
  }
  return figures;
}

async function rolls(replicas, times, add) {
  const calls = [];
  for (let round = 0; round < times; round += 1) {
    calls.push(...(await replicas.roll(100)).calls);
  }
  const lost = failed(calls);
  const name = `${times} × rolling restart of 2 replicas at 100 calls/s`;
  add(`${name}: failed`, lost, `of ${calls.length} calls`, "0", lost === 0);
}

async function kills(replicas, times, add) {
  const runs = [];
  for (let round = 0; round < times; round += 1) {
    runs.push(await replicas.killProber(100));
  }
  const calls = runs.flatMap((run) => run.calls);
  const lost = failed(calls);
  const name = `${times} × kill -9 of the prober at 100 calls/s`;
  const slowest = Math.max(...runs.map(({ probingMs }) => probingMs)) / 1_000;
  add(`${name}: until another one probes, slowest`, slowest, "s", "≤ 15", slowest <= 15);
  add(
    `${name}: failed, by callers that try again`,
    lost,
    `of ${calls.length} calls`,
    "0",
    lost === 0,
  );
  const resent = calls.filter((call) => call.resent > 0).length;
  add(`${name}: sent again because their connection broke`, resent, "calls");
}

function failed(calls) {
  return calls.filter(({ isWhole }) => !isWhole).length;
}
