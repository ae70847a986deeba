import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startEmbeddedPostgres, type EmbeddedPostgres } from "@/lib/store/embedded";
import { listProcesses, startProduct, untilGone } from "../../support/product";

let folder: string;
let postgres: EmbeddedPostgres;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "bellwether-roles-"));
  chmodSync(folder, 0o711);
  postgres = await startEmbeddedPostgres({ dataDir: join(folder, "server"), durable: false });
});

afterAll(async () => {
  await postgres.stop();
  rmSync(folder, { recursive: true, force: true });
});

function dataDir(name: string): string {
  const path = join(folder, name);
  mkdirSync(path, { recursive: true });
  return path;
}

it("runs the planes apart from each other on one database", async () => {
  const dashboard = await startProduct({
    dataDir: dataDir("dashboard"),
    env: { DATABASE_URL: postgres.url, ROLE: "dashboard" },
    lastLine: /^ {2}Dashboard .*\n/m,
  });
  await dashboard.ready;
  const gateway = await startProduct({
    dataDir: dataDir("gateway"),
    env: { DATABASE_URL: postgres.url, ROLE: "gateway" },
  });
  await gateway.ready;
  // Numbers of processes begin anew at some time, so that their order says nothing.
  const partsOf = (name: string): string[] =>
    listProcesses(dataDir(name))
      .map(({ part }) => part)
      .toSorted();
  expect(partsOf("dashboard")).toEqual(["dashboard", "supervisor"]);
  expect(partsOf("gateway")).toEqual(["gateway", "supervisor"]);
  const models = await fetch(`http://127.0.0.1:${gateway.ports.gateway}/v1/models`, {
    headers: {
      authorization: `Bearer ${readFileSync(join(dataDir("dashboard"), "app-key"), "utf8").trim()}`,
    },
  });
  expect(models.status).toBe(200);
  for (const product of [gateway, dashboard]) {
    process.kill(product.pid, "SIGTERM");
    expect(await product.ended).toEqual({ code: 0, signal: null });
  }
});

it("uses the database of DATABASE_URL and makes none of its own", async () => {
  const own = dataDir("all");
  const product = await startProduct({ dataDir: own, env: { DATABASE_URL: postgres.url } });
  await product.ready;
  expect(listProcesses(own).map(({ part }) => part)).not.toContain("postgres");
  expect(existsSync(join(own, "postgres"))).toBe(false);
  process.kill(product.pid, "SIGTERM");
  expect((await product.ended).code).toBe(0);
  expect(await untilGone(own, 1_000)).toEqual([]);
});

it("ends with one line when the database of DATABASE_URL refuses the password", async () => {
  const url = new URL(postgres.url);
  url.password = "canary";
  const product = await startProduct({
    dataDir: dataDir("refused"),
    env: { DATABASE_URL: url.href },
  });
  expect((await product.ended).code).toBe(1);
  expect(product.output()).toMatch(
    /^error: DATABASE_URL: 127\.0\.0\.1:\d+\/bellwether refuses the user or the password\n$/,
  );
});
