import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { createHmac, randomBytes } from "node:crypto";
import {
  closeSync,
  existsSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statfsSync,
  writeFileSync,
  chownSync,
} from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client, escapeIdentifier, escapeLiteral } from "pg";
import { asFolderError, findFolderProblem, StartError } from "@/lib/shared/start-error";
import { spawnOptions } from "./postgres/account";
import { refuseHeld, takeLock } from "./postgres/lock";
import { findPlace, makeOwnFolder, pointerName, type Place } from "./postgres/place";
import {
  findPostmaster,
  isAlive,
  isPostmasterOf,
  pidFile,
  stopPostmaster,
} from "./postgres/process";

export interface EmbeddedPostgresOptions {
  /** Absolute path of the data folder. */
  readonly dataDir: string;
  /** Receives the few lines that a person at the console needs. */
  readonly log?: (line: string) => void;
  /** A fixed loopback port; a free one where absent. */
  readonly port?: number;
  /** `false` trades safety against power loss for speed: for tests only. */
  readonly durable?: boolean;
}

export interface EmbeddedPostgres {
  /** URL of the database `bellwether` for the role that owns it, which is no superuser. */
  readonly url: string;
  /** Whether a server that a killed process had left behind was taken over. */
  readonly adopted: boolean;
  /** Resolves when the server has ended without being asked to. */
  readonly ended: Promise<void>;
  /** Ends the server with everything on disk and frees the data folder. May be called twice. */
  stop(): Promise<void>;
}

/** Owns the database `bellwether`; may make databases, for tests. */
const ownerRole = "bellwether";
const superRole = "postgres";
const lockName = "postgres.lock";
const freeBytesForNew = 256 * 1024 * 1024;
const freeBytesForMade = 48 * 1024 * 1024;

/**
 * Starts the PostgreSQL that comes with the npm package, in its own session and with a clean
 * environment, so that neither Ctrl-C nor our death ends it halfway through a transaction.
 *
 * @throws {StartError} with one line that says what to do.
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const { dataDir, durable = true, log = (): void => undefined } = options;
  const place = findPlace(dataDir, log);
  const locks: (() => void)[] = [];
  const unlock = (): void => {
    locks.splice(0).forEach((release) => {
      release();
    });
  };
  try {
    // A database elsewhere could belong to two data folders, one being a copy of the other.
    for (const folder of new Set([dataDir, place.base])) {
      locks.push(takeLock(join(folder, lockName), dataDir));
    }
    const isNew = !existsSync(join(place.cluster, "PG_VERSION"));
    refuseOtherMajor(place);
    refuseFullDisk(place.base, isNew ? freeBytesForNew : freeBytesForMade);
    if (isNew) {
      createCluster(place);
    }
    if (place.base !== dataDir) {
      writeFileSync(join(dataDir, pointerName), `${place.base}\n`);
    }
    return await serve(place, { durable, log, port: options.port, unlock });
  } catch (error) {
    unlock();
    throw asFolderError(dataDir, error);
  }
}

/**
 * Refuses a second start on `dataDir` before anything else can go wrong for the same reason.
 *
 * @throws {StartError} when another process runs on it.
 */
export function refuseSecondStart(dataDir: string): void {
  refuseHeld(join(dataDir, lockName), dataDir);
}

interface ServeOptions {
  readonly durable: boolean;
  readonly log: (line: string) => void;
  readonly port: number | undefined;
  readonly unlock: () => void;
}

async function serve(place: Place, options: ServeOptions): Promise<EmbeddedPostgres> {
  const orphan = await takeOver(place, options.durable);
  const { pid, port, ended } = orphan ?? (await startServer(place, options));
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopping ??= stopPostmaster(place.cluster, pid).then(options.unlock);
    return stopping;
  };
  try {
    await ensureDatabase(place, port);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: databaseUrl(place, ownerRole, port),
    adopted: orphan !== undefined,
    ended: ended.then(async () => {
      // An end that we asked for is no news.
      if (stopping !== undefined) {
        await new Promise(() => undefined);
      }
    }),
    stop,
  };
}

function refuseOtherMajor({ cluster, binaries }: Place): void {
  const path = join(cluster, "PG_VERSION");
  const made = existsSync(path) ? readFileSync(path, "utf8").trim() : `${binaries.major}`;
  if (made !== `${binaries.major}`) {
    throw new StartError(
      `the database in ${cluster} was written by PostgreSQL ${made} and this release carries ${binaries.major}: convert it with pg_upgrade (postgresql.org/docs/${binaries.major}/pgupgrade.html), or run PostgreSQL ${made} on it and set DATABASE_URL; nothing was changed`,
    );
  }
}

function refuseFullDisk(folder: string, neededBytes: number): void {
  const { bavail, bsize } = statfsSync(folder);
  if (bavail * bsize < neededBytes) {
    const [free, needed] = [bavail * bsize, neededBytes].map((bytes) =>
      Math.floor(bytes / 2 ** 20),
    );
    throw new StartError(
      `the disk of the data folder ${folder} is full: ${free} MB are free and the database needs ${needed} MB; free some space or set BELLWETHER_DATA_DIR to another folder`,
    );
  }
}

/** The cluster appears under its name only when it is whole: a killed attempt leaves nothing. */
function createCluster(place: Place): void {
  const { account, base, binaries, cluster } = place;
  const partial = `${cluster}.partial`;
  const passwordFile = join(base, "postgres-password");
  rmSync(partial, { recursive: true, force: true });
  try {
    makeOwnFolder(partial, account);
    writeFileSync(passwordFile, passwordOf(place, superRole), { mode: 0o600 });
    if (account !== undefined) {
      chownSync(passwordFile, account.uid, account.gid);
    }
    const run = spawnSync(
      binaries.initdb,
      [
        `--pgdata=${partial}`,
        `--username=${superRole}`,
        `--pwfile=${passwordFile}`,
        "--auth=scram-sha-256",
        "--encoding=UTF8",
        "--locale=C",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
      ],
      { ...spawnOptions(account), encoding: "utf8" },
    );
    if (run.status !== 0) {
      throw new StartError(explain(base, run.stderr));
    }
    renameSync(partial, cluster);
  } finally {
    rmSync(partial, { recursive: true, force: true });
    rmSync(passwordFile, { force: true });
  }
}

interface Server {
  readonly pid: number;
  readonly port: number;
  readonly ended: Promise<void>;
}

/** The server of a process that was killed: taken over when it runs as we would start it, else stopped. */
async function takeOver(place: Place, durable: boolean): Promise<Server | undefined> {
  const found = findPostmaster(place.cluster);
  if (found === undefined) {
    return undefined;
  }
  if (!isPostmasterOf(place.cluster, found.pid)) {
    rmSync(pidFile(place.cluster), { force: true });
    return undefined;
  }
  if (found.ready && (await runsAsWished(place, found.port, durable))) {
    return { pid: found.pid, port: found.port, ended: endOf(found.pid) };
  }
  await stopPostmaster(place.cluster, found.pid);
  return undefined;
}

async function runsAsWished(place: Place, port: number, durable: boolean): Promise<boolean> {
  try {
    return await withSuperuser(place, port, async (client) => {
      const { rows } = await client.query<{ version: string; fsync: string }>(
        "SELECT current_setting('server_version') AS version, current_setting('fsync') AS fsync",
      );
      return rows.some(
        ({ version, fsync }) =>
          version === place.binaries.version && fsync === (durable ? "on" : "off"),
      );
    });
  } catch {
    return false;
  }
}

async function endOf(pid: number): Promise<void> {
  while (isAlive(pid)) {
    await sleep(500, undefined, { ref: false });
  }
}

async function startServer(place: Place, options: ServeOptions): Promise<Server> {
  const attempts = 20;
  for (let attempt = 1; ; attempt += 1) {
    const port = options.port ?? (await freePort());
    const { child, ended } = spawnServer(place, port, options.durable);
    const output = await untilReady(place, child, options.log);
    if (output === undefined && child.pid !== undefined) {
      return { pid: child.pid, port, ended };
    }
    // Another program took the port meanwhile, or processes of a killed server are still ending.
    const passes = /could not bind|is still in use/.test(output ?? "");
    if (!passes || attempt === attempts) {
      throw new StartError(explain(place.base, output ?? ""));
    }
    await sleep(250);
  }
}

function spawnServer(
  place: Place,
  port: number,
  durable: boolean,
): { child: ChildProcess; ended: Promise<void> } {
  const settings = {
    port,
    listen_addresses: "127.0.0.1",
    unix_socket_directories: "",
    timezone: "UTC",
    log_timezone: "UTC",
    // Errors of statements go to who sent them; here they would only fill the disk.
    log_min_messages: "log",
    log_checkpoints: "off",
    jit: "off",
    ...(durable ? {} : { fsync: "off", synchronous_commit: "off", full_page_writes: "off" }),
  };
  const logFile = openSync(logPath(place), "w", 0o600);
  try {
    const child = spawn(
      place.binaries.postgres,
      ["-D", place.cluster, ...Object.entries(settings).flatMap(([k, v]) => ["-c", `${k}=${v}`])],
      { ...spawnOptions(place.account), detached: true, stdio: ["ignore", logFile, logFile] },
    );
    child.unref();
    const ended = new Promise<void>((resolve) => {
      child.once("exit", () => {
        resolve();
      });
      child.once("error", () => {
        resolve();
      });
    });
    return { child, ended };
  } finally {
    closeSync(logFile);
  }
}

/** `undefined` when the server answers; what it wrote when it ended instead. */
async function untilReady(
  place: Place,
  child: ChildProcess,
  log: (line: string) => void,
): Promise<string | undefined> {
  for (let waitedMs = 0; ; waitedMs += 20) {
    const found = findPostmaster(place.cluster);
    if (found?.pid === child.pid && found?.ready) {
      return undefined;
    }
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) {
      return readFileSync(logPath(place), "utf8");
    }
    if (waitedMs > 0 && waitedMs % 5_000 === 0) {
      log(`PostgreSQL is recovering its data … ${waitedMs / 1000} s`);
    }
    await sleep(20);
  }
}

async function ensureDatabase(place: Place, port: number): Promise<void> {
  const name = escapeIdentifier(ownerRole);
  await withSuperuser(place, port, async (client) => {
    const { rows } = await client.query<{ role: boolean; database: boolean }>(
      `SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1) AS role,
              EXISTS (SELECT FROM pg_database WHERE datname = $1) AS database`,
      [ownerRole],
    );
    if (rows[0]?.role !== true) {
      const password = escapeLiteral(passwordOf(place, ownerRole));
      await client.query(`CREATE ROLE ${name} LOGIN CREATEDB PASSWORD ${password}`);
    }
    if (rows[0]?.database !== true) {
      await client.query(`CREATE DATABASE ${name} OWNER ${name}`);
    }
  });
}

async function withSuperuser<T>(
  place: Place,
  port: number,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const client = new Client({ connectionString: databaseUrl(place, superRole, port) });
  // A connection that the server cuts while it stops must not end this process.
  client.on("error", () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

function databaseUrl(place: Place, role: string, port: number): string {
  const database = role === superRole ? "postgres" : ownerRole;
  return `postgresql://${role}:${passwordOf(place, role)}@127.0.0.1:${port}/${database}`;
}

/** One secret in the data folder gives each role its own password; none of them gives another. */
function passwordOf(place: Place, role: string): string {
  const path = join(place.base, "postgres-secret");
  if (!existsSync(path)) {
    if (existsSync(join(place.cluster, "PG_VERSION"))) {
      throw new StartError(
        `${path} is gone, and without it nobody can open the database; bring it back`,
      );
    }
    writeFileSync(path, randomBytes(32).toString("hex"), { mode: 0o600 });
  }
  return createHmac("sha256", readFileSync(path, "utf8")).update(role).digest("hex");
}

function logPath({ base }: Place): string {
  return join(base, "postgres.log");
}

function explain(base: string, output: string): string {
  const lines = output.split("\n").filter((line) => /FATAL|PANIC|error:/.test(line));
  const cause = (lines[0] ?? output.trim().split("\n").at(-1) ?? "").replace(
    /^.*?(FATAL|PANIC|error):\s*/,
    "",
  );
  return findFolderProblem(base, output) ?? `the embedded PostgreSQL did not start: ${cause}`;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === "object" && address !== null ? address.port : 0);
      });
    });
  });
}
