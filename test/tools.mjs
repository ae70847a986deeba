import { spawn } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { constants, setPriority } from "node:os";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");

/** A tool's executable inside node_modules. */
export const tool = (name) => `${root}/node_modules/.bin/${name}`;

const running = new Set();
let stopped = false;
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.once(signal, () => {
    stopped = true;
    if (running.size === 0) {
      process.exit(130);
    }
    // vitest stops its database on this one only.
    for (const child of running) {
      child.kill("SIGINT");
    }
  });
}

/**
 * Runs a command to its end, or kills it at its time limit.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ env?: Record<string, string>, show?: boolean, yields?: boolean, limitMs?: number }} [options]
 *   `show` passes the output through instead of collecting it; `yields` takes only what others leave of the processor
 * @returns {Promise<{ code: number, output: string, seconds: number }>}
 */
export function run(command, args, options = {}) {
  const { env = {}, show = false, yields = false, limitMs = 600_000 } = options;
  const startedAtMs = Date.now();
  const stream = show ? "inherit" : "pipe";
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ["ignore", stream, stream],
      timeout: limitMs,
      killSignal: "SIGKILL",
    });
    running.add(child);
    if (yields && child.pid !== undefined) {
      setPriority(child.pid, constants.priority.PRIORITY_LOW);
    }
    let output = "";
    const end = (code) => {
      running.delete(child);
      if (stopped && running.size === 0) {
        process.exit(130);
      }
      resolve({ code, output, seconds: (Date.now() - startedAtMs) / 1000 });
    };
    for (const pipe of [child.stdout, child.stderr]) {
      pipe?.setEncoding("utf8").on("data", (text) => {
        output += text;
      });
    }
    child.on("error", (error) => {
      output += `${error.message}\n`;
      end(127);
    });
    child.on("close", (code, signal) => {
      output += signal === null ? "" : `${command} was ended by ${signal}.\n`;
      end(code ?? 1);
    });
  });
}

/**
 * Generates the Prisma client and the route types, which a fresh clone does not have.
 *
 * @returns {Promise<{ code: number, output: string, seconds: number }>}
 */
export async function generate() {
  const results = [];
  if (!isNewer("lib/store/generated/client.ts", "prisma/schema.prisma", "package-lock.json")) {
    // It would download its schema engine, which it never runs: any executable file will do.
    const env = { PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, PRISMA_HIDE_UPDATE_MESSAGE: "1" };
    results.push(await run(tool("prisma"), ["generate"], { env }));
  }
  if (existsSync(`${root}/app`)) {
    results.push(await run(tool("next"), ["typegen"], { env: { NEXT_TELEMETRY_DISABLED: "1" } }));
  }
  const failed = results.filter(({ code }) => code !== 0);
  return {
    code: failed.length === 0 ? 0 : 1,
    output: failed.map(({ output }) => output).join("\n"),
    seconds: results.reduce((sum, { seconds }) => sum + seconds, 0),
  };
}

function isNewer(made, ...sources) {
  const changedAtMs = (path) => statSync(`${root}/${path}`, { throwIfNoEntry: false })?.mtimeMs;
  return sources.every((source) => (changedAtMs(made) ?? 0) > (changedAtMs(source) ?? 0));
}

/** Prints one line for a step and, if it failed, all that it said. */
export function report(name, { code, output, seconds }) {
  console.log(`${code === 0 ? "ok  " : "FAIL"} ${name.padEnd(20)} ${seconds.toFixed(1)} s`);
  if (code !== 0) {
    console.log(`\n${output.trim()}\n`);
  }
}
