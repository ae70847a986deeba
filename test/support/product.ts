import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** How a person or a machine starts Bellwether. */
const commands = {
  npm: ["npm", "start"],
  start: [process.execPath, "start.mjs"],
  server: [process.execPath, "dist/server.js", "supervisor"],
} as const;

export interface ProductOptions {
  dataDir: string;
  command?: keyof typeof commands;
  env?: Record<string, string>;
  /** The last line of what it says when it is ready. */
  lastLine?: RegExp;
}

export interface Product {
  /** The process that was started; it leads a process group of its own. */
  pid: number;
  ports: Ports;
  output: () => string;
  /** Resolves when the product has said where it is. Throws what it said instead. */
  ready: Promise<void>;
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

export interface Ports {
  gateway: number;
  dashboard: number;
  wall: number;
}

/** Starts the built product as a user would, with ports of its own and nothing of our environment. */
export async function startProduct(options: ProductOptions): Promise<Product> {
  const ports = {
    gateway: await freePort(),
    dashboard: await freePort(),
    wall: await freePort(),
  };
  const [command, ...args] = commands[options.command ?? "server"];
  const child = spawn(command, args, {
    cwd: resolve("."),
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      NODE_ENV: "production",
      PATH: process.env["PATH"],
      HOME: process.env["HOME"],
      // Reaches every part, so that none can hide.
      TMPDIR: options.dataDir,
      BELLWETHER_DATA_DIR: options.dataDir,
      GATEWAY_PORT: String(ports.gateway),
      DASHBOARD_PORT: String(ports.dashboard),
      WALL_PORT: String(ports.wall),
      ...options.env,
    },
  });
  let output = "";
  const ended = new Promise<Awaited<Product["ended"]>>((resolve) => {
    child.once("close", (code, signal) => {
      resolve({ code, signal });
    });
  });
  const ready = new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
        if ((options.lastLine ?? /^curl .*\n/m).test(output)) {
          resolve();
        }
      });
    }
    child.once("close", () => {
      reject(new Error(`It ended before it was ready:\n${output}`));
    });
  });
  ready.catch(() => undefined);
  return { pid: child.pid!, ports, output: () => output, ready, ended };
}

/** What a start that goes wrong says, and its exit code. */
export async function refusal(
  options: ProductOptions,
): Promise<{ code: number | null; output: string }> {
  const product = await startProduct(options);
  const { code } = await product.ended;
  return { code, output: product.output() };
}

export interface ProductProcess {
  pid: number;
  part: "supervisor" | "gateway" | "dashboard" | "wall" | "postgres" | "other";
}

/** Every living process of the product that runs on `dataDir`, whoever its parent is by now. */
export function listProcesses(dataDir: string): ProductProcess[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const command = readProc(name, "cmdline").replaceAll("\0", " ");
      const belongs =
        command !== "" &&
        (command.includes(dataDir) || readProc(name, "environ").includes(`TMPDIR=${dataDir}`));
      return belongs ? [{ pid: Number(name), part: partOf(command) }] : [];
    });
}

/** The environment that a process was started with. */
export function environmentOf(pid: number): Record<string, string> {
  return Object.fromEntries(
    readProc(String(pid), "environ")
      .split("\0")
      .filter((line) => line.includes("="))
      .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
}

/** Resolves with how long it took until no process of `dataDir` was left but those of `parts`. */
export async function untilGone(
  dataDir: string,
  limitMs: number,
  parts: readonly ProductProcess["part"][] = [],
): Promise<ProductProcess[]> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const left = listProcesses(dataDir).filter(({ part }) => !parts.includes(part));
    if (left.length === 0 || performance.now() > deadline) {
      return left;
    }
    await sleep(20);
  }
}

function partOf(command: string): ProductProcess["part"] {
  const part = /server\.js (gateway|dashboard|wall)/.exec(command)?.[1];
  if (part === "gateway" || part === "dashboard" || part === "wall") {
    return part;
  }
  if (/\bpostgres -D /.test(command)) {
    return "postgres";
  }
  return /start\.mjs|server\.js supervisor/.test(command) ? "supervisor" : "other";
}

function readProc(pid: string, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    return "";
  }
}

/** Below the ports that systems give to outgoing connections, which would take one before it is used. */
const portRange = [12_000, 32_000] as const;
const givenPorts = new Set<number>();

/** A port that nobody listens on, other than those given before; by chance, as other files ask for some at the same time. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(...portRange);
    if (!givenPorts.has(port) && (await isFree(port))) {
      givenPorts.add(port);
      return port;
    }
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => {
      resolve(false);
    });
    server.listen(port, "127.0.0.1", () => {
      server.close(() => {
        resolve(true);
      });
    });
  });
}
