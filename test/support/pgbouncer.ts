import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "./product";

export interface Pooler {
  url: string;
  version: string;
  stop: () => Promise<void>;
}

/** The version of the installed PgBouncer; undefined where there is none. */
export function findPgBouncer(): string | undefined {
  for (const path of ["/usr/sbin/pgbouncer", "pgbouncer"]) {
    try {
      const text = execFileSync(path, ["--version"], { encoding: "utf8" });
      return /PgBouncer ([\d.]+)/.exec(text)?.[1];
    } catch {
      // The next place.
    }
  }
  return undefined;
}

/** PgBouncer in transaction mode in front of a database, with as few server connections as it can do with. */
export async function startPgBouncer(databaseUrl: string): Promise<Pooler> {
  const { hostname, port: serverPort, pathname, username, password } = new URL(databaseUrl);
  const folder = mkdtempSync(join(tmpdir(), "bellwether-pgbouncer-"));
  chmodSync(folder, 0o755);
  const port = await freePort();
  const database = pathname.slice(1);
  const user = decodeURIComponent(username);
  const secret = decodeURIComponent(password);
  writeFileSync(join(folder, "users.txt"), `"${user}" "${secret}"\n`);
  writeFileSync(
    join(folder, "pgbouncer.ini"),
    `[databases]
${database} = host=${hostname} port=${serverPort} dbname=${database} user=${user} password=${secret}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${join(folder, "users.txt")}
pool_mode = transaction
default_pool_size = 2
max_client_conn = 100
server_lifetime = 2
ignore_startup_parameters = extra_float_digits
logfile = ${join(folder, "log")}
`,
  );
  // It refuses to run as root.
  const asUser = process.getuid?.() === 0 ? ["-u", "nobody"] : [];
  if (asUser.length > 0) {
    execFileSync("chown", ["-R", "nobody", folder]);
  }
  const child = spawn("/usr/sbin/pgbouncer", [...asUser, join(folder, "pgbouncer.ini")], {
    stdio: "ignore",
  });
  await listens(port, child);
  const url = new URL(databaseUrl);
  url.host = `127.0.0.1:${port}`;
  return {
    url: url.href,
    version: findPgBouncer() ?? "",
    async stop() {
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGKILL");
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}

async function listens(port: number, child: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    if (child.exitCode !== null) {
      throw new Error(`pgbouncer ended with ${child.exitCode}`);
    }
    const isOpen = await new Promise((resolve) => {
      const socket = connect(port, "127.0.0.1", () => resolve(true));
      socket.on("error", () => resolve(false));
      socket.on("connect", () => socket.destroy());
    });
    if (isOpen === true) {
      return;
    }
    await sleep(50);
  }
  throw new Error("pgbouncer does not listen");
}
