// What the call log costs a gateway process per call: the records of its begin and end, and bringing them to PostgreSQL.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { withParts } from "./parts.mjs";

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const perSecond = 2_000;

/** CPU of this whole process, medians over rounds: everything a call adds, with the database answering. */
export async function logCost({ quick, add }) {
  const rounds = quick ? 5 : 15;
  await withParts(async (parts) => {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), "bellwether-log-cost-"));
    fs.chmodSync(folder, 0o711);
    const postgres = await parts.startEmbeddedPostgres({ dataDir: folder, durable: false });
    try {
      await parts.migrate(postgres.url, { folder: "prisma/migrations" });
      const db = parts.openDatabase({ url: postgres.url, poolSize: 2, applicationName: "cost" });
      const now = () => performance.now();
      const log = parts.createCallLog({
        nodeId: "host/0",
        dataDir: folder,
        slot: 0,
        flush: "off",
        maxBytes: 2 ** 30,
        now,
        ship: (batch) => parts.insertCallLog(db, "host/0", batch),
        shipGaps: (gaps) => parts.insertLogGaps(db, gaps),
        say: { info: () => undefined, warn: (line) => process.stderr.write(`${line}\n`) },
      });
      const deps = {
        now,
        nodeId: "host/0",
        log,
        live: { snapshot: () => ({ revision: 7 }) },
      };
      // A gateway at work is warm: code that ran a few thousand times only is not what it becomes.
      for (let warm = 0; warm < 8; warm += 1) {
        await round(parts, deps, true);
      }
      const [idle, records, all] = [[], [], []];
      for (let turn = 0; turn < rounds; turn += 1) {
        idle.push(await round(parts, deps, false));
        const { hot, whole } = await round(parts, deps, true);
        records.push(hot);
        all.push(whole);
      }
      const cost = median(all) - median(idle.map(({ whole }) => whole));
      const hot = median(records) - median(idle.map((one) => one.hot));
      add("call log: CPU per call in the call itself, begin and end", tenth(hot), "µs");
      add("call log: CPU per call all in, shipping too", tenth(cost), "µs", "≤ 20", cost <= 20);
      await log.close(10_000);
      const { rows } = await db.pool.query("SELECT count(*)::int AS n FROM call");
      const { recorded } = log.counts();
      add("call log: rows of the calls that were measured", rows[0].n, `of ${recorded}`);
      await db.close();
    } finally {
      await postgres.stop();
      fs.rmSync(folder, { recursive: true, force: true });
    }
  });
}

/**
 * A second and a half in which calls come at a steady rate and end a wake later, beside those that begin then: so it is in a
 * gateway, where one look at its sockets brings new calls and answers to earlier ones. With `isLogged` false all but the
 * log's work is done.
 */
async function round(parts, deps, isLogged) {
  const before = process.cpuUsage();
  const startedMs = performance.now();
  let hot = 0;
  let calls = 0;
  let running = [];
  const wake = async (begun) => {
    const ended = running;
    running = begun;
    const from = process.cpuUsage();
    if (isLogged) {
      begun.forEach((trace) => parts.recordBegin(deps, trace));
      await Promise.all(ended.map((trace) => parts.recordCall(deps, trace)));
    }
    hot += micros(process.cpuUsage(from));
    await sleep(10);
  };
  while (performance.now() - startedMs < 1_500) {
    const due = Math.floor(((performance.now() - startedMs) * perSecond) / 1_000);
    const burst = Math.max(0, due - calls);
    calls += burst;
    await wake(Array.from({ length: burst }, () => endedTrace(parts, deps)));
  }
  await wake([]);
  await sleep(700);
  return { whole: micros(process.cpuUsage(before)) / calls, hot: hot / calls };
}

/** The same texts in every plan, as those of a configuration are: fresh ones would be compared letter by letter. */
const planned = ["us-east", "eu-west", "ap-south", "global"].map(
  (region) => `alpha:${region}:gpt-4.1`,
);

function endedTrace(parts, deps) {
  const trace = parts.beginTrace(deps);
  const target = {
    id: "alpha:us-east:gpt-4.1",
    provider: "alpha",
    region: "us-east",
    model: "gpt-4.1",
    pair: "alpha gpt-4.1",
    price: { inputNanoUsd: 2_000, outputNanoUsd: 8_000, cachedInputNanoUsd: 500 },
  };
  trace.key = { id: "default", demo: false };
  trace.route = "auto";
  trace.request = { model: "auto", stream: false, promptChars: 400 };
  trace.plan = {
    candidates: [{ target, entryIndex: 0 }],
    avoided: false,
    entries: planned.map((target) => ({ target, decision: "eligible", reason: "chain_order" })),
  };
  const attempt = {
    target,
    entryIndex: 0,
    how: "first",
    startedMs: trace.startedMs,
    endedMs: trace.startedMs + 100,
    firstTokenMs: null,
    outcome: "succeeded",
    reason: null,
    failure: null,
    tally: {
      usage: { promptTokens: 100, completionTokens: 50, cachedTokens: 0 },
      chars: 200,
      pieces: 1,
      malformed: 0,
    },
  };
  trace.attempts.push(attempt);
  trace.answering = attempt;
  trace.endedMs = trace.startedMs + 100.4;
  return trace;
}

function micros({ user, system }) {
  return user + system;
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

function tenth(value) {
  return Number(value.toFixed(1));
}
