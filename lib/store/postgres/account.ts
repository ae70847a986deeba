import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/** The system user that PostgreSQL runs as. */
export interface Account {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

const candidates = ["bellwether", "postgres", "_postgres", "nobody"];

/**
 * The users that PostgreSQL may run as, best first. `undefined` is ourselves: PostgreSQL refuses to
 * run as root, and nobody but root can become somebody else.
 */
export function listAccounts(): readonly (Account | undefined)[] {
  if (process.getuid?.() !== 0) {
    return [undefined];
  }
  const accounts = readFileSync("/etc/passwd", "utf8")
    .split("\n")
    .map((line) => line.split(":"))
    .map(([name = "", , uid, gid]) => ({ name, uid: Number(uid) >>> 0, gid: Number(gid) >>> 0 }));
  return candidates.flatMap((name) => accounts.filter((account) => account.name === name));
}

/** What `spawn` needs to run a program as `account`, with nothing of our own environment. */
export function spawnOptions(account: Account | undefined): {
  uid?: number;
  gid?: number;
  cwd: string;
  env: NodeJS.ProcessEnv;
} {
  return {
    ...(account === undefined ? {} : { uid: account.uid, gid: account.gid }),
    cwd: "/",
    env: { NODE_ENV: "production", PATH: "/usr/bin:/bin", LC_ALL: "C", TZ: "UTC" },
  };
}

/** Whether `account` can enter and change `folder`, every parent's permissions included. */
export function canWork(account: Account | undefined, folder: string): boolean {
  const test = spawnSync("/bin/sh", ["-c", 'cd "$1" && [ -w . ]', "sh", folder], {
    ...spawnOptions(account),
    stdio: "ignore",
  });
  return test.status === 0;
}
