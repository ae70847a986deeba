// Live configuration: revisions under traffic, how soon they rule, and a database that is slow, full, frozen or away.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { bundle } from "../bundle.mjs";

const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const round = (value, digits = 1) => Number(value.toFixed(digits));

const entry = `
export { systemActor } from "./lib/control/actor";
export { createAppKey } from "./lib/control/create-app-key";
export { demoDocument } from "./lib/control/first-document";
export { publishDocument } from "./lib/control/publish-document";
export { setSwitch } from "./lib/control/set-switch";
export { createControlDeps } from "./lib/control/verb";
export { startGateway } from "./lib/gateway/main";
export { openDatabase } from "./lib/store/database";
export { startEmbeddedPostgres } from "./lib/store/embedded";
export { migrate } from "./lib/store/migrate";
export { startWall } from "./lib/wall/server";
export { layLine } from "./test/support/line";
export { load, percentile } from "./test/support/load";
export { storm } from "./test/support/revision-storm";
export { serverOf } from "./test/support/server";
export { gatewayEnv } from "./test/support/gateway-env";
`;

/** @param {{ quick: boolean, say: (text: string) => void }} options */
export async function live({ quick, say }) {
  const { parts, drop } = await bundled();
  const stack = await openStack(parts);
  const figures = [];
  const add = (name, value, unit, bar = null, holds = null) => {
    figures.push({ name, value, unit, bar, holds });
    say(`${name}: ${value} ${unit}`);
  };
  try {
    await applied(stack, quick ? 60 : 300, add);
    await reload(stack, quick ? 30 : 300, add);
    await outages(stack, quick ? 5_000 : 60_000, add);
    await boot(stack, add);
  } finally {
    await stack.close();
    drop();
  }
  return figures;
}

/** How soon a node obeys, beside ten thousand keys. */
async function applied(stack, times, add) {
  const { parts, db, control } = stack;
  await db.pool.query(`
    WITH revision AS (
      INSERT INTO revision (kind, actor, summary)
      VALUES ('key', '{"type":"system","name":"proof"}', '{"type":"key"}') RETURNING id
    )
    INSERT INTO app_key (id, name, hash, last4, kind, source, limits, revision)
    SELECT 'k' || n, 'k' || n, encode(sha256(('secret-' || n)::bytea), 'hex'), 'abcd', 'live', 'minted', '{}', id
    FROM revision, generate_series(1, 10000) n`);
  await sleep(5_000);
  const took = [];
  for (let index = 0; index < times; index += 1) {
    const intent = index % 2 === 0 ? "draining" : "enabled";
    const change = { objectType: "model", objectId: "gemini-2.5-flash", intent };
    const { revision } = await parts.setSwitch(parts.systemActor, control, change);
    const startedMs = performance.now();
    while (stack.gateway().configuration().applied < revision) {
      await sleep(1);
    }
    took.push(performance.now() - startedMs);
  }
  const p99 = parts.percentile(took, 99);
  add(
    `a switch rules, ${times} times beside 10 000 keys: p50`,
    round(parts.percentile(took, 50)),
    "ms",
  );
  add(
    `a switch rules, ${times} times beside 10 000 keys: p99`,
    round(p99),
    "ms",
    "≤ 1000",
    p99 <= 1_000,
  );
}

async function reload(stack, revisions, add) {
  const seen = await stack.parts.storm(stack, {
    perMinute: 100,
    revisions,
    callsPerSecond: 100,
    invalidEvery: 10,
  });
  const what = `reload 100 × a minute, ${revisions} revisions, ${seen.refused} invalid`;
  add(`${what}: calls`, seen.calls, "calls");
  add(`${what}: failed`, seen.failed, "calls", "0", seen.failed === 0);
  add(`${what}: mixed`, seen.mixed, "calls", "0", seen.mixed === 0);
  await stack.publish();
  await sleep(1_000);
}

async function outages(stack, forMs, add) {
  const { parts, line, db } = stack;
  const server = await parts.serverOf(db.pool);
  const tables = ["node", "target_state", "health_event", "probe_result"];
  const troubles = {
    away: [() => line.cut(true), () => line.cut(false)],
    frozen: [() => server.freeze(), () => server.thaw()],
    "slow by 2 s": [() => line.delay(1_000), () => line.delay(0)],
    full: [
      () =>
        db.pool.query(`
          CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'No space left on device' USING ERRCODE = '53100'; END $$;
          ${tables.map((table) => `CREATE TRIGGER full_disk BEFORE INSERT OR UPDATE ON ${table} EXECUTE FUNCTION full_disk();`).join(" ")}`),
      () => db.pool.query("DROP FUNCTION full_disk CASCADE"),
    ],
  };
  const traffic = (ms) => parts.load(stack, { model: "auto", perSecond: 100, forMs: ms });
  const p99 = (calls) =>
    parts.percentile(
      calls.map(({ tookMs }) => tookMs),
      99,
    );
  for (const [name, [begin, end]] of Object.entries(troubles)) {
    const calm = await traffic(Math.min(forMs, 10_000));
    line.most();
    await begin();
    let waiting = 0;
    const watch = setInterval(() => {
      waiting = Math.max(waiting, stack.gateway().database().waiting);
    }, 100);
    const calls = await traffic(forMs);
    clearInterval(watch);
    await end();
    const startedMs = performance.now();
    const { revision } = await parts.setSwitch(parts.systemActor, stack.control, {
      objectType: "model",
      objectId: "gemini-2.5-flash",
      intent: name === "away" || name.startsWith("slow") ? "draining" : "enabled",
    });
    while (stack.gateway().configuration().applied < revision) {
      await sleep(10);
    }
    const backMs = performance.now() - startedMs;
    const what = `database ${name} for ${forMs / 1_000} s at 100 calls/s`;
    const failed = calls.filter(({ isWhole }) => !isWhole).length;
    add(`${what}: failed`, failed, "calls", "0", failed === 0);
    add(`${what}: added latency p99`, round(p99(calls) - p99(calm)), "ms");
    add(`${what}: most queries that waited for a connection`, waiting, "", "≤ 4", waiting <= 4);
    const most = line.most();
    add(`${what}: most connections`, most, "", "≤ 10", most <= 10);
    add(`${what}: obeys again after`, round(backMs / 1_000), "s", "≤ 20", backMs <= 20_000);
  }
}

/** A start without the database. */
async function boot(stack, add) {
  await stack.stopGateway();
  stack.line.cut(true);
  const startedMs = performance.now();
  await stack.startGateway();
  const tookMs = performance.now() - startedMs;
  const calls = await stack.parts.load(stack, { model: "auto", perSecond: 50, forMs: 2_000 });
  const failed = calls.filter(({ isWhole }) => !isWhole).length;
  add(
    "start without the database: ready after",
    round(tookMs / 1_000, 2),
    "s",
    "≤ 4",
    tookMs <= 4_000,
  );
  add("start without the database: failed of its first calls", failed, "calls", "0", failed === 0);
  stack.line.cut(false);
}

async function openStack(parts) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "bellwether-live-"));
  fs.chmodSync(folder, 0o711);
  const postgres = await parts.startEmbeddedPostgres({ dataDir: folder, durable: false });
  await parts.migrate(postgres.url, { folder: path.join(root, "prisma/migrations") });
  const wall = await parts.startWall({ latencyScale: 0 });
  process.env["BELLWETHER_WALL_KEY"] = wall.key;
  const db = parts.openDatabase({ url: postgres.url, poolSize: 3, applicationName: "proof" });
  const control = parts.createControlDeps(db);
  const line = await parts.layLine(postgres.url);
  const publish = () =>
    parts.publishDocument(parts.systemActor, control, {
      document: parts.demoDocument(wall.url),
      source: { kind: "bootstrap", demo: false },
    });
  await publish();
  const app = await parts.createAppKey(parts.systemActor, control, { id: "proof", kind: "live" });
  let gateway;
  const stack = {
    parts,
    db,
    control,
    line,
    publish,
    key: app.secret,
    url: "",
    gateway: () => gateway,
    async startGateway() {
      gateway = await parts.startGateway(
        parts.gatewayEnv({ databaseUrl: line.url, dataDir: folder }),
      );
      stack.url = `http://127.0.0.1:${gateway.port}`;
    },
    stopGateway: () => gateway.stop(),
    async close() {
      await gateway.stop();
      line.close();
      await wall.close();
      await db.close();
      await postgres.stop();
      fs.rmSync(folder, { recursive: true, force: true });
    },
  };
  await stack.startGateway();
  return stack;
}

async function bundled() {
  const outfile = await bundle("live", entry);
  return { parts: await import(pathToFileURL(outfile).href), drop: () => fs.rmSync(outfile) };
}
