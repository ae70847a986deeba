import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, openSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { StartError } from "@/lib/shared/start-error";
import { withSuperuser } from "./access";
import { spawnOptions } from "./account";
import { explain } from "./cluster";
import { type Place } from "./place";
import { findPostmaster, isAlive, isPostmasterOf, pidFile, stopPostmaster } from "./process";

export interface ServerOptions {
  /** `false` trades safety against power loss for speed. */
  readonly durable: boolean;
  readonly log: (line: string) => void;
  /** A fixed loopback port; a free one where undefined. */
  readonly port: number | undefined;
}

/** A server that answers. */
export interface Server {
  readonly pid: number;
  readonly port: number;
  readonly ended: Promise<void>;
}

/**
 * The server that a killed process left on `place`, when it runs as we would start it; any other is
 * stopped.
 */
export async function takeOver(place: Place, durable: boolean): Promise<Server | undefined> {
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

/**
 * A server on `place`, in a session of its own.
 *
 * @throws {StartError} when it ends instead of answering.
 */
export async function startServer(place: Place, options: ServerOptions): Promise<Server> {
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

function logPath({ base }: Place): string {
  return join(base, "postgres.log");
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
