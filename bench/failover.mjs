// What callers notice of providers that fail, over real sockets: gateway, wall and load in processes of their own.
import { fork } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { bundleParts } from "./failover-parts.mjs";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));

const twins = [
  { name: "first", upstream: "gpt-4.1" },
  { name: "second", upstream: "gpt-4.1" },
];
const regions = [
  { name: "first", upstream: "gpt-4.1", regions: ["us-east", "eu-west", "ap-south"] },
  { name: "second", upstream: "gpt-4.1" },
];
const chain = [{ name: "first" }, { name: "second" }];
const lanes = [
  ...["calm", "down", "hang", "grey", "both", "background", "brownout"].map((id) => ({
    id,
    places: twins,
  })),
  { id: "provider", places: regions },
  ...["minute", "silent", "late", "comments", "wait", "limited", "hour", "hiccup"].map((id) => ({
    id,
    places: chain,
  })),
  { id: "splice", places: chain, route: { breaker: { observe_only: true } } },
];

export async function failover({ quick, say }) {
  const stack = await openStack();
  const figures = [];
  const add = (name, value, unit, bar, holds) => {
    figures.push({ name, value, unit, bar: bar ?? null, holds: holds ?? null });
    say(`${name}: ${value} ${unit}`);
  };
  const work = measure(stack, { quick, say, add });
  // Ending the parts breaks the calls that are on their way, which is nobody's news then.
  work.catch(() => undefined);
  let leave;
  const left = new Promise((_, reject) => {
    leave = (signal) => reject(new Error(`ended by ${signal}`));
  });
  process.once("SIGINT", leave).once("SIGTERM", leave);
  try {
    await Promise.race([work, left]);
    return figures;
  } finally {
    process.off("SIGINT", leave).off("SIGTERM", leave);
    await stack.close();
  }
}

async function measure(stack, { quick, say, add }) {
  say("probes measure every target");
  await sleep(5_000);
  await hardDown(stack, quick ? 10_000 : 60_000, add);
  await brownOut(stack, quick ? 15_000 : 45_000, add);
  await hang(stack, quick ? 15_000 : 60_000, add);
  await providerDown(stack, quick ? 10_000 : 60_000, add);
  say("the long ones, side by side");
  const longMs = quick ? 30_000 : 600_000;
  await Promise.all([
    grey(stack, longMs, add),
    bothGrey(stack, quick ? 20_000 : 120_000, add),
    background(stack, longMs, add),
    downForAMinute(stack, quick ? 20_000 : 60_000, add),
    patience(stack, add),
    splices(stack, quick ? 20 : 200, add),
  ]);
}

/** Nobody at home: connections to the first provider are reset at once. */
async function hardDown(stack, forMs, add) {
  const at = { model: "down", perSecond: 200 };
  const calmly = { model: "calm", perSecond: 50 };
  await Promise.all([at, calmly].map((one) => stack.load({ ...one, forMs: 3_000 })));
  const heal = await stack.break("down", { kind: "refuse" });
  // What the machine itself adds in these seconds, it adds to the calls of a healthy provider too.
  const [calls, calm] = await Promise.all([
    stack.load({ ...at, forMs }),
    stack.load({ ...calmly, forMs }),
  ]);
  await heal();
  const p99 = (some) =>
    stack.percentile(
      some.map(({ tookMs }) => tookMs),
      99,
    );
  const added = p99(calls) - p99(calm);
  add("primary down, 200 calls/s: failed", failed(calls), "calls", "0", failed(calls) === 0);
  const median = (some) =>
    stack.percentile(
      some.map(({ tookMs }) => tookMs),
      50,
    );
  add("primary down: added latency p50", round(median(calls) - median(calm)), "ms");
  add("primary down: added latency p99", round(added), "ms", "≤ 10", added <= 10);
  const most = Math.max(...calls.map(({ attempts }) => attempts));
  add("primary down: most attempts of a call", most, "attempts");
}

async function hang(stack, forMs, add) {
  const at = { model: "hang", perSecond: 100, stream: true };
  await stack.load({ ...at, forMs: 5_000 });
  const heal = await stack.break("hang", { kind: "silent" });
  const calls = await stack.load({ ...at, forMs });
  await heal();
  // Silence is told from slowness after 3 s; what waits then is moved on, what comes later never waits.
  const detectedMs = 4_000;
  const delayed = calls.filter(({ atMs, firstMs }) => atMs > detectedMs && firstMs > 5_000);
  const perSecond = delayed.length / ((forMs - detectedMs) / 1_000);
  add("primary hangs, 100 calls/s: failed", failed(calls), "calls", "0", failed(calls) === 0);
  add(
    "primary hangs: delayed > 5 s after detection",
    round(perSecond),
    "calls/s",
    "≤ 1",
    perSecond <= 1,
  );
  const early = calls.filter(({ firstMs }) => firstMs > 5_000).length;
  add("primary hangs: delayed > 5 s in all", early, `of ${calls.length} calls`);
  const longest = Math.max(...calls.map(({ firstMs }) => firstMs));
  add("primary hangs: longest wait for a first token", round(longest / 1_000), "s");
}

async function brownOut(stack, forMs, add) {
  const at = { model: "brownout", perSecond: 40, stream: true };
  await stack.load({ ...at, forMs: 3_000 });
  const before = await stack.load({ ...at, forMs: 10_000 });
  const heal = await stack.break("brownout", { kind: "brownout", factor: 10, add_ms: 2_000 });
  const calls = await stack.load({ ...at, forMs });
  await heal();
  const p99 = (some) =>
    stack.percentile(
      some.map(({ firstMs }) => firstMs),
      99,
    );
  const usual = p99(before);
  // The first second from which on all are as quick as before; the few that keep looking are looked at apart.
  const kept = calls.filter(({ provider }) => provider === "brownout-second");
  const lastSlow = Math.max(
    0,
    ...kept.filter((one) => one.firstMs > usual * 2).map(({ atMs }) => atMs),
  );
  const slow = calls.filter(
    ({ provider, atMs }) => provider !== "brownout-second" && atMs > 15_000,
  );
  const left = Math.max(lastSlow, leftAt(calls, "brownout-first"));
  add("brown-out × 10: failed", failed(calls), "calls", "0", failed(calls) === 0);
  add("brown-out × 10: p99 as before after", round(left / 1_000), "s", "≤ 15", left <= 15_000);
  const after = calls.filter(({ atMs }) => atMs > 15_000);
  const share = after.length === 0 ? 0 : (100 * slow.length) / after.length;
  add("brown-out × 10: calls that keep looking at the slow one", round(share), "%");
}

/** When the last second began in which most calls went to `provider`. */
function leftAt(calls, provider) {
  let at = 0;
  const seconds = new Map();
  for (const call of calls) {
    const second = Math.floor(call.atMs / 1_000);
    const one = seconds.get(second) ?? { all: 0, there: 0 };
    one.all += 1;
    one.there += Number(call.provider === provider);
    seconds.set(second, one);
  }
  for (const [second, { all, there }] of seconds) {
    at = there > all / 5 ? Math.max(at, (second + 1) * 1_000) : at;
  }
  return at;
}

async function providerDown(stack, forMs, add) {
  const at = { model: "provider", perSecond: 100 };
  await stack.load({ ...at, forMs: 3_000 });
  const heal = await stack.break("provider", { kind: "status", status: 503 });
  const calls = await stack.load({ ...at, forMs });
  await heal();
  add("a provider down in all regions: failed", failed(calls), "calls", "0", failed(calls) === 0);
  const tries = calls.reduce((sum, { attempts }) => sum + attempts, 0) / calls.length;
  add("a provider down in all regions: attempts per call", round(tries), "attempts");
}

async function grey(stack, forMs, add) {
  const fault = { kind: "status", status: 503, probability: 0.3, on: "chat" };
  const heal = await stack.break("grey", fault);
  const calls = await stack.load({ model: "grey", perSecond: 30, forMs });
  await heal();
  const tries = calls.reduce((sum, { attempts }) => sum + attempts, 0) / calls.length;
  const openings = await stack.openings("grey");
  const minutes = round(forMs / 60_000);
  add("30 % grey: failed", failed(calls), "calls", "0", failed(calls) === 0);
  add("30 % grey: attempts per call", round(tries), "attempts", "≤ 1.35", tries <= 1.35);
  add(
    `30 % grey: openings in ${minutes} min`,
    openings,
    "openings",
    "≤ 4 in 10 min",
    openings <= 4,
  );
}

async function bothGrey(stack, forMs, add) {
  const fault = { kind: "status", status: 503, probability: 0.2, on: "chat" };
  const heals = [await stack.break("both", fault), await stack.break("both", fault, "second")];
  const calls = await stack.load({ model: "both", perSecond: 30, forMs });
  await Promise.all(heals.map((heal) => heal()));
  const served = (100 * (calls.length - failed(calls))) / calls.length;
  add("both targets 20 % grey: served", round(served), "%", "≥ 95", served >= 95);
}

async function background(stack, forMs, add) {
  const fault = { kind: "status", status: 503, probability: 0.02, on: "chat" };
  const heal = await stack.break("background", fault);
  const calls = await stack.load({ model: "background", perSecond: 50, forMs });
  await heal();
  const elsewhere = (some) =>
    (100 * some.filter(({ provider }) => provider !== "background-first").length) / some.length;
  const all = elsewhere(calls);
  const late = elsewhere(calls.slice(-Math.floor(calls.length / 5)));
  add("2 % background errors: failed", failed(calls), "calls", "0", failed(calls) === 0);
  add("2 % background errors: answered by the fallback", round(all), "%", "≤ 5", all <= 5);
  add("2 % background errors: the same in the last fifth", round(late), "%", "≤ 5", late <= 5);
}

async function downForAMinute(stack, downMs, add) {
  const everyMs = 4_000;
  const ask = () => stack.ask("minute");
  await ask();
  const heal = await stack.break("minute", { kind: "status", status: 503 });
  const startedMs = performance.now();
  let served = 0;
  let asked = 0;
  for (; asked * everyMs < downMs; asked += 1) {
    served += Number((await ask()).isWhole);
    await sleep(startedMs + (asked + 1) * everyMs - performance.now());
  }
  const attempts = await stack.attempts("minute-first");
  await heal();
  const healedMs = performance.now();
  let backMs = null;
  while (backMs === null && performance.now() - healedMs < 30_000) {
    const call = await ask();
    served += Number(call.isWhole);
    asked += 1;
    backMs = call.provider === "minute-first" ? performance.now() - healedMs : null;
    await sleep(250);
  }
  const real = attempts.filter(({ user_agent: agent }) => agent !== "bellwether-probe").length;
  // The first three failures are how it is known to be dead; what comes after them are trials.
  const perFive = Math.max(0, real - 3) / (downMs / 5_000);
  const seconds = downMs / 1_000;
  add(
    `primary down ${seconds} s, a call every 4 s: served`,
    `${served} of ${asked}`,
    "calls",
    "all",
    served === asked,
  );
  add(
    "the same: back after recovery",
    backMs === null ? "never" : round(backMs / 1_000),
    "s",
    "≤ 10",
    backMs !== null && backMs <= 10_000,
  );
  add("the same: real trials of the dead one", round(perFive), "per 5 s", "≤ 1", perFive <= 1);
  add("the same: probes of it", attempts.length - real, "probes");
}

async function patience(stack, add) {
  const one = async (lane, fault, name, bar, holds, body) => {
    const heal = await stack.break(lane, fault);
    const call = await stack.ask(lane, body);
    const tried = await stack.attempts(`${lane}-first`, fault.kind);
    await heal();
    const real = tried.filter(({ user_agent: agent }) => agent !== "bellwether-probe").length;
    add(
      name,
      round(call.tookMs / 1_000),
      `s (${real} of its tries failed)`,
      bar,
      call.isWhole && holds(call.tookMs / 1_000, real, call),
    );
  };
  const within13 = (seconds, tries) => seconds <= 13 && tries === 1;
  const streamed = { stream: true };
  await Promise.all([
    one(
      "silent",
      { kind: "silent", on: "chat" },
      "silent provider: served after",
      "≤ 13 s, 1 try",
      within13,
      streamed,
    ),
    one(
      "late",
      { kind: "slow_first_token", ms: 20_000 },
      "first token after 20 s: served after",
      "≤ 13 s, 1 try",
      within13,
      streamed,
    ),
    one(
      "comments",
      { kind: "headers_then_silent", keep_alive_ms: 1_000 },
      "comments without content: served after",
      "≤ 13 s, 1 try",
      within13,
      streamed,
    ),
    one(
      "wait",
      { kind: "rate_limit", retry_after: 2, count: 1 },
      "Retry-After 2 s: served after",
      "1.8 to 2.6 s, by the same",
      (s, _, call) => s >= 1.8 && s <= 2.6 && call.provider === "wait-first",
    ),
    one(
      "limited",
      { kind: "rate_limit", retry_after: 2 },
      "429 for ever: served after",
      "< 3 s",
      (s) => s < 3,
    ),
    one(
      "hour",
      { kind: "rate_limit", retry_after: 3_600 },
      "Retry-After 3600 s: served after",
      "< 1 s, 1 try",
      (s, tries) => s < 1 && tries === 1,
    ),
    one(
      "hiccup",
      { kind: "status", status: 500, count: 1, on: "chat" },
      "500 once: served after",
      "< 1.5 s, by the same",
      (s, _, call) => s < 1.5 && call.provider === "hiccup-first",
    ),
  ]);
}

/** How many cut streams became whole, where a second model continues a prefill: a report, no claim. */
async function splices(stack, cuts, add) {
  let whole = 0;
  let honest = 0;
  for (let cut = 0; cut < cuts; cut += 1) {
    const heal = await stack.break("splice", { kind: "cut", after_tokens: 1 + ((cut * 37) % 59) });
    const seen = await stack.stream("splice", `Write 60 words about cut ${cut}.`);
    await heal();
    const isWhole = seen.isDone && seen.error === null && seen.words === 60;
    const isHonest = !seen.isDone && seen.error !== null;
    whole += Number(isWhole);
    honest += Number(isHonest);
  }
  add("cut streams: whole", `${whole} of ${cuts}`, "streams");
  const lies = cuts - whole - honest;
  add("cut streams: neither whole nor an error", lies, "streams", "0", lies === 0);
}

async function openStack() {
  const file = await bundleParts();
  const parts = await import(pathToFileURL(file).href);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "bellwether-failover-"));
  // The database's user must be able to pass through.
  fs.chmodSync(folder, 0o711);
  const children = [];
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
  const closers = [];
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
    const wallUrl = await start("wall", { key, latencyScale: 1 });
    const postgres = await parts.startEmbeddedPostgres({ dataDir: folder, durable: false });
    closers.push(() => postgres.stop());
    await parts.migrate(postgres.url, { folder: path.join(root, "prisma/migrations") });
    const db = parts.openDatabase({ url: postgres.url, poolSize: 2, applicationName: "proof" });
    closers.push(() => db.close());
    const control = parts.createControlDeps(db);
    const wall = { key, baseUrl: (provider) => `${wallUrl}/${provider}/v1` };
    const document = parts.lanesDocument(
      wall,
      lanes.map((lane) => ({ ...lane, probe: {} })),
    );
    const source = { kind: "bootstrap", demo: false };
    await parts.publishDocument(parts.systemActor, control, { document, source });
    const app = await parts.createAppKey(parts.systemActor, control, { id: "proof", kind: "live" });
    const url = await start("gateway", {
      gatewayHost: "127.0.0.1",
      gatewayPort: 0,
      databaseUrl: postgres.url,
      directDatabaseUrl: undefined,
      drainSeconds: 2,
      dataDir: folder,
      spoolMaxBytes: 64 * 1024 * 1024,
      spoolFsync: "off",
      drainDelaySeconds: 0,
      nodeName: "bench",
    });
    return { ...measures({ parts, db, url, key: app.secret, wallUrl, wallKey: key }), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** What the scenarios ask of the running parts. */
function measures({ parts, db, url, key, wallUrl, wallKey }) {
  const control = async (method, at, body) => {
    const response = await fetch(`${wallUrl}/_wall/${at}`, {
      method,
      headers: { authorization: `Bearer ${wallKey}` },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const answer = await response.json();
    if (!response.ok) {
      throw new Error(`the wall refused: ${JSON.stringify(answer)}`);
    }
    return answer;
  };
  const post = (model, body) =>
    fetch(`${url}/v1/chat/completions`, {
      method: "POST",
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      body: JSON.stringify({
        model,
        max_tokens: 8,
        messages: [{ role: "user", content: "Hello." }],
        ...body,
      }),
    });
  return {
    percentile: parts.percentile,
    load: (options) => parts.load({ url, key }, options),
    /** Resolves with what heals it. */
    async break(lane, fault, place = "first") {
      const { ids } = await control("POST", "faults", { ...fault, account: `${lane}-${place}` });
      return () => control("DELETE", `faults/${ids[0]}`).catch(() => undefined);
    },
    async ask(model, body = {}) {
      const startedMs = performance.now();
      const response = await post(model, body);
      const text = await response.text();
      return {
        tookMs: performance.now() - startedMs,
        isWhole: response.status === 200 && !text.includes('"error"'),
        provider: response.headers.get("x-bellwether-provider"),
      };
    },
    async stream(model, content) {
      const body = { stream: true, max_tokens: undefined, messages: [{ role: "user", content }] };
      return parts.streamOf(await (await post(model, body)).text());
    },
    /** What a provider saw of chats, or of those that a fault struck. */
    async attempts(account, fault) {
      const seen = [];
      for (let since = 0; ;) {
        const { attempts } = await control("GET", `attempts?since=${since}&limit=10000`);
        if (attempts.length === 0) {
          return seen.filter((one) => fault === undefined || one.fault?.includes(fault));
        }
        seen.push(...attempts.filter((one) => one.account === account && one.kind === "chat"));
        since = attempts.at(-1).seq;
      }
    },
    async openings(lane) {
      // The node reports what it decided a little later.
      await sleep(3_000);
      return db.prisma.healthEvent.count({
        where: { toState: "open", targetId: { startsWith: `${lane}-` } },
      });
    },
  };
}

function failed(calls) {
  return calls.filter(({ isWhole }) => !isWhole).length;
}

function round(value) {
  return Number(value.toFixed(value < 10 ? 2 : 1));
}

async function stopChild(child) {
  if (child.exitCode !== null || child.signalCode !== null) {
    return;
  }
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), 10_000);
  if (child.connected) {
    setTimeout(() => child.connected && child.disconnect(), 6_000).unref();
  }
  await ended;
  clearTimeout(timer);
}
