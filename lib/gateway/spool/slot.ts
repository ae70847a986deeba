/**
 * Whose folder of the spool is whose: a slot belongs to the process that its newest lock names, for as long as that runs.
 *
 * A lock is taken by making the file with the next number, which only one process can, and it is never taken away again:
 * a lock that were removed and made anew could be removed by a process that still judges the former one.
 */
import {
  linkSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { findErrorCode } from "../../shared/start-error";
import { isAlive, processIdentity } from "../../store/postgres/process";

export type Slot = {
  readonly name: string;
  readonly folder: string;
  /** Leaves the slot to whoever takes it next. Never throws. */
  release(): void;
};

const lockName = /^lock\.(\d+)$/;
const mostSlots = 1_024;

/**
 * The slot `preferred` of the spool in `root`, or the first one that nobody holds.
 *
 * @throws {Error} with the file system's `code` when the folder cannot be written.
 */
export function claimSlot(root: string, preferred: number): Slot {
  for (let index = preferred; index < preferred + mostSlots; index += 1) {
    const slot = tryClaim(root, String(index));
    if (slot !== null) {
      return slot;
    }
  }
  throw new Error(`none of ${mostSlots} slots in ${root} is free`);
}

/** The slot `name`, or null while a living process holds it. @throws {Error} as `claimSlot`. */
export function tryClaim(root: string, name: string): Slot | null {
  const folder = join(root, name);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const newest = newestLock(folder);
  if (isHeld(folder, newest)) {
    return null;
  }
  const mine = newest + 1;
  const path = lockPath(folder, mine);
  // Linked into place, so that it never appears without its content.
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, processIdentity(process.pid), { mode: 0o600 });
  try {
    linkSync(draft, path);
  } catch (error) {
    if (findErrorCode(error) === "EEXIST") {
      return null;
    }
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  if (newestLock(folder) !== mine) {
    // Others came and went since we looked.
    rmSync(path, { force: true });
    return null;
  }
  removeLocks(folder, newest);
  return {
    name,
    folder,
    release() {
      try {
        writeFileSync(draft, "", { mode: 0o600 });
        renameSync(draft, path);
      } catch {
        // Our end voids the lock as well.
      }
    },
  };
}

/** The slots in `root` that no living process holds, each with the number of its last lock. */
export function listAbandoned(root: string): ReadonlyMap<string, number> {
  const abandoned = new Map<string, number>();
  for (const name of readdirSync(root)) {
    const folder = join(root, name);
    const newest = /^\d+$/.test(name) ? newestLock(folder) : 0;
    if (newest > 0 && !isHeld(folder, newest)) {
      abandoned.set(name, newest);
    }
  }
  return abandoned;
}

function lockPath(folder: string, number: number): string {
  return join(folder, `lock.${number}`);
}

function newestLock(folder: string): number {
  return Math.max(0, ...readdirSync(folder).map((name) => Number(lockName.exec(name)?.[1] ?? 0)));
}

function isHeld(folder: string, lock: number): boolean {
  const holder = readHolder(lockPath(folder, lock));
  const pid = Number.parseInt(holder, 10);
  return pid > 0 && isAlive(pid) && processIdentity(pid) === holder;
}

function readHolder(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}

/** Removes the locks up to `newest`, which are void. */
function removeLocks(folder: string, newest: number): void {
  for (const name of readdirSync(folder)) {
    const number = Number(lockName.exec(name)?.[1] ?? Number.POSITIVE_INFINITY);
    if (number <= newest) {
      rmSync(join(folder, name), { force: true });
    }
  }
}
