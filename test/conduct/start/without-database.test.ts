import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { systemActor } from "@/lib/control/actor";
import { createAppKey } from "@/lib/control/create-app-key";
import { demoDocument } from "@/lib/control/first-document";
import { publishDocument } from "@/lib/control/publish-document";
import { setSwitch } from "@/lib/control/set-switch";
import { type ControlDeps, createControlDeps } from "@/lib/control/verb";
import { type Database, openDatabase } from "@/lib/store/database";
import { type Wall, startWall } from "@/lib/wall/server";
import { type Line, layLine } from "../../support/line";
import { createTestDatabase, type TestDatabase } from "../../support/postgres";
import {
  type Product,
  type ProductOptions,
  listProcesses,
  refusal,
  startProduct,
  untilGone,
} from "../../support/product";
import { eventually } from "../../support/stack";

let wall: Wall;
let database: TestDatabase;
let db: Database;
let control: ControlDeps;
let line: Line;
let dataDir: string;
let key: string;

beforeEach(async () => {
  [wall, database] = await Promise.all([startWall({ latencyScale: 0 }), createTestDatabase()]);
  line = await layLine(database.url);
  db = openDatabase({ url: database.url, poolSize: 2, applicationName: "test" });
  control = createControlDeps(db);
  // Its keys are literal: they must survive on the disk, and not be readable there.
  const { providers = [], ...rest } = demoDocument(wall.url);
  await publishDocument(systemActor, control, {
    document: {
      ...rest,
      allow_literal_secrets: true,
      providers: providers.map((provider) => ({ ...provider, api_key: wall.key })),
    },
    source: { kind: "bootstrap", demo: false },
  });
  ({ secret: key } = await createAppKey(systemActor, control, { id: "test", kind: "live" }));
  dataDir = mkdtempSync(join(tmpdir(), "bellwether-alone-"));
});
afterEach(async () => {
  killAll();
  await untilGone(dataDir, 5_000);
  line.close();
  await db.close();
  await database.drop();
  await wall.close();
  rmSync(dataDir, { recursive: true, force: true });
});

function killAll(): void {
  listProcesses(dataDir).forEach(({ pid }) => {
    process.kill(pid, "SIGKILL");
  });
}

const options = (): ProductOptions => ({
  dataDir,
  env: { ROLE: "gateway", DATABASE_URL: line.url },
});

async function answeredBy({ ports }: Product): Promise<string | null> {
  const response = await fetch(`http://127.0.0.1:${ports.gateway}/v1/chat/completions`, {
    method: "POST",
    headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
    body: JSON.stringify({ model: "auto", messages: [{ role: "user", content: "Hello." }] }),
  });
  await response.text();
  return response.headers.get("x-bellwether-model");
}

const turn = async (intent: "draining" | "enabled"): Promise<void> => {
  await setSwitch(systemActor, control, { objectType: "model", objectId: "gpt-4.1", intent });
};

it("a gateway that was killed serves again without its database, and follows it when it is back", async () => {
  const first = await startProduct(options());
  await first.ready;
  await turn("draining");
  await eventually(async () => (await answeredBy(first)) === "claude-sonnet-4-5", 10_000);
  const path = join(dataDir, "last-known-good.json");
  await eventually(() => readFileSync(path, "utf8").includes("draining"), 10_000);
  expect(readFileSync(path, "utf8")).not.toContain(wall.key);
  killAll();
  await first.ended;
  line.cut(true);

  const second = await startProduct(options());
  await second.ready;
  expect(second.output()).toContain("the database does not answer: this node starts with revision");
  expect(await answeredBy(second)).toBe("claude-sonnet-4-5");
  await turn("enabled");
  line.cut(false);
  await eventually(async () => (await answeredBy(second)) === "gpt-4.1", 15_000);
  killAll();
  await second.ended;

  line.cut(true);
  writeFileSync(path, "nonsense");
  const { code, output } = await refusal(options());
  expect(code).toBe(1);
  expect(output.match(/^error: .*/gm)).toEqual([
    `error: the gateway did not start: the database does not answer, and ${path} is not used: it is not one of this release's files`,
  ]);
});
