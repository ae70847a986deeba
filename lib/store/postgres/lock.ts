import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { findErrorCode, StartError } from "@/lib/shared/start-error";
import { processIdentity } from "./process";

/**
 * Claims `path` for this process until the returned function is called. A claim of a process that
 * no longer runs is void.
 *
 * @throws {StartError} when another living process holds it.
 */
export function takeLock(path: string, folder: string): () => void {
  const own = processIdentity(process.pid);
  for (;;) {
    try {
      writeFileSync(path, own, { flag: "wx", mode: 0o600 });
      return () => {
        rmSync(path, { force: true });
      };
    } catch (error) {
      if (findErrorCode(error) !== "EEXIST") {
        throw error;
      }
    }
    const holder = readHolder(path);
    const pid = Number.parseInt(holder, 10);
    if (pid > 0 && processIdentity(pid) === holder) {
      throw new StartError(
        `another Bellwether (process ${pid}) already runs on the data folder ${folder}; stop it or set BELLWETHER_DATA_DIR to another folder`,
      );
    }
    removeVoid(path);
  }
}

function readHolder(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** Of several processes that find the same void claim, only the one whose rename works removes it. */
function removeVoid(path: string): void {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
    rmSync(aside);
  } catch (error) {
    if (findErrorCode(error) !== "ENOENT") {
      throw error;
    }
  }
}
