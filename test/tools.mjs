import { spawn } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");

/** @returns {string} a tool's executable inside node_modules */
export const tool = (name) => `${root}/node_modules/.bin/${name}`;

/**
 * Runs a command to its end.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ env?: Record<string, string | undefined>, show?: boolean }} [options] `show` passes the
 *   output through instead of collecting it
 * @returns {Promise<{ code: number, output: string, seconds: number }>}
 */
export function run(command, args, { env = {}, show = false } = {}) {
  const startedAtMs = Date.now();
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ["ignore", show ? "inherit" : "pipe", show ? "inherit" : "pipe"],
    });
    let output = "";
    const end = (code) => resolve({ code, output, seconds: (Date.now() - startedAtMs) / 1000 });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text) => {
        output += text;
      });
    }
    child.on("error", (error) => {
      output += `${error.message}\n`;
      end(127);
    });
    child.on("close", (code) => end(code ?? 1));
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
