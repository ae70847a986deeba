/**
 * A gateway in a process of its own before a wall, with a PostgreSQL of its own: all of them to be killed, stopped and
 * frozen. It needs no test runner, so that benchmarks use it too.
 */
import { type ChildProcess, fork } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { systemActor } from "@/lib/control/actor";
import { createAppKey } from "@/lib/control/create-app-key";
import { demoDocument } from "@/lib/control/first-document";
import { publishDocument } from "@/lib/control/publish-document";
import { createControlDeps } from "@/lib/control/verb";
import { type Database, openDatabase } from "@/lib/store/database";
import { startEmbeddedPostgres } from "@/lib/store/embedded";
import { migrate } from "@/lib/store/migrate";
import { findPostmaster } from "@/lib/store/postgres/process";
import { type Wall, startWall } from "@/lib/wall/server";
import { freePort } from "./product";

export interface DurableStack {
  url: string;
  key: string;
  db: Database;
  databaseUrl: string;
  wall: Wall;
  /** The gateway's own data folder. */
  dataDir: string;
  postgres: {
    stop: () => Promise<void>;
    start: () => Promise<void>;
    /** Stops its processes where they are, and lets them go on. */
    freeze: () => void;
    thaw: () => void;
  };
  gateway: {
    pid: () => number;
    /** What it said. */
    output: () => string;
    /** Ends it as the kernel would and resolves when it is gone. */
    kill: () => Promise<void>;
    /** Resolves with the milliseconds until it was ready. */
    start: () => Promise<number>;
    /** In order. */
    stop: () => Promise<void>;
  };
  close: () => Promise<void>;
}

const entry = `
import { startGateway } from "./lib/gateway/main";
const gateway = await startGateway(JSON.parse(process.argv[2]));
const stop = () => gateway.stop().then(() => process.exit(0));
process.on("SIGTERM", stop);
process.on("disconnect", () => process.exit(0));
process.send("ready");
`;

async function bundleGateway(): Promise<string> {
  const { build } = await import("esbuild");
  const folder = resolve("node_modules/.cache");
  const outfile = join(folder, `gateway-${process.pid}.mjs`);
  mkdirSync(folder, { recursive: true });
  await build({
    stdin: { contents: entry, resolveDir: resolve("."), loader: "ts" },
    absWorkingDir: resolve("."),
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20",
    packages: "external",
    logLevel: "silent",
  });
  return outfile;
}

export async function startDurableStack(options: {
  latencyScale?: number;
  gateway?: Record<string, unknown>;
}): Promise<DurableStack> {
  const folder = mkdtempSync(join(tmpdir(), "bellwether-durable-"));
  // The database's user must be able to pass through.
  chmodSync(folder, 0o711);
  const dataDir = join(folder, "gateway");
  mkdirSync(dataDir);
  const [file, wall, port, postgresPort] = await Promise.all([
    bundleGateway(),
    startWall({ latencyScale: options.latencyScale ?? 0 }),
    freePort(),
    freePort(),
  ]);
  const startPostgres = () =>
    startEmbeddedPostgres({ dataDir: folder, port: postgresPort, durable: false });
  let postgres = await startPostgres();
  await migrate(postgres.url, { folder: resolve("prisma/migrations") });
  const db = openDatabase({ url: postgres.url, poolSize: 2, applicationName: "durable" });
  const control = createControlDeps(db);
  await publishDocument(systemActor, control, {
    document: demoDocument(wall.url),
    source: { kind: "bootstrap", demo: false },
  });
  const { secret: key } = await createAppKey(systemActor, control, { id: "test", kind: "live" });
  const gatewayOptions = {
    gatewayHost: "127.0.0.1",
    gatewayPort: port,
    databaseUrl: postgres.url,
    drainSeconds: 5,
    drainDelaySeconds: 0,
    nodeName: "durable",
    dataDir,
    spoolMaxBytes: 256 * 1024 * 1024,
    spoolFsync: "off",
    ...options.gateway,
  };
  let child: ChildProcess | null = null;
  let output = "";
  const ended = (one: ChildProcess): Promise<void> =>
    one.exitCode !== null || one.signalCode !== null
      ? Promise.resolve()
      : new Promise((done) => one.once("exit", () => done()));
  const startGateway = async (): Promise<number> => {
    const startedMs = performance.now();
    const started = fork(file, [JSON.stringify(gatewayOptions)], {
      stdio: ["ignore", "pipe", "pipe", "ipc"],
      env: { ...process.env, BELLWETHER_WALL_KEY: wall.key, NODE_ENV: "production" },
      execArgv: [],
    });
    child = started;
    for (const stream of [started.stdout, started.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => (output += text));
    }
    await new Promise<void>((done, reject) => {
      started.once("message", () => done());
      started.once("exit", (code) =>
        reject(new Error(`the gateway ended with ${code}: ${output}`)),
      );
    });
    return performance.now() - startedMs;
  };
  const endGateway = async (signal: NodeJS.Signals): Promise<void> => {
    const one = child;
    child = null;
    if (one !== null) {
      one.kill(signal);
      await ended(one);
    }
  };
  const signalPostgres = (signal: NodeJS.Signals): void => {
    const found = findPostmaster(join(folder, "postgres"));
    if (found === undefined) {
      throw new Error("PostgreSQL is not there");
    }
    for (const pid of [found.pid, ...childrenOf(found.pid)]) {
      process.kill(pid, signal);
    }
  };
  await startGateway();
  return {
    url: `http://127.0.0.1:${port}`,
    key,
    db,
    databaseUrl: postgres.url,
    wall,
    dataDir,
    postgres: {
      stop: () => postgres.stop(),
      async start() {
        postgres = await startPostgres();
      },
      freeze: () => {
        signalPostgres("SIGSTOP");
      },
      thaw: () => {
        signalPostgres("SIGCONT");
      },
    },
    gateway: {
      pid: () => child?.pid ?? 0,
      output: () => output,
      kill: () => endGateway("SIGKILL"),
      start: startGateway,
      stop: () => endGateway("SIGTERM"),
    },
    async close() {
      await endGateway("SIGKILL");
      await wall.close();
      await db.close();
      await postgres.stop();
      rmSync(folder, { recursive: true, force: true });
      rmSync(file, { force: true });
    },
  };
}

/** Each of PostgreSQL's processes leads a group of its own. */
function childrenOf(parent: number): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
        return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]) === parent;
      } catch {
        return false;
      }
    });
}

/** What the log says of the calls whose answers were acknowledged. */
export interface LogAudit {
  /** Acknowledged calls without a row of theirs that says so. */
  missing: number;
  /** Attempts that are there more than once. */
  doubled: number;
  unknown: number;
  rows: number;
}

/** Compares what callers saw with what the database has. */
export async function auditLog(
  { db }: Pick<DurableStack, "db">,
  acknowledged: readonly string[],
): Promise<LogAudit> {
  const { rows } = await db.pool.query<LogAudit>(
    `SELECT
      (SELECT count(*)::int FROM unnest($1::uuid[]) AS seen
        WHERE NOT EXISTS (SELECT FROM call WHERE id = seen AND outcome = 'served')) AS missing,
      (SELECT count(*)::int FROM (
        SELECT FROM attempt GROUP BY call_id, seq HAVING count(*) > 1) AS twice) AS doubled,
      (SELECT count(*)::int FROM call WHERE outcome = 'unknown_crash') AS unknown,
      (SELECT count(*)::int FROM call) AS rows`,
    [acknowledged],
  );
  return rows[0]!;
}
