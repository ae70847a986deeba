import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** What a running PostgreSQL says of itself in its pid file. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  readonly ready: boolean;
}

/** The PostgreSQL that the pid file of `cluster` names, alive or not. */
export function findPostmaster(cluster: string): Postmaster | undefined {
  const lines = readIfPresent(pidFile(cluster))?.split("\n");
  const pid = Number(lines?.[0]);
  if (lines === undefined || !Number.isInteger(pid) || pid <= 0) {
    return undefined;
  }
  return { pid, port: Number(lines[3]), ready: lines[7]?.trim() === "ready" };
}

/** The path of the file by which PostgreSQL claims `cluster`. */
export function pidFile(cluster: string): string {
  return join(cluster, "postmaster.pid");
}

/** Whether the process that the pid file names is a PostgreSQL on `cluster`, not a reused number. */
export function isPostmasterOf(cluster: string, pid: number): boolean {
  return isAlive(pid) && commandLine(pid).includes(cluster);
}

/** Whether `pid` runs; a zombie, which only waits to be reaped, does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
  return processStat(pid)?.state !== "Z";
}

/**
 * A text that no other process on this machine has, not even a later one with the same number;
 * empty when there is no such process.
 */
export function processIdentity(pid: number): string {
  const stat = processStat(pid);
  if (stat !== undefined) {
    return `${pid} ${readIfPresent("/proc/sys/kernel/random/boot_id")?.trim() ?? ""} ${stat.startedAt}`;
  }
  const startedAt = ps(pid, "lstart=");
  return startedAt === "" ? "" : `${pid} ${startedAt}`;
}

/**
 * Stops PostgreSQL: open transactions are rolled back and everything is on disk when it resolves.
 * One that does not obey within `patienceMs` is killed; its next start recovers from the log.
 */
export async function stopPostmaster(
  cluster: string,
  pid: number,
  patienceMs = 60_000,
): Promise<void> {
  const stages = [
    ["SIGINT", patienceMs],
    ["SIGQUIT", 10_000],
    ["SIGKILL", 10_000],
  ] as const;
  for (const [signal, limitMs] of stages) {
    try {
      process.kill(pid, signal);
    } catch {
      return;
    }
    if (await endsWithin(cluster, pid, limitMs)) {
      return;
    }
  }
}

async function endsWithin(cluster: string, pid: number, limitMs: number): Promise<boolean> {
  const deadline = performance.now() + limitMs;
  while (performance.now() < deadline) {
    if (!isAlive(pid) && findPostmaster(cluster)?.pid !== pid) {
      return true;
    }
    if (!isAlive(pid)) {
      return true;
    }
    await sleep(20);
  }
  return false;
}

function commandLine(pid: number): string {
  return (
    readIfPresent(`/proc/${pid}/cmdline`)?.replaceAll("\0", " ") ??
    (existsSync("/proc/self") ? "" : ps(pid, "command="))
  );
}

function processStat(pid: number): { state: string; startedAt: string } | undefined {
  // The program's name stands in brackets and may contain spaces and brackets itself.
  const fields = readIfPresent(`/proc/${pid}/stat`)?.split(") ").at(-1)?.split(" ");
  const [state, startedAt] = [fields?.[0], fields?.[19]];
  return state === undefined || startedAt === undefined ? undefined : { state, startedAt };
}

function ps(pid: number, column: string): string {
  try {
    return execFileSync("ps", ["-o", column, "-p", String(pid)], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return "";
  }
}

function readIfPresent(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
