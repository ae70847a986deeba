// What a call through the gateway costs, beside a floor and a peer, against the same upstream.
import { execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Pool } from "undici";

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const cache = path.join(root, ".cache/bench");
const peerPackage = "@portkey-ai/gateway";
const concurrency = 32;
const perSecond = 500;
const body = JSON.stringify({
  model: "bench",
  messages: [
    { role: "system", content: "You answer in one paragraph." },
    { role: "user", content: "Tell me about foxes and dogs. ".repeat(8) },
  ],
});
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export async function speed({ quick, say }) {
  const size = quick
    ? { rounds: 3, calls: 500, warmUp: 500, paced: 500, sequential: 100 }
    : { rounds: 5, calls: 10_000, warmUp: 30_000, paced: 3_000, sequential: 300 };
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "bellwether-bench-"));
  fs.chmodSync(folder, 0o755);
  const children = [];
  const pools = [];
  const start = (args, env = {}) => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    child.output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (text) => (child.output = (child.output + text).slice(-4_000)));
    }
    children.push(child);
    return child;
  };
  try {
    const [upstreamPort, floorPort, gatewayPort, dashboardPort, peerPort] = await freePorts(5);
    const upstream = `http://127.0.0.1:${upstreamPort}`;
    start([path.join(root, "bench/upstream.mjs"), String(upstreamPort)]);
    const subject = (name, pid, port, headers) => {
      const pool = new Pool(`http://127.0.0.1:${port}`, { connections: concurrency });
      pools.push(pool);
      return { name, pid, pool, headers: { "content-type": "application/json", ...headers } };
    };
    const floor = start([path.join(root, "bench/floor.mjs"), String(floorPort), upstream]);
    const subjects = [subject("floor", floor.pid, floorPort, {})];
    say("starting the product");
    const product = await startProduct({ start, folder, upstream, gatewayPort, dashboardPort });
    subjects.push(
      subject("gateway", product.pid, gatewayPort, { authorization: `Bearer ${product.key}` }),
    );
    const peer = await startPeer({ start, peerPort, say });
    if (peer !== undefined) {
      subjects.push(
        subject("peer", peer.pid, peerPort, {
          authorization: "Bearer bench",
          "x-portkey-provider": "openai",
          "x-portkey-custom-host": `${upstream}/v1`,
        }),
      );
    }
    for (let index = 0; index < subjects.length; index += 1) {
      const one = subjects[index];
      try {
        await until(() => call(one), 30_000);
      } catch (error) {
        if (one.name !== "peer") {
          throw new Error(`${one.name}: ${error.message}`);
        }
        say(`the peer does not answer: ${error.message}`);
        subjects.splice(index, 1);
      }
    }
    for (const one of subjects) {
      say(`warming up: ${one.name}`);
      await many(one, size.warmUp);
      Object.assign(one, { cpu: [], paced: [], rate: [], latency: [] });
    }
    for (let round = 0; round < size.rounds; round += 1) {
      // Another one begins each round, so that none always runs in the wake of the same other.
      const at = round % subjects.length;
      for (const one of [...subjects.slice(at), ...subjects.slice(0, at)]) {
        const cpu = cpuMicroseconds(one.pid);
        const begun = performance.now();
        await many(one, size.calls);
        const took = performance.now() - begun;
        // What the gateway still has to write after its last answer is part of its cost.
        await sleep(300);
        one.cpu.push((cpuMicroseconds(one.pid) - cpu) / size.calls);
        one.rate.push((size.calls * 1_000) / took);
        const pacedFrom = cpuMicroseconds(one.pid);
        await paced(one, size.paced);
        await sleep(300);
        one.paced.push((cpuMicroseconds(one.pid) - pacedFrom) / size.paced);
        for (let index = 0; index < size.sequential; index += 1) {
          const asked = performance.now();
          await call(one);
          one.latency.push(performance.now() - asked);
        }
      }
      say(`round ${round + 1} of ${size.rounds}`);
    }
    return figuresOf(subjects, peer);
  } finally {
    await Promise.all(pools.map((pool) => pool.destroy()));
    await Promise.all(children.map(stop));
    removePostgres(folder);
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

function figuresOf(subjects, peer) {
  const get = (name) => subjects.find((one) => one.name === name);
  const floor = get("floor");
  const figures = [];
  const add = (name, value, unit, bar, holds) => {
    figures.push({ name, value, unit, bar: bar ?? null, holds: holds ?? null });
  };
  for (const name of ["floor", "gateway", "peer"]) {
    const one = get(name);
    const label =
      name === "peer" && peer !== undefined ? `peer (${peerPackage} ${peer.version})` : name;
    if (one === undefined) {
      add(label, "not measured", "");
      continue;
    }
    const cpu = Math.round(median(one.cpu));
    const isGateway = name === "gateway";
    const bar = 2 * Math.round(median(floor.cpu));
    add(
      `${label}: CPU per call`,
      cpu,
      "µs",
      isGateway ? `≤ ${bar} (2 × floor)` : null,
      isGateway ? cpu <= bar : null,
    );
    add(
      `${label}: CPU per call, lowest and highest round`,
      [Math.min(...one.cpu), Math.max(...one.cpu)].map(Math.round).join(" to "),
      "µs",
    );
    add(
      `${label}: CPU per call over the floor`,
      Number((median(one.cpu) / median(floor.cpu)).toFixed(2)),
      "×",
    );
    const atRate = median(one.paced);
    add(`${label}: CPU per call at ${perSecond} calls/s`, Math.round(atRate), "µs");
    add(
      `${label}: CPU per call at ${perSecond} calls/s over the floor`,
      Number((atRate / median(floor.paced)).toFixed(2)),
      "×",
    );
    add(
      `${label}: throughput at concurrency ${concurrency}`,
      Math.round(median(one.rate)),
      "calls/s",
    );
    for (const part of [50, 99]) {
      const value = percentile(one.latency, part);
      add(`${label}: sequential latency p${part}`, Number(value.toFixed(2)), "ms");
      if (one !== floor) {
        const over = value - percentile(floor.latency, part);
        add(`${label}: sequential latency p${part} over the floor`, Number(over.toFixed(2)), "ms");
      }
    }
  }
  return figures;
}

async function startProduct({ start, folder, upstream, gatewayPort, dashboardPort }) {
  const dataDir = path.join(folder, "data");
  const config = path.join(folder, "bellwether.yaml");
  fs.writeFileSync(
    config,
    `allow_literal_secrets: true
providers:
  - id: bench
    dialect: openai
    base_url: ${upstream}/v1
    api_key: bench-key-0123456789
    allow_private_network: true
models:
  - id: bench
    targets: [{ provider: bench, upstream_model: bench }]
    price: { input: 2.00, output: 8.00 }
`,
  );
  const supervisor = start([path.join(root, "dist/server.js"), "supervisor"], {
    ROLE: "all",
    DATABASE_URL: "",
    BELLWETHER_DEMO: "off",
    BELLWETHER_CONFIG: config,
    BELLWETHER_DATA_DIR: dataDir,
    GATEWAY_PORT: String(gatewayPort),
    DASHBOARD_PORT: String(dashboardPort),
    DRAIN_SECONDS: "2",
  });
  try {
    return await until(async () => {
      if (supervisor.exitCode !== null) {
        throw new Error("the product ended");
      }
      const key = fs.readFileSync(path.join(dataDir, "app-key"), "utf8").trim();
      const ready = await fetch(`http://127.0.0.1:${gatewayPort}/readyz`);
      if (!ready.ok) {
        throw new Error(`readyz says ${ready.status}`);
      }
      return { key, pid: gatewayChildOf(supervisor.pid) };
    }, 60_000);
  } catch (error) {
    throw new Error(`${error.message}\n${supervisor.output}`);
  }
}

function gatewayChildOf(parent) {
  for (const pid of fs.readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const command = fs.readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").join(" ");
      if (command.includes("server.js gateway") && Number(statOf(pid)[1]) === parent) {
        return Number(pid);
      }
    } catch {
      // It ended meanwhile.
    }
  }
  throw new Error("the gateway's process was not found");
}

async function startPeer({ start, peerPort, say }) {
  const folder = path.join(cache, "node_modules", peerPackage);
  try {
    if (!fs.existsSync(path.join(folder, "package.json"))) {
      say(`installing ${peerPackage}`);
      fs.mkdirSync(cache, { recursive: true });
      fs.writeFileSync(path.join(cache, "package.json"), '{"private":true}\n');
      execFileSync(
        "npm",
        ["install", "--no-audit", "--no-fund", "--ignore-scripts", `${peerPackage}@1.15`],
        { cwd: cache, stdio: "ignore", timeout: 120_000 },
      );
    }
    const { version } = JSON.parse(fs.readFileSync(path.join(folder, "package.json"), "utf8"));
    const child = start([
      path.join(folder, "build/start-server.js"),
      `--port=${peerPort}`,
      "--headless",
    ]);
    return { pid: child.pid, version };
  } catch (error) {
    say(`the peer is not measured: ${error.message.split("\n")[0]}`);
    return undefined;
  }
}

async function call({ pool, headers }) {
  const { statusCode, body: answer } = await pool.request({
    method: "POST",
    path: "/v1/chat/completions",
    headers,
    body,
  });
  const text = await answer.text();
  if (statusCode !== 200 || !text.includes("quick brown fox")) {
    throw new Error(`status ${statusCode}: ${text.slice(0, 300)}`);
  }
  return true;
}

async function many(subject, calls) {
  let left = calls;
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      await call(subject);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}

/** At a steady rate that leaves the processors room: nothing waits for anything but its own work. */
async function paced(subject, calls) {
  const begun = performance.now();
  const running = [];
  for (let sent = 0; sent < calls;) {
    const due = Math.min(calls, ((performance.now() - begun) * perSecond) / 1_000);
    for (; sent < due; sent += 1) {
      running.push(call(subject));
    }
    await sleep(1);
  }
  await Promise.all(running);
}

async function until(work, ms) {
  const deadline = performance.now() + ms;
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (performance.now() > deadline || error.message === "the product ended") {
        throw error;
      }
      await sleep(200);
    }
  }
}

/** The fields of /proc/<pid>/stat behind the name, which may itself have spaces. */
function statOf(pid) {
  const text = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
  return text.slice(text.lastIndexOf(")") + 2).split(" ");
}

/** User and system time so far; the kernel counts in hundredths of a second. */
function cpuMicroseconds(pid) {
  const fields = statOf(pid);
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

function percentile(values, part) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * part) / 100))];
}

function median(values) {
  return percentile(values, 50);
}

async function freePorts(count) {
  const servers = await Promise.all(
    Array.from(
      { length: count },
      () =>
        new Promise((resolve) => {
          const server = net.createServer().listen(0, "127.0.0.1", () => resolve(server));
        }),
    ),
  );
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) {
    return;
  }
  const ended = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), 20_000);
  await ended;
  clearTimeout(timer);
}

/** Started by root, the database may have had to live outside of the data folder. */
function removePostgres(folder) {
  try {
    const place = fs.readFileSync(path.join(folder, "data/postgres-location"), "utf8").trim();
    if (place.startsWith("/var/lib/bellwether/")) {
      fs.rmSync(place, { recursive: true, force: true });
    }
  } catch {
    // It lived inside.
  }
}
