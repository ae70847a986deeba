// Processes that answer the same call, side by side: an upstream, the product and whatever it is measured against.
import { spawn } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Pool } from "undici";

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const body = JSON.stringify({
  model: "bench",
  messages: [
    { role: "system", content: "You answer in one paragraph." },
    { role: "user", content: "Tell me about foxes and dogs. ".repeat(8) },
  ],
});
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/**
 * Calls `work` with an upstream that runs (`upstream`, its address) and with what starts others: `start` a Node program,
 * `startProduct` the product of a build, `subject` names what answers at a port. All of it is gone afterwards.
 * The upstream takes `delayMs`, and each subject `concurrency` calls at once.
 */
export async function withSubjects({ delayMs = 0, concurrency }, work) {
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
  const subject = (name, pid, port, headers) => {
    const pool = new Pool(`http://127.0.0.1:${port}`, { connections: concurrency });
    pools.push(pool);
    return {
      name,
      pid,
      pool,
      concurrency,
      headers: { "content-type": "application/json", ...headers },
    };
  };
  try {
    const [port] = await freePorts(1);
    const upstream = `http://127.0.0.1:${port}`;
    start([path.join(root, "bench/upstream.mjs"), String(port), String(delayMs)]);
    return await work({
      upstream,
      start,
      subject,
      startProduct: async (name, dist) => {
        const { pid, port, key } = await startProduct({ start, folder, upstream }, dist);
        return subject(name, pid, port, { authorization: `Bearer ${key}` });
      },
    });
  } finally {
    await Promise.all(pools.map((pool) => pool.destroy()));
    await Promise.all(children.map(stop));
    for (const name of fs.readdirSync(folder)) {
      removePostgres(path.join(folder, name));
    }
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

/** The product, of the build in `dist`, with data of its own in `folder`: its gateway's process, port and key. */
async function startProduct({ start, folder, upstream }, dist = path.join(root, "dist")) {
  const dataDir = path.join(fs.mkdtempSync(path.join(folder, "product-")), "data");
  fs.chmodSync(path.dirname(dataDir), 0o755);
  const [gatewayPort, dashboardPort] = await freePorts(2);
  const config = path.join(path.dirname(dataDir), "bellwether.yaml");
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
  const supervisor = start([path.join(dist, "server.js"), "supervisor"], {
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
      return { key, port: gatewayPort, pid: gatewayChildOf(supervisor.pid) };
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

export async function call({ pool, headers }) {
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

/** `calls` calls, as many at once as there are connections. */
export async function many(subject, calls) {
  let left = calls;
  const worker = async () => {
    while (left > 0) {
      left -= 1;
      await call(subject);
    }
  };
  await Promise.all(Array.from({ length: subject.concurrency }, worker));
}

/** At a steady rate that leaves the processors room: nothing waits for anything but its own work. */
export async function paced(subject, calls, perSecond) {
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

/** What `work` says as soon as it does not throw, within `ms`. */
export async function until(work, ms) {
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

/** User and system time so far, in microseconds, of all threads of the process that still run. */
export function cpuMicroseconds(pid) {
  const threads = fs.readdirSync(`/proc/${pid}/task`);
  const nanoseconds = threads.map((id) =>
    Number(fs.readFileSync(`/proc/${pid}/task/${id}/schedstat`, "utf8").split(" ")[0]),
  );
  return nanoseconds.reduce((sum, one) => sum + one, 0) / 1_000;
}

/** The fields of /proc/<pid>/stat behind the name, which may itself have spaces. */
function statOf(pid) {
  const text = fs.readFileSync(`/proc/${pid}/stat`, "utf8");
  return text.slice(text.lastIndexOf(")") + 2).split(" ");
}

export async function freePorts(count) {
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

export function percentile(values, part) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * part) / 100))];
}
