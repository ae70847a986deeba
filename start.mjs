// `npm start`: installs and builds what is missing or has changed, then runs Bellwether in this
// very process. Plain JavaScript without dependencies, because it runs before there are any, and
// in old syntax, so that an old Node gets as far as saying that it is too old.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = path.dirname(fileURLToPath(import.meta.url));
const at = (...parts) => path.join(root, ...parts);

const usage = `Usage: npm start [-- --build-only]

Installs and builds what is missing or has changed, then runs the gateway and the dashboard.

  --build-only   prepare everything and stop there
  --help         this text

Settings are environment variables, or lines of a file .env here: see docs/configuration.md.
  GATEWAY_PORT=4000  DASHBOARD_PORT=3000  DATABASE_URL=postgresql://…  BELLWETHER_DATA_DIR=./data
`;

/**
 * One line that says that `version` is too old, or undefined.
 *
 * @param {string} version such as 20.19.0
 */
export function nodeProblem(version) {
  const [major, minor] = version.split(".").map(Number);
  return major > 20 || (major === 20 && minor >= 19)
    ? undefined
    : `error: Bellwether needs Node 20.19 or newer; this is ${version}. Get it from https://nodejs.org`;
}

/** A step that failed: its message has been prepared for the console. */
class StepError extends Error {}

/**
 * The steps in their order. `inputs` are the files and folders that a result depends on; the hash
 * of them is kept inside the result, so that one cannot be deleted or replaced without the other.
 */
const steps = [
  {
    name: "installing packages",
    isCurrent: ({ dev }) => isInstalled(dev),
    run: ({ dev }) =>
      runNpm(["ci", dev ? "--include=dev" : "--omit=dev", "--include=optional", "--no-audit"]),
  },
  {
    name: "generating the database client",
    inputs: ["prisma/schema.prisma", "prisma.config.ts", "package-lock.json"],
    result: "lib/store/generated",
    // Prisma would download its schema engine and never run it here: any executable file will do.
    run: () =>
      runNode([at("node_modules/prisma/build/index.js"), "generate"], {
        PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
        PRISMA_HIDE_UPDATE_MESSAGE: "1",
        CHECKPOINT_DISABLE: "1",
      }),
  },
  {
    name: "building the gateway",
    inputs: [
      ...["server.ts", "lib", "prisma/schema.prisma", "tsconfig.json", "package-lock.json"],
      "start.mjs",
    ],
    except: ["lib/store/generated"],
    result: "dist",
    run: buildServer,
  },
  {
    name: "building the dashboard",
    inputs: [
      ...["app", "components", "lib", "messages", "public", "prisma/schema.prisma"],
      ...["next.config.mjs", "postcss.config.mjs", "proxy.ts", "instrumentation.ts"],
      ...["tsconfig.json", "package-lock.json"],
    ],
    // The dashboard never imports these; a test of the dependencies holds it to that.
    except: ["lib/store/generated", "lib/gateway", "lib/probes", "lib/wall", "lib/supervisor"],
    result: ".next",
    run: () =>
      runNode([at("node_modules/next/dist/bin/next"), "build"], {
        NODE_ENV: "production",
        NEXT_TELEMETRY_DISABLED: "1",
        // A build has no use for the secrets in .env files.
        __NEXT_PROCESSED_ENV: "true",
      }),
  },
];

/**
 * Brings everything that a start needs up to date; what is already so costs a few milliseconds.
 *
 * @param {{ dev?: boolean }} [options] `dev`: with the packages that tests and checks need
 */
export async function prepare({ dev = false } = {}) {
  await withBuildLock(async () => {
    for (const [index, step] of steps.entries()) {
      const hash = step.inputs && hashOf(step.inputs, step.except);
      const stamp = step.result && at(step.result, ".bellwether-hash");
      if (step.isCurrent ? step.isCurrent({ dev }) : readText(stamp) === hash) {
        continue;
      }
      if (stamp) {
        fs.rmSync(stamp, { force: true });
      }
      await show(`[${index + 1}/${steps.length}] ${step.name}`, () => step.run({ dev }));
      if (stamp) {
        fs.writeFileSync(stamp, hash);
      }
    }
  });
}

/** Whether node_modules holds what package-lock.json says, packages for other platforms aside. */
function isInstalled(dev) {
  const locked = readPackages("package-lock.json");
  const installed = readPackages("node_modules/.package-lock.json");
  return (
    locked !== undefined &&
    installed !== undefined &&
    Object.entries(locked).every(
      ([name, entry]) =>
        name === "" ||
        entry.optional ||
        entry.devOptional ||
        (entry.dev && !dev) ||
        (installed[name] !== undefined && installed[name].version === entry.version),
    )
  );
}

function readPackages(name) {
  const text = readText(at(name));
  return text === undefined ? undefined : JSON.parse(text).packages;
}

function readText(file) {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function hashOf(inputs, except = []) {
  const hash = createHash("sha256").update(process.versions.node.split(".")[0]);
  const add = (name) => {
    const stat = fs.statSync(at(name), { throwIfNoEntry: false });
    if (stat === undefined || except.includes(name)) {
      return;
    }
    if (stat.isDirectory()) {
      for (const entry of fs.readdirSync(at(name)).sort()) {
        add(`${name}/${entry}`);
      }
    } else {
      hash.update(`${name}\0${stat.size}\0`).update(fs.readFileSync(at(name)));
    }
  };
  for (const input of inputs) {
    add(input);
  }
  return hash.digest("hex");
}

async function buildServer() {
  fs.rmSync(at("dist"), { recursive: true, force: true });
  const esbuild = await import("esbuild");
  try {
    await esbuild.build({
      absWorkingDir: root,
      entryPoints: ["server.ts"],
      outdir: "dist",
      bundle: true,
      splitting: true,
      format: "esm",
      platform: "node",
      target: "node20",
      packages: "external",
      sourcemap: true,
      logLevel: "silent",
    });
  } catch (error) {
    throw new StepError(error.message);
  } finally {
    await esbuild.stop();
  }
}

function runNode(args, env) {
  return run(process.execPath, args, env);
}

function runNpm(args) {
  const cli = process.env.npm_execpath;
  return cli !== undefined && /\.[cm]?js$/.test(cli)
    ? run(process.execPath, [cli, ...args], {})
    : run("npm", args, {});
}

/** Runs a command to its end; what it says is shown only when it fails. */
function run(command, args, env) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const stop = (signal) => {
      child.kill(signal);
      endLine();
      process.exit(signal === "SIGINT" ? 130 : 143);
    };
    process.once("SIGINT", stop).once("SIGTERM", stop).once("SIGHUP", stop);
    const settle = (error) => {
      process.off("SIGINT", stop).off("SIGTERM", stop).off("SIGHUP", stop);
      if (error === undefined) {
        resolve();
      } else {
        reject(error);
      }
    };
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text) => {
        output += text;
      });
    }
    child.on("error", (error) => settle(new StepError(`${command}: ${error.message}`)));
    child.on("close", (code) =>
      settle(
        code === 0 ? undefined : new StepError(output.trim().split("\n").slice(-40).join("\n")),
      ),
    );
  });
}

let openLine = false;

function endLine() {
  if (openLine) {
    process.stdout.write("\n");
    openLine = false;
  }
}

/** Runs `work` and says what is going on and for how long: one line that changes, or a few lines. */
async function show(label, work) {
  const startedAt = Date.now();
  const seconds = () => Math.round((Date.now() - startedAt) / 1000);
  const isTerminal = process.stdout.isTTY === true;
  const write = (state) => {
    process.stdout.write(isTerminal ? `\r\x1b[K${label} ${state}` : `${label} ${state}\n`);
    openLine = isTerminal;
  };
  write("…");
  const timer = setInterval(() => write(`… ${seconds()} s`), isTerminal ? 1000 : 10000);
  try {
    await work();
    write(`done in ${seconds()} s`);
    endLine();
  } catch (error) {
    endLine();
    throw error instanceof StepError ? new StepError(`${label} failed\n${error.message}`) : error;
  } finally {
    clearInterval(timer);
  }
}

/** Two starts in one checkout build one after the other. */
async function withBuildLock(work) {
  const lock = at(".cache/start.lock");
  fs.mkdirSync(path.dirname(lock), { recursive: true });
  for (let waited = false; !tryLock(lock); waited = true) {
    const holder = Number(readText(lock));
    if (holder === process.pid || !isAlive(holder)) {
      fs.rmSync(lock, { force: true });
    } else if (!waited) {
      console.log(`waiting for another start (process ${holder}) to finish building`);
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const release = () => fs.rmSync(lock, { force: true });
  process.once("exit", release);
  try {
    await work();
  } finally {
    process.off("exit", release);
    release();
  }
}

function tryLock(lock) {
  try {
    fs.writeFileSync(lock, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (error.code === "EEXIST") {
      return false;
    }
    throw error;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return pid > 0;
  } catch (error) {
    return error.code === "EPERM";
  }
}

async function main(args) {
  const problem = nodeProblem(process.versions.node);
  if (problem !== undefined) {
    return fail(problem);
  }
  if (args.includes("--help") || args.includes("-h")) {
    process.stdout.write(usage);
    return undefined;
  }
  const unknown = args.find((arg) => arg !== "--build-only");
  if (unknown !== undefined) {
    return fail(`error: ${unknown} is no option\n\n${usage}`);
  }
  process.chdir(root);
  try {
    await prepare();
  } catch (error) {
    return fail(`error: ${describe(error)}`);
  }
  if (args.includes("--build-only")) {
    return undefined;
  }
  if (fs.existsSync(at(".env"))) {
    process.loadEnvFile(at(".env"));
  }
  const server = await import(pathToFileURL(at("dist/server.js")).href);
  return server.run("supervisor");
}

function describe(error) {
  const place = { EACCES: "may not write here", EROFS: "read-only", ENOSPC: "the disk is full" };
  const problem = place[error.code];
  return problem === undefined
    ? error.message
    : `${error.path || root}: ${problem} (${error.code})`;
}

function fail(text) {
  process.stderr.write(`${text}\n`);
  process.exitCode = 1;
}

const isMain =
  process.argv[1] !== undefined &&
  fs.realpathSync(process.argv[1]) === fs.realpathSync(fileURLToPath(import.meta.url));
if (isMain) {
  main(process.argv.slice(2));
}
