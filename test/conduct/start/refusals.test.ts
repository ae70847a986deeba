import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { once } from "node:events";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, test } from "vitest";
import { freePort, listProcesses, refusal, startProduct, untilGone } from "../../support/product";

let dataDir: string;
const mounts: string[] = [];
const servers: Server[] = [];

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "bellwether-refusals-"));
  chmodSync(dataDir, 0o711);
});

afterEach(async () => {
  expect(await untilGone(dataDir, 2_000)).toEqual([]);
  servers.splice(0).forEach((server) => server.close());
  for (const folder of mounts.splice(0)) {
    execFileSync("umount", [folder]);
  }
  rmSync(dataDir, { recursive: true, force: true });
});

async function occupy(): Promise<number> {
  const server = createServer();
  servers.push(server);
  const port = await freePort();
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return port;
}

/** A file system of its own in memory; `false` where the test may not mount one. */
function mountMemory(folder: string, options: string): boolean {
  mkdirSync(folder, { recursive: true });
  const mounted =
    spawnSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder], { stdio: "ignore" })
      .status === 0;
  if (mounted) {
    mounts.push(folder);
  }
  return mounted;
}

async function expectRefusal(
  env: Record<string, string>,
  ...lines: readonly (string | RegExp)[]
): Promise<void> {
  const { code, output } = await refusal({ dataDir, env });
  const said = output.trim().split("\n");
  expect(code).toBe(1);
  expect(said).toEqual(
    lines.map((line) =>
      typeof line === "string" ? `error: ${line}` : (expect.stringMatching(line) as unknown),
    ),
  );
}

test.each(["GATEWAY_PORT", "DASHBOARD_PORT"])("names %s when its port is busy", async (name) => {
  const port = await occupy();
  await expectRefusal(
    { [name]: String(port) },
    `${name} ${port} is in use by another program; set ${name} to a free port`,
  );
  expect(readdirSync(dataDir)).toEqual([]);
});

it("names every busy port at once", async () => {
  const [gateway, dashboard] = [await occupy(), await occupy()];
  await expectRefusal(
    { GATEWAY_PORT: String(gateway), DASHBOARD_PORT: String(dashboard) },
    `GATEWAY_PORT ${gateway} is in use by another program; set GATEWAY_PORT to a free port`,
    `DASHBOARD_PORT ${dashboard} is in use by another program; set DASHBOARD_PORT to a free port`,
  );
});

it("names WALL_PORT when the demo's port is busy, and ends PostgreSQL again", async () => {
  const port = await occupy();
  const { code, output } = await refusal({ dataDir, env: { WALL_PORT: String(port) } });
  expect(code).toBe(1);
  expect(output.match(/^error.*/gm)).toEqual([
    `error: WALL_PORT ${port} is in use by another program; set WALL_PORT to a free port`,
  ]);
});

it("names a host that is no address of this machine", async () => {
  await expectRefusal(
    { GATEWAY_HOST: "192.0.2.1" },
    "GATEWAY_HOST 192.0.2.1 is no address of this machine",
  );
});

it("reports every wrong variable at once, and starts nothing", async () => {
  await expectRefusal(
    { GATEWAY_PORT: "none", ROLE: "both", DASHBOARD_HOST: "no host", DATABASE_URL: "canary" },
    /^error: DATABASE_URL must be a PostgreSQL URL [^"]*$/,
    /^error: GATEWAY_PORT must be a port number .*"none"/,
    /^error: DASHBOARD_HOST must be an IP address .*"no host"/,
    /^error: ROLE must be all, gateway or dashboard .*"both"/,
  );
  expect(readdirSync(dataDir)).toEqual([]);
});

it("refuses to open the dashboard beyond this machine", async () => {
  await expectRefusal(
    { DASHBOARD_HOST: "0.0.0.0" },
    /^error: DASHBOARD_HOST must be a loopback address while the dashboard has no sign-in/,
  );
});

it("says in one line, without the password, that the database cannot be reached", async () => {
  const port = await freePort();
  await expectRefusal(
    { DATABASE_URL: `postgresql://user:canary@127.0.0.1:${port}/bellwether` },
    `DATABASE_URL: nothing listens at 127.0.0.1:${port}/bellwether`,
  );
});

it("says that the data folder is a file", async () => {
  const file = join(dataDir, "file");
  writeFileSync(file, "");
  await expectRefusal(
    { BELLWETHER_DATA_DIR: file },
    `the data folder ${file} is not a folder; set BELLWETHER_DATA_DIR to another path`,
  );
});

it("says that the disk of the data folder is full, and leaves nothing on it", async (context) => {
  const folder = join(dataDir, "full");
  if (!mountMemory(folder, "size=16m,mode=711")) {
    context.skip("mounting a small file system needs the rights of root");
  }
  await expectRefusal(
    { BELLWETHER_DATA_DIR: folder },
    /^error: the disk of the data folder .*full is full: \d+ MB are free/,
  );
  expect(readdirSync(folder)).toEqual([]);
});

it("says that the data folder is read-only", async (context) => {
  const folder = join(dataDir, "fixed");
  if (!mountMemory(folder, "ro,mode=711")) {
    context.skip("mounting a read-only file system needs the rights of root");
  }
  await expectRefusal(
    { BELLWETHER_DATA_DIR: folder },
    `the data folder ${folder} is read-only; set BELLWETHER_DATA_DIR to a folder that can be written`,
  );
});

it("says that it may not write to the data folder", async (context) => {
  if (process.getuid?.() === 0) {
    context.skip("root may write everywhere");
  }
  chmodSync(dataDir, 0o500);
  await expectRefusal(
    {},
    `no permission to write to the data folder ${dataDir}; set BELLWETHER_DATA_DIR to a folder that can be written`,
  );
  chmodSync(dataDir, 0o700);
});

it("refuses a second start on the same data folder and leaves the first alone", async () => {
  const first = await startProduct({ dataDir });
  await first.ready;
  await expectRefusal(
    {},
    `another Bellwether (process ${first.pid}) already runs on the data folder ${dataDir}; stop it or set BELLWETHER_DATA_DIR to another folder`,
  );
  const health = await fetch(`http://127.0.0.1:${first.ports.gateway}/healthz`);
  expect(health.status).toBe(200);
  process.kill(first.pid, "SIGTERM");
  expect((await first.ended).code).toBe(0);
});

it("refuses the data of another PostgreSQL major, and starts again once it is back", async () => {
  const first = await startProduct({ dataDir });
  await first.ready;
  process.kill(first.pid, "SIGTERM");
  await first.ended;
  const version = join(dataDir, "postgres", "PG_VERSION");
  writeFileSync(version, "17\n");
  await expectRefusal({}, /^error: the database in .* was written by PostgreSQL 17 and this/);
  expect(listProcesses(dataDir)).toEqual([]);
  writeFileSync(version, "18\n");
  const second = await startProduct({ dataDir });
  await second.ready;
  process.kill(second.pid, "SIGTERM");
  expect((await second.ended).code).toBe(0);
});

function startAs(version: string): ReturnType<typeof spawnSync> {
  const pretend = `Object.defineProperty(process.versions, "node", { value: "${version}" })`;
  return spawnSync(
    process.execPath,
    ["--import", `data:text/javascript,${encodeURIComponent(pretend)}`, "start.mjs", "--help"],
    { encoding: "utf8" },
  );
}

test.each(["16.20.2", "18.20.8", "20.18.3"])("refuses Node %s in one line", (version) => {
  expect(startAs(version)).toMatchObject({
    status: 1,
    stdout: "",
    stderr: `error: Bellwether needs Node 20.19 or newer; this is ${version}. Get it from https://nodejs.org\n`,
  });
});

test.each(["20.19.0", "22.0.0", "24.3.1"])("takes Node %s", (version) => {
  expect(startAs(version)).toMatchObject({ status: 0, stderr: "" });
});

it("explains itself and refuses an unknown option", () => {
  const help = spawnSync(process.execPath, ["start.mjs", "--help"], { encoding: "utf8" });
  expect(help).toMatchObject({ status: 0, stderr: "" });
  expect(help.stdout).toContain("Usage: npm start");
  const wrong = spawnSync(process.execPath, ["start.mjs", "--bild-only"], { encoding: "utf8" });
  expect(wrong).toMatchObject({ status: 1, stdout: "" });
  expect(wrong.stderr).toMatch(/^error: --bild-only is no option\n/);
});
