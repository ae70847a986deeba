// What keys may use: money that many calls want at once, an application that attacks, and what all of it costs a call.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { fileURLToPath, pathToFileURL } from "node:url";
import { bundle } from "../bundle.mjs";

const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc");
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const entry = `
export { startBank } from "./lib/gateway/limits/bank";
export { createLimiter } from "./lib/gateway/limits/limiter";
export { openDatabase } from "./lib/store/database";
export { endLeases, exchangeLeases } from "./lib/store/budgets";
export { startEmbeddedPostgres } from "./lib/store/embedded";
export { migrate } from "./lib/store/migrate";
export { ask, spendInParallel, spentUsd, startBudgetStack } from "./test/support/budget-stack";
export { load } from "./test/support/load";
`;

export async function limits({ quick, say }) {
  const figures = [];
  const add = (name, value, unit, bar, holds) => {
    figures.push({ name, value, unit, bar: bar ?? null, holds: holds ?? null });
    say(`${name}: ${value} ${unit}`);
  };
  await withParts(async (parts) => {
    await costOfACall(parts, quick ? 100_000 : 1_000_000, add);
    const dataDir = fs.mkdtempSync(path.join(os.tmpdir(), "bellwether-limits-"));
    fs.chmodSync(dataDir, 0o711);
    const postgres = await parts.startEmbeddedPostgres({ dataDir, durable: false });
    const db = parts.openDatabase({ url: postgres.url, poolSize: 4, applicationName: "bench" });
    try {
      await parts.migrate(postgres.url, { folder: path.join(root, "prisma/migrations") });
      await costOfAnExchange(parts, db, add);
      const stack = await parts.startBudgetStack(postgres.url, db);
      try {
        await moneyForFifty(parts, stack, quick ? 1 : 5, add);
        await killedWhileSpending(parts, stack, postgres.url, quick ? 3_000 : 20_000, add);
        await attacked(parts, stack, quick ? 5_000 : 30_000, add);
      } finally {
        await stack.end();
      }
    } finally {
      await db.close();
      await postgres.stop();
      fs.rmSync(dataDir, { recursive: true, force: true });
    }
  });
  return figures;
}

/** Everything that a key with all limits adds to a call in this process: in, set aside, headers, out. */
async function costOfACall({ createLimiter, startBank }, calls, add) {
  const now = () => performance.now();
  const bank = startBank({
    // As generous as a database can be; what is measured is this process.
    exchange: async (requests) => ({
      nowMs: Date.now(),
      answers: requests.map(({ holder, spentNanoUsd, wantNanoUsd }) => ({
        holder,
        grantedNanoUsd: spentNanoUsd + wantNanoUsd,
        roomNanoUsd: 1e15,
      })),
    }),
    readClock: async () => Date.now(),
    endLeases: async () => 0,
    graceNanoUsd: () => 0,
    liveNodes: () => 1,
    now,
    onTrouble: () => undefined,
  });
  const limiter = createLimiter({ bank, liveNodes: () => 1, now });
  const budget = { limitNanoUsd: 1e15, strict: false };
  const rates = { requestsPerMinute: 1e9, tokensPerMinute: 1e12, parallel: 1_000 };
  const keyOf = (id) => ({ id, limits: { ...rates, budget } });
  const price = { inputNanoUsd: 2_000, outputNanoUsd: 8_000, cachedInputNanoUsd: 500 };
  const capabilities = { outputTokens: null, contextTokens: null };
  const candidates = ["a", "b"].map((model) => ({ target: { model, price, capabilities } }));
  const size = { promptTokens: 500, maxTokens: 300, choices: 1, promptBytes: () => 2_000 };
  const use = { tokens: 700, costNanoUsd: 3_000_000, answer: { model: "a", tokens: 200 } };
  const one = (key) => {
    const ticket = limiter.ticketFor(key);
    ticket.enter();
    const leased = ticket.reserve(candidates, size);
    ticket.headers();
    if (leased === null) {
      ticket.leave(use);
      return null;
    }
    return leased.then(() => ticket.leave(use));
  };
  const keys = Array.from({ length: 100 }, (_, index) => keyOf(`key-${index}`));
  await Promise.all(keys.map(one));
  let waited = 0;
  const round = () => {
    for (const key of keys) {
      waited += one(key) === null ? 0 : 1;
    }
  };
  const before = process.cpuUsage();
  for (let done = 0; done < calls; done += keys.length) {
    round();
    if (done % 100_000 === 0) {
      await sleep(0);
    }
  }
  const { user, system } = process.cpuUsage(before);
  const micros = (user + system) / calls;
  add("CPU that all limits of a key add to a call", roundTo(micros, 2), "µs", "≤ 10", micros <= 10);
  add("… calls that had to wait for money", waited, "calls", "0", waited === 0);

  const many = Array.from({ length: 10_000 }, (_, index) => keyOf(`many-${index}`));
  collectGarbage();
  const heap = process.memoryUsage().heapUsed;
  await Promise.all(many.map(one));
  await sleep(100);
  collectGarbage();
  const bytes = Math.round((process.memoryUsage().heapUsed - heap) / many.length);
  add("memory per key with all limits, of 10 000", bytes, "bytes", "≤ 4096", bytes <= 4_096);
  await bank.close();
}

async function costOfAnExchange({ exchangeLeases }, db, add) {
  const by = { process: crypto.randomUUID(), nodeId: "bench", beganAtMs: Date.now() };
  const requests = Array.from({ length: 1_000 }, (_, index) => ({
    keyId: `exchange-${index}`,
    month: "2026-11-01",
    holder: crypto.randomUUID(),
    limitNanoUsd: 1e12,
    spentNanoUsd: 0,
    needNanoUsd: 1e6,
    wantNanoUsd: 1e9,
  }));
  const exchange = (seq) =>
    exchangeLeases(
      db,
      by,
      requests.map((one) => ({ ...one, seq })),
      900,
    );
  await exchange(1);
  const began = performance.now();
  for (let time = 0; time < 5; time += 1) {
    await exchange(2 + time);
  }
  const ms = (performance.now() - began) / 5;
  add(
    "telling and renewing 1 000 keys' leases in one exchange",
    roundTo(ms, 1),
    "ms",
    "≤ 1000",
    ms <= 1_000,
  );
}

async function moneyForFifty({ spendInParallel }, stack, times, add) {
  for (const nodes of [1, 2]) {
    let worst = 0;
    let least = Number.POSITIVE_INFINITY;
    for (let time = 0; time < times; time += 1) {
      const run = await spendInParallel(stack, `fifty-${nodes}-${time}`, nodes);
      const part = (100 * run.spentUsd) / run.limitUsd;
      worst = Math.max(worst, part);
      least = Math.min(least, part);
    }
    const name = `200 parallel calls with money for 50, ${nodes} node(s), strict: most of the budget`;
    add(name, roundTo(worst, 2), "%", "≤ 100", worst <= 100);
    add(`… least of the budget that could be spent`, roundTo(least, 2), "%");
  }
}

/** A node is killed while it spends, and started again in its place: what its calls cost is neither lost nor doubled. */
async function killedWhileSpending({ ask, spentUsd }, stack, url, forMs, add) {
  const { gateways, keyWith, toldBudget, db } = stack;
  const port = 20_000 + Math.floor(Math.random() * 20_000);
  let node = await gateways.start(url, port);
  const limits = { budgetUsdPerMonth: 100, strictBudget: true };
  const key = await keyWith(`killed-${port}`, limits, [node.url]);
  const answers = [];
  const caller = async (untilMs) => {
    while (performance.now() < untilMs) {
      answers.push(await ask(node.url, key));
      await sleep(5);
    }
  };
  const untilMs = performance.now() + forMs;
  const callers = Promise.all(Array.from({ length: 4 }, () => caller(untilMs)));
  await sleep(forMs / 2);
  await node.kill();
  node = await gateways.start(url, port);
  await callers;
  const acknowledged = spentUsd(answers);
  // The lease of the dead is ended half a minute after its last renewal, and looked for every quarter.
  await sleep(50_000);
  const { spentUsd: told } = await toldBudget(`killed-${port}`);
  const logged = await db.prisma.call.aggregate({
    where: { keyId: `killed-${port}` },
    _sum: { costNanoUsd: true },
  });
  const loggedUsd = Number(logged._sum.costNanoUsd ?? 0) / 1e9;
  await node.stop();
  const missing = Math.max(0, acknowledged - told, loggedUsd - told);
  add(
    "node killed while it spends: acknowledged or logged cost that its budget misses",
    roundTo(missing, 9),
    "USD",
    "0",
    missing < 1e-9,
  );
  add("… of", roundTo(acknowledged, 6), "USD");
  const beyond = told - Math.max(loggedUsd, acknowledged);
  add(
    "… counted beyond that (calls of the tenth of a second before its last word)",
    roundTo(beyond, 6),
    "USD",
  );
}

async function attacked({ load }, { nodes, keyWith, wall }, forMs, add) {
  const [{ url }] = nodes;
  const good = await keyWith(`good-${Date.now()}`, {}, [url]);
  const attacker = await keyWith(`attacker-${Date.now()}`, { parallel: 4 }, [url]);
  wall.fault({ kind: "slow_first_token", ms: 300 });
  const shape = { model: "gpt-4.1", perSecond: 100, forMs };
  const [theirs, its] = await Promise.all([
    load({ url, key: good }, shape),
    load({ url, key: attacker }, { ...shape, body: { max_tokens: 900 } }),
  ]);
  wall.clearFaults();
  const share = (calls) => (100 * calls.filter(({ isWhole }) => isWhole).length) / calls.length;
  add(
    "calls of another key served beside an attacker at half the load",
    roundTo(share(theirs), 2),
    "%",
    "100",
    share(theirs) === 100,
  );
  add("… and of the attacker at its cap of 4 calls at a time", roundTo(share(its), 2), "%");
}

/** Calls `work` with the parts, bundled from the sources. */
async function withParts(work) {
  const outfile = await bundle("limits", entry);
  try {
    await work(await import(pathToFileURL(outfile).href));
  } finally {
    fs.rmSync(outfile, { force: true });
  }
}

function roundTo(value, digits) {
  return Number(value.toFixed(digits));
}
