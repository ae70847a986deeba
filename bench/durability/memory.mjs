// A million calls through a gateway at full speed: whether its memory stays where it was after the first of them.
import { fork } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Pool } from "undici";
import { bundleParts } from "../failover-parts.mjs";

const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const connections = 32;
const sampleEveryMs = 500;
/** Shares of the calls between which memory is looked at: once everything is warm, and at the end. */
const windows = { warm: [0.2, 0.35], end: [0.85, 1] };
const heapBarMiB = 12;
const rssBarMiB = 48;

/** Gateway, wall and load in processes of their own; memory as the gateway's own `/metrics` tells it. */
export async function memory({ quick, say }) {
  const count = quick ? 50_000 : 1_000_000;
  const stack = await openStack();
  try {
    const { samples, failed, tookMs } = await run(stack, count, say);
    await stack.settled(count);
    const rows = await stack.rows();
    const floor = ([from, until], key) =>
      Math.min(...within(samples, count, from, until).map((one) => one[key])) / 2 ** 20;
    const middle = ([from, until], key) =>
      median(within(samples, count, from, until).map((one) => one[key])) / 2 ** 20;
    const heap = [floor(windows.warm, "heapBytes"), floor(windows.end, "heapBytes")];
    const rss = [middle(windows.warm, "rssBytes"), middle(windows.end, "rssBytes")];
    const figures = [];
    const add = (name, value, unit, bar, holds) => {
      figures.push({ name, value, unit, bar: bar ?? null, holds: holds ?? null });
      say(`${name}: ${value} ${unit}`);
    };
    const calls = count.toLocaleString("en-US");
    add(`memory, ${calls} calls: failed`, failed, "calls", "0", failed === 0);
    add("memory: calls without a row in the log", count - rows, "calls", "0", rows === count);
    add("memory: rate", Math.round((count * 1_000) / tookMs), "calls/s");
    add("memory: heap in use after warm-up (lowest)", round(heap[0]), "MiB");
    add("memory: heap in use at the end (lowest)", round(heap[1]), "MiB");
    const heapGrowth = heap[1] - heap[0];
    add(
      "memory: heap growth",
      round(heapGrowth),
      "MiB",
      `≤ ${heapBarMiB}`,
      heapGrowth <= heapBarMiB,
    );
    add("memory: resident after warm-up (median)", round(rss[0]), "MiB");
    add("memory: resident at the end (median)", round(rss[1]), "MiB");
    const rssGrowth = rss[1] - rss[0];
    add(
      "memory: resident growth",
      round(rssGrowth),
      "MiB",
      `≤ ${rssBarMiB}`,
      rssGrowth <= rssBarMiB,
    );
    add(
      "memory: resident at most",
      round(Math.max(...samples.map((one) => one.rssBytes)) / 2 ** 20),
      "MiB",
    );
    return figures;
  } finally {
    await stack.close();
  }
}

async function run(stack, count, say) {
  const pool = new Pool(stack.url, { connections });
  const headers = { authorization: `Bearer ${stack.key}`, "content-type": "application/json" };
  const body = (stream) =>
    JSON.stringify({
      model: "lane",
      stream,
      max_tokens: 2,
      messages: [{ role: "user", content: "Tell me about foxes and dogs. ".repeat(8) }],
    });
  const [plain, streamed] = [body(false), body(true)];
  let begun = 0;
  let done = 0;
  let failed = 0;
  const worker = async () => {
    while (begun < count) {
      begun += 1;
      const isStream = begun % 5 === 0;
      try {
        const answer = await pool.request({
          method: "POST",
          path: "/v1/chat/completions",
          headers,
          body: isStream ? streamed : plain,
        });
        const text = await answer.body.text();
        failed += Number(answer.statusCode !== 200 || (isStream && !text.includes("[DONE]")));
      } catch {
        failed += 1;
      }
      done += 1;
    }
  };
  const samples = [];
  let isOver = false;
  const watch = async () => {
    let told = 0;
    while (!isOver) {
      samples.push({ done, ...(await stack.memory()) });
      if (done >= told) {
        const { rssBytes, heapBytes } = samples.at(-1);
        const mib = (bytes) => Math.round(bytes / 2 ** 20);
        say(`${done} calls: resident ${mib(rssBytes)} MiB, heap ${mib(heapBytes)} MiB`);
        told += count / 20;
      }
      await sleep(sampleEveryMs);
    }
  };
  const begunMs = performance.now();
  const watching = watch();
  await Promise.all(Array.from({ length: connections }, worker));
  const tookMs = performance.now() - begunMs;
  isOver = true;
  await watching;
  await pool.close();
  return { samples, failed, tookMs };
}

function within(samples, count, from, until) {
  const found = samples.filter(({ done }) => done >= from * count && done <= until * count);
  if (found.length === 0) {
    throw new Error("the run was too short to look at its memory");
  }
  return found;
}

async function openStack() {
  const file = await bundleParts();
  const parts = await import(pathToFileURL(file).href);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "bellwether-memory-"));
  // The database's user must be able to pass through.
  fs.chmodSync(folder, 0o711);
  const children = [];
  const closers = [];
  const start = async (name, options) => {
    const child = fork(
      path.join(root, "bench/failover-parts.mjs"),
      [name, file, JSON.stringify(options)],
      { cwd: root },
    );
    children.push(child);
    const { port } = await new Promise((resolve, reject) => {
      child.once("message", resolve);
      child.once("exit", (code) => reject(new Error(`the ${name} ended with ${code}`)));
    });
    return `http://127.0.0.1:${port}`;
  };
  const close = async () => {
    await Promise.all(children.map(stopChild));
    for (const closer of closers.reverse()) {
      await closer();
    }
    fs.rmSync(folder, { recursive: true, force: true });
    fs.rmSync(file, { force: true });
  };
  try {
    const key = "wall-key";
    const wallUrl = await start("wall", { key, latencyScale: 0 });
    const postgres = await parts.startEmbeddedPostgres({ dataDir: folder, durable: false });
    closers.push(() => postgres.stop());
    await parts.migrate(postgres.url, { folder: path.join(root, "prisma/migrations") });
    const db = parts.openDatabase({ url: postgres.url, poolSize: 2, applicationName: "proof" });
    closers.push(() => db.close());
    const control = parts.createControlDeps(db);
    const wall = { key, baseUrl: (provider) => `${wallUrl}/${provider}/v1` };
    const document = parts.lanesDocument(wall, [{ id: "lane", probe: {} }]);
    const source = { kind: "bootstrap", demo: false };
    await parts.publishDocument(parts.systemActor, control, { document, source });
    const app = await parts.createAppKey(parts.systemActor, control, { id: "proof", kind: "live" });
    const url = await start("gateway", {
      gatewayHost: "127.0.0.1",
      gatewayPort: 0,
      databaseUrl: postgres.url,
      dataDir: path.join(folder, "gateway"),
      drainSeconds: 2,
      spoolMaxBytes: 1024 * 2 ** 20,
      spoolFsync: "off",
      drainDelaySeconds: 0,
      nodeName: "bench",
    });
    const rows = async () =>
      Number((await db.pool.query("SELECT count(*) AS n FROM call")).rows[0].n);
    return {
      url,
      key: app.secret,
      close,
      rows,
      memory: () => memoryOf(url),
      /** The log is behind at full speed; it has as long as it takes to catch up, while it does. */
      async settled(count) {
        for (let last = -1, now = await rows(); now < count && now > last; now = await rows()) {
          last = now;
          await sleep(5_000);
        }
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function memoryOf(url) {
  const text = await (await fetch(`${url}/metrics`)).text();
  const value = (name) => Number(new RegExp(`^${name}\\{[^}]*\\} (\\S+)$`, "m").exec(text)?.[1]);
  return {
    rssBytes: value("process_resident_memory_bytes"),
    heapBytes: value("nodejs_heap_size_used_bytes"),
  };
}

async function stopChild(child) {
  if (child.exitCode !== null || child.signalCode !== null) {
    return;
  }
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), 20_000);
  // The channel to it would keep it alive.
  setTimeout(() => child.connected && child.disconnect(), 6_000).unref();
  await ended;
  clearTimeout(timer);
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

function round(value) {
  return Number(value.toFixed(1));
}
