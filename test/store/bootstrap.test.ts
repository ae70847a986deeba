import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { bootstrap, type BootstrapOptions } from "@/lib/control/bootstrap";
import { createFileClaim } from "@/lib/control/file-claim";
import { systemActor } from "@/lib/control/actor";
import { setRouteChain } from "@/lib/control/set-route-chain";
import { createControlDeps } from "@/lib/control/verb";
import { hashAppKey, hasValidChecksum } from "@/lib/shared/app-key";
import { emptyDocument } from "@/lib/config/document";
import { newestRevision, readConfiguration } from "@/lib/store/configuration";
import { writeRevisions } from "@/lib/store/revisions";
import { type OpenTestDatabase, openTestDatabase } from "./support";

const wall = { wallUrl: "http://127.0.0.1:4001" };
const file = `
providers:
  - { id: acme, base_url: "https://api.acme.example/v1", api_key: "env:ACME_KEY" }
models:
  - { id: gpt-4.1, targets: [{ provider: acme }] }
  - { id: deepseek-v3, targets: [{ provider: acme }] }
routes:
  - { id: auto, chain: [gpt-4.1, deepseek-v3] }
keys:
  - { id: ci, key: "env:CI_APP_KEY", allowed_models: [gpt-4.1] }
`;

let database: OpenTestDatabase;
let dataDir: string;
beforeEach(async () => {
  database = await openTestDatabase();
  dataDir = mkdtempSync(join(tmpdir(), "bellwether-bootstrap-"));
  vi.stubEnv("CI_APP_KEY", "a-key-of-our-own-choice");
});
afterEach(async () => {
  vi.unstubAllEnvs();
  rmSync(dataDir, { recursive: true, force: true });
  await database.end();
});

/** The right of one process to publish its file. */
const claim = createFileClaim();

function start(changes: Partial<BootstrapOptions> = {}): ReturnType<typeof bootstrap> {
  return bootstrap(database.db, {
    env: { configPath: undefined, demo: "auto" },
    dataDir,
    demo: wall,
    providerKeyNames: [],
    claim,
    ...changes,
  });
}

function configFile(text: string): BootstrapOptions["env"] {
  const path = join(dataDir, "bellwether.yaml");
  writeFileSync(path, text);
  return { configPath: path, demo: "auto" };
}

describe("a first start", () => {
  it("without anything shows the demo, with a key of its own kind", async () => {
    const { appKey, demoKey, demo } = await start();
    const { document, keys } = await readConfiguration(database.db);
    expect(demo).toBe(true);
    expect(document?.providers.map(({ id }) => id)).toEqual(["alpha", "beta"]);
    expect(document?.providers[0]?.regions?.map(({ id }) => id)).toEqual([
      "us-east",
      "eu-west",
      "ap-south",
    ]);
    expect(keys).toMatchObject([
      { id: "default", kind: "live", hash: hashAppKey(appKey!) },
      { id: "demo", kind: "demo", hash: hashAppKey(demoKey!) },
    ]);
  });

  it("keeps the application key in a file that only its owner may read", async () => {
    const { appKey } = await start();
    expect(hasValidChecksum(appKey!)).toBe(true);
    expect(readFileSync(join(dataDir, "app-key"), "utf8").trim()).toBe(appKey);
    expect(statSync(join(dataDir, "app-key")).mode & 0o777).toBe(0o600);
  });

  it("with provider keys adds exactly their providers, and auto in the catalogue's order", async () => {
    const { demo, notes } = await start({
      providerKeyNames: ["DEEPSEEK_API_KEY", "OPENAI_API_KEY"],
    });
    const { document } = await readConfiguration(database.db);
    expect(demo).toBe(false);
    expect(document?.providers.map(({ id, api_key }) => [id, api_key])).toEqual([
      ["openai", "env:OPENAI_API_KEY"],
      ["deepseek", "env:DEEPSEEK_API_KEY"],
    ]);
    expect(document?.routes).toMatchObject([{ id: "auto", chain: ["gpt-4.1", "deepseek-v3"] }]);
    expect(document?.models.find(({ id }) => id === "deepseek-v3")?.targets).toEqual([
      { provider: "deepseek", upstream_model: "deepseek-chat" },
    ]);
    expect(notes.join()).toContain("OPENAI_API_KEY");
  });

  it("without demo and keys publishes an empty configuration and says what is missing", async () => {
    const { demo, demoKey, notes } = await start({ demo: null });
    expect({ demo, demoKey }).toEqual({ demo: false, demoKey: null });
    expect((await readConfiguration(database.db)).document).toMatchObject({ providers: [] });
    expect(notes.join()).toContain("no provider");
  });

  it("with a file publishes it and its keys, by hash alone", async () => {
    await start({ env: configFile(file) });
    const { document, keys } = await readConfiguration(database.db);
    expect(document?.models.map(({ id }) => id)).toEqual(["gpt-4.1", "deepseek-v3"]);
    expect(keys.find(({ id }) => id === "ci")).toMatchObject({
      source: "file",
      hash: hashAppKey("a-key-of-our-own-choice"),
      last4: "oice",
      limits: { allowedModels: ["gpt-4.1"], allowedRegions: null },
    });
    expect(JSON.stringify(document)).not.toContain("a-key-of-our-own-choice");
  });

  it("with an invalid file names every problem with its line and column, and publishes nothing", async () => {
    const env = configFile(
      file.replace("chain: [gpt-4.1,", "chain: [gpt-5,").replace("keys:", "kyes:"),
    );
    const failed = await start({ env }).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: "invalid_request" });
    expect(String(failed)).toMatch(/bellwether\.yaml:\d+:\d+ /);
    expect(await readConfiguration(database.db)).toMatchObject({ revision: 0, keys: [] });
  });

  it("with a file whose key is not there says which variable is missing", async () => {
    vi.stubEnv("CI_APP_KEY", "");
    await expect(start({ env: configFile(file) })).rejects.toThrow(
      "keys.0.key: the environment variable CI_APP_KEY is not set",
    );
  });
});

describe("a later start", () => {
  it("changes nothing and shows the same key", async () => {
    const first = await start();
    const before = await readConfiguration(database.db);
    const second = await start();
    expect(second).toEqual({ ...first, notes: [] });
    expect((await readConfiguration(database.db)).revision).toBe(before.revision);
  });

  it("writes nothing over what people made and this release cannot read, and says so", async () => {
    const { db } = database;
    await start({ demo: null });
    const later = { ...emptyDocument, of_a_later_release: true };
    const head = { actor: { type: "operator", name: "Minji" }, reason: null } as const;
    const { id } = await writeRevisions(db, (writer) =>
      writer.appendConfig(
        { ...head, summary: { type: "config", source: "ui" } },
        { document: later, before: {}, after: {} },
      ),
    );
    const { notes } = await start({ providerKeyNames: ["OPENAI_API_KEY"] });
    expect(await newestRevision(db)).toBe(id);
    expect(notes.join()).toContain(`cannot obey revision ${id} (of_a_later_release`);
  });

  it("does not show a key that somebody took out of the data folder", async () => {
    await start();
    rmSync(join(dataDir, "app-key"));
    expect((await start()).appKey).toBeNull();
  });

  it("adopts the key of the data folder for an empty database", async () => {
    const { appKey } = await start();
    const other = await openTestDatabase();
    try {
      const again = await bootstrap(other.db, {
        env: { configPath: undefined, demo: "auto" },
        dataDir,
        demo: wall,
        providerKeyNames: [],
        claim,
      });
      expect(again.appKey).toBe(appKey);
    } finally {
      await other.end();
    }
  });

  it("replaces the demo once a provider key is there", async () => {
    await start();
    const { demo, demoKey } = await start({ providerKeyNames: ["GEMINI_API_KEY"] });
    expect({ demo, demoKey }).toEqual({ demo: false, demoKey: null });
    const { document } = await readConfiguration(database.db);
    expect(document?.providers.map(({ id }) => id)).toEqual(["gemini"]);
  });

  it("keeps the demo while BELLWETHER_DEMO=on, whatever keys there are", async () => {
    const env = { configPath: undefined, demo: "on" } as const;
    const { demo, notes } = await start({ env, providerKeyNames: ["GEMINI_API_KEY"] });
    expect(demo).toBe(true);
    expect(notes.join()).toContain("GEMINI_API_KEY");
  });

  it("adds the provider of a new key at the end and keeps the operators' order", async () => {
    await start({ providerKeyNames: ["OPENAI_API_KEY", "ANTHROPIC_API_KEY"] });
    await setRouteChain(systemActor, createControlDeps(database.db), {
      routeId: "auto",
      chain: ["claude-sonnet-4-5", "gpt-4.1"],
    });
    const { notes } = await start({
      providerKeyNames: ["OPENAI_API_KEY", "ANTHROPIC_API_KEY", "DEEPSEEK_API_KEY"],
    });
    const { document } = await readConfiguration(database.db);
    expect(document?.routes).toMatchObject([
      { id: "auto", chain: ["claude-sonnet-4-5", "gpt-4.1", "deepseek-v3"] },
    ]);
    expect(notes).toEqual(["added the providers of DEEPSEEK_API_KEY"]);
  });

  it("an unchanged file leaves an operator's override alone; a changed file ends it", async () => {
    await start({ env: configFile(file) });
    await setRouteChain(systemActor, createControlDeps(database.db), {
      routeId: "auto",
      chain: ["deepseek-v3", "gpt-4.1"],
    });
    const chain = async (): Promise<unknown> =>
      (await readConfiguration(database.db)).document?.routes[0]?.chain;
    await start({ env: configFile(file) });
    expect(await chain()).toEqual(["deepseek-v3", "gpt-4.1"]);
    await start({ env: configFile(`${file}settings: { timezone: Asia/Seoul }\n`) });
    expect(await chain()).toEqual(["gpt-4.1", "deepseek-v3"]);
  });

  it("a rotated secret replaces the file's key, and a removed one is revoked", async () => {
    await start({ env: configFile(file) });
    vi.stubEnv("CI_APP_KEY", "the-next-key-of-our-choice");
    await start({ env: configFile(file) });
    const key = async (): Promise<unknown> =>
      (await readConfiguration(database.db)).keys.find(({ id }) => id === "ci");
    expect(await key()).toMatchObject({ hash: hashAppKey("the-next-key-of-our-choice") });
    await start({ env: configFile(file.slice(0, file.indexOf("keys:"))) });
    expect(await key()).toMatchObject({ revokedAt: expect.any(Number) });
  });

  it("leaves a file's configuration alone when the file is not named any more", async () => {
    await start({ env: configFile(file) });
    const { notes, demo } = await start({ providerKeyNames: ["OPENAI_API_KEY"] });
    expect(demo).toBe(false);
    expect(notes.join()).toContain("BELLWETHER_CONFIG is not set");
    expect((await readConfiguration(database.db)).document?.providers).toHaveLength(1);
  });
});

it("a key file that others could read is made private again when it is written", async () => {
  writeFileSync(join(dataDir, "app-key"), "not a key", { mode: 0o644 });
  chmodSync(join(dataDir, "app-key"), 0o644);
  await start();
  expect(statSync(join(dataDir, "app-key")).mode & 0o777).toBe(0o600);
});
