import { createHash } from "node:crypto";
import { chownSync, existsSync, mkdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  asFolderError,
  findErrorCode,
  findFolderProblem,
  StartError,
} from "@/lib/shared/start-error";
import { canWork, listAccounts, type Account } from "./account";
import {
  completePackage,
  copyPackage,
  packageFolder,
  tryBinaries,
  type Binaries,
} from "./binaries";

/** Where the embedded PostgreSQL lives and as whom it runs. */
export interface Place {
  /** The folder that holds the cluster, its secret, its lock and its log. */
  readonly base: string;
  readonly cluster: string;
  /** `undefined`: as ourselves. */
  readonly account: Account | undefined;
  readonly binaries: Binaries;
}

/** Keeps the way to a database that had to live outside its data folder. */
export const pointerName = "postgres-location";

const clusterName = "postgres";

/**
 * Decides where the database of `dataDir` lives: in it, or under /var/lib/bellwether when we are
 * root and the user that PostgreSQL runs as cannot reach the data folder. Once made, it stays there.
 *
 * @throws {StartError} when no place and no user will do.
 */
export function findPlace(dataDir: string, log: (line: string) => void): Place {
  makeFolder(dataDir);
  const source = packageFolder();
  completePackage(source);
  const made = findMade(dataDir);
  const accounts = made === undefined ? listAccounts() : [ownerOf(join(made, clusterName))];
  for (const account of accounts) {
    if (tryBinaries(source, account) === "account") {
      continue;
    }
    const base = made ?? (reaches(account, dataDir) ? dataDir : awayFrom(dataDir));
    if (base !== dataDir) {
      makeFolder(base);
      log(
        `PostgreSQL runs as the user ${account?.name ?? "we are"}, who cannot enter ${dataDir}: the database is in ${base}`,
      );
    }
    return {
      base,
      cluster: join(base, clusterName),
      account,
      binaries: reachableBinaries(source, base, account),
    };
  }
  throw new StartError(
    "PostgreSQL refuses to run as root, and no other user (bellwether, postgres, nobody) can be used here; start as another user or set DATABASE_URL",
  );
}

/** Makes `path` a folder of `account`; `false` when `account` cannot work in it all the same. */
export function makeOwnFolder(path: string, account: Account | undefined): boolean {
  makePath(path, 0o700);
  if (account !== undefined) {
    try {
      chownSync(path, account.uid, account.gid);
    } catch (error) {
      // A network file system that distrusts root.
      if (findErrorCode(error) === "EPERM") {
        return false;
      }
      throw error;
    }
  }
  return canWork(account, path);
}

function makeFolder(path: string): void {
  try {
    // Others may pass through, so that PostgreSQL reaches its own folder; they cannot list it.
    makePath(path, process.getuid?.() === 0 ? 0o711 : 0o700);
    if (!statSync(path).isDirectory()) {
      throw new StartError(findFolderProblem(path, "ENOTDIR") ?? path);
    }
  } catch (error) {
    throw asFolderError(path, error);
  }
}

/** Node's own recursive mkdir says ENOENT where the file system is read-only. */
function makePath(path: string, mode: number): void {
  if (!existsSync(path)) {
    makePath(dirname(path), 0o755);
    mkdirSync(path, { mode });
  }
}

function findMade(dataDir: string): string | undefined {
  const pointer = join(dataDir, pointerName);
  const base = existsSync(pointer) ? readFileSync(pointer, "utf8").trim() : dataDir;
  if (existsSync(join(base, clusterName, "PG_VERSION"))) {
    return base;
  }
  if (base !== dataDir) {
    throw new StartError(
      `the database of ${dataDir} was in ${base}, which is gone; bring it back, or delete ${pointer} to begin with an empty one`,
    );
  }
  return undefined;
}

function ownerOf(cluster: string): Account | undefined {
  const { uid, gid } = statSync(cluster);
  const own = process.getuid?.();
  if (own === uid) {
    return undefined;
  }
  if (own !== 0) {
    throw new StartError(
      `the database in ${cluster} belongs to another user (id ${uid}); start as that user or as root`,
    );
  }
  return {
    name: listAccounts().find((account) => account?.uid === uid)?.name ?? `${uid}`,
    uid,
    gid,
  };
}

function reaches(account: Account | undefined, dataDir: string): boolean {
  const trial = join(dataDir, `${clusterName}.trial`);
  try {
    return makeOwnFolder(trial, account);
  } catch (error) {
    throw asFolderError(dataDir, error);
  } finally {
    rmSync(trial, { recursive: true, force: true });
  }
}

function awayFrom(dataDir: string): string {
  if (process.getuid?.() !== 0) {
    throw new StartError(findFolderProblem(dataDir, "EACCES") ?? dataDir);
  }
  const hash = createHash("sha256").update(dataDir).digest("hex").slice(0, 12);
  return join("/var/lib/bellwether", hash);
}

function reachableBinaries(source: string, base: string, account: Account | undefined): Binaries {
  const inPlace = tryBinaries(source, account);
  if (typeof inPlace === "object") {
    return inPlace;
  }
  const copied = tryBinaries(copyPackage(source, base), account);
  if (typeof copied === "object") {
    return copied;
  }
  throw new StartError(
    `the programs of the embedded PostgreSQL run neither from ${source} nor from ${base} (mounted noexec?); set DATABASE_URL`,
  );
}
