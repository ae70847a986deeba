import { linkSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { findErrorCode, StartError } from "@/lib/shared/start-error";
import { isAlive, processIdentity } from "./process";

/**
 * Claims `path` for this process until the returned function is called. A claim of a process that
 * no longer runs is void.
 *
 * @throws {StartError} when another living process holds it.
 */
export function takeLock(path: string, folder: string): () => void {
  // Linked into place, so that it never appears without its content.
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, processIdentity(process.pid), { mode: 0o600 });
  try {
    while (!linked(draft, path)) {
      refuseHeld(path, folder);
      rmSync(path, { force: true });
    }
  } finally {
    rmSync(draft, { force: true });
  }
  return () => {
    rmSync(path, { force: true });
  };
}

/** @throws {StartError} when a living process holds `path`. */
export function refuseHeld(path: string, folder: string): void {
  const holder = readHolder(path);
  const pid = Number.parseInt(holder, 10);
  if (pid > 0 && isAlive(pid) && processIdentity(pid) === holder) {
    throw new StartError(
      `another Bellwether (process ${pid}) already runs on the data folder ${folder}; stop it or set BELLWETHER_DATA_DIR to another folder`,
    );
  }
}

function readHolder(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

function linked(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (findErrorCode(error) === "EEXIST") {
      return false;
    }
    throw error;
  }
}
