// The built product with a browser in front of it: as it is after a day of work, or empty.
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { parts, root, until } from "./parts.mjs";

const apps = ["billing", "search", "shop", "support-bot"];
const seededCalls = 60_000;

export const widths = { 1440: { width: 1440, height: 1000 }, 390: { width: 390, height: 844 } };

/** Calls `work` with the URL of a new database. */
export async function withDatabase(work) {
  const { migrate, startEmbeddedPostgres } = await parts();
  const dataDir = newFolder();
  const postgres = await startEmbeddedPostgres({ dataDir, durable: false });
  try {
    await migrate(postgres.url, { folder: path.join(root, "prisma/migrations") });
    return await work(postgres.url);
  } finally {
    await postgres.stop();
    fs.rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Calls `work` with the product on `databaseUrl`, as a user starts it, and a browser. */
export async function withRoom({ databaseUrl, env = {} }, work) {
  const { launchBrowser, startProduct } = await parts();
  const dataDir = newFolder();
  process.chdir(root);
  const product = await startProduct({
    dataDir,
    env: { DATABASE_URL: databaseUrl, DRAIN_SECONDS: "1", ...env },
  });
  let browser;
  try {
    await product.ready;
    browser = await launchBrowser();
    const { ports } = product;
    const origin = `http://127.0.0.1:${ports.dashboard}`;
    const api = (method, name, body) => askJson(`${origin}/api/${name}`, method, body);
    return await work({
      browser,
      origin,
      api,
      health: () => api("GET", "health"),
      wall: (method, name, body) =>
        askJson(`http://127.0.0.1:${ports.wall}/_wall/${name}`, method, body),
      gateway: `http://127.0.0.1:${ports.gateway}`,
      databaseUrl,
    });
  } finally {
    await browser?.close();
    process.kill(product.pid, "SIGTERM");
    await product.ended;
    fs.rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Calls `work` with a room that has seen a day of calls, one target that is down, another that falters, and people's changes. */
export function withLivedInRoom(say, work) {
  return withDatabase((databaseUrl) =>
    withRoom({ databaseUrl }, async (room) => {
      say("a day of calls");
      await seedDay(databaseUrl);
      const keys = [];
      for (const id of apps) {
        keys.push((await room.api("POST", "keys", { id, limits: { rpm: 6_000 } })).secret);
      }
      const stop = startTraffic(room, keys);
      try {
        await haveTrouble(room, say);
        return await work(room);
      } finally {
        await stop();
      }
    }),
  );
}

/** Calls `work` with a room in which no call was ever made, and whose only provider never answers. */
export function withEmptyRoom(work) {
  return withDatabase(async (databaseUrl) => {
    const folder = newFolder();
    const file = path.join(folder, "bellwether.yaml");
    fs.writeFileSync(
      file,
      JSON.stringify({
        providers: [
          {
            id: "nobody",
            base_url: "http://127.0.0.1:9/v1",
            api_key: "env:NOBODYS_KEY",
            allow_private_network: true,
          },
        ],
        models: [{ id: "some-model", targets: [{ provider: "nobody" }] }],
        routes: [{ id: "auto", chain: ["some-model"] }],
      }),
    );
    const env = { BELLWETHER_DEMO: "off", BELLWETHER_CONFIG: file, NOBODYS_KEY: "a-key-of-nobody" };
    try {
      return await withRoom({ databaseUrl, env }, work);
    } finally {
      fs.rmSync(folder, { recursive: true, force: true });
    }
  });
}

function newFolder() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "bellwether-dashboard-"));
  // Where root starts it, PostgreSQL runs as somebody else, who has to pass through.
  fs.chmodSync(folder, 0o711);
  return folder;
}

async function askJson(url, method, body) {
  const response = await fetch(url, {
    method,
    ...(body === undefined
      ? {}
      : { headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) {
    throw new Error(`${method} ${url}: ${response.status} ${text}`);
  }
  return text === "" ? undefined : JSON.parse(text);
}

/** A day of made-up calls under the demo's names, with an outage of half an hour in it. */
async function seedDay(databaseUrl) {
  const { openDatabase, seedCalls } = await parts();
  const db = openDatabase({ url: databaseUrl, poolSize: 2, applicationName: "seed" });
  const sql = (name) => fs.readFileSync(path.join(root, "bench/dashboard", name), "utf8");
  try {
    await seedCalls({ db, calls: seededCalls, days: 1, force: true, dress: sql("dress.sql") });
    // Calls alone are no outage: strips and feeds go by what the healer did about it.
    await db.pool.query(sql("outage.sql"));
  } finally {
    await db.close();
  }
}

/** A few calls a second of all applications until the returned function is called. */
function startTraffic({ gateway }, keys) {
  const models = ["auto", "auto", "auto", "gpt-4.1", "claude-sonnet-4-5", "gemini-2.5-flash"];
  // The target that falters is not left alone because another region is faster.
  const regions = { 0: "eu-west", 5: "us-east" };
  const running = new Set();
  let sent = 0;
  const timer = setInterval(() => {
    sent += 1;
    const call = fetch(`${gateway}/v1/chat/completions`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${keys[sent % keys.length]}`,
        "content-type": "application/json",
        ...(regions[sent % 6] && { "x-region": regions[sent % 6] }),
      },
      body: JSON.stringify({
        model: models[sent % models.length],
        max_tokens: 20 + (sent % 40),
        stream: sent % 3 === 0,
        messages: [{ role: "user", content: "Say hello to the flock." }],
      }),
    })
      .then((response) => response.arrayBuffer())
      .catch(() => undefined)
      .finally(() => running.delete(call));
    running.add(call);
  }, 650);
  return async () => {
    clearInterval(timer);
    await Promise.all(running);
  };
}

const faltering = "alpha:us-east:gemini-2.5-flash";

async function haveTrouble({ api, health, wall }, say) {
  say("trouble with two targets");
  await api("PUT", "routes/auto", {
    chain: ["gpt-4.1", "gemini-2.5-flash", "claude-sonnet-4-5", "deepseek-v3"],
  });
  await api("PATCH", "targets/beta%3Aglobal%3Adeepseek-v3", {
    intent: "disabled",
    reason: "prices are checked",
  });
  const falters = { kind: "status", status: 500, probability: 0.4, on: "chat" };
  await wall("POST", "faults", [
    { kind: "status", status: 503, model: "gpt-4.1", region: "us-east" },
    { ...falters, model: "gemini-2.5-flash", region: "us-east" },
  ]);
  const stateOf = async (of) => {
    const { targets } = await health();
    return targets.find(({ id }) => id === of)?.state;
  };
  const isDown = async () => (await stateOf("alpha:us-east:gpt-4.1")) === "down";
  // Which trouble chance makes of it is not ours to say.
  const isTroubled = async () => (await stateOf(faltering)) !== "healthy";
  await until(isDown, "a target is down", 120_000);
  await until(isTroubled, "a target is in trouble", 240_000);
}
