import { spawnSync } from "node:child_process";
import { chownSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findFolderProblem, StartError } from "@/lib/shared/start-error";
import { passwordOf, superRole } from "./access";
import { spawnOptions } from "./account";
import { refuseFullDisk } from "./disk";
import { makeOwnFolder, type Place } from "./place";

const freeBytesForNew = 256 * 1024 * 1024;
const freeBytesForMade = 48 * 1024 * 1024;

/**
 * Makes sure that `place` holds a cluster of our major version and that there is room to work.
 *
 * @throws {StartError} otherwise; nothing has been changed then.
 */
export function ensureCluster(place: Place): void {
  const isMade = existsSync(join(place.cluster, "PG_VERSION"));
  refuseOtherMajor(place);
  refuseFullDisk(place.base, isMade ? freeBytesForMade : freeBytesForNew);
  if (!isMade) {
    createCluster(place);
  }
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

/** The line to print for what PostgreSQL's programs said when they failed. */
export function explain(base: string, output: string): string {
  const lines = output.split("\n").filter((line) => /FATAL|PANIC|error:/.test(line));
  const cause = (lines[0] ?? output.trim().split("\n").at(-1) ?? "").replace(
    /^.*?(FATAL|PANIC|error):\s*/,
    "",
  );
  return findFolderProblem(base, output) ?? `the embedded PostgreSQL did not start: ${cause}`;
}
