import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ActingPerson, systemActor } from "@/lib/control/actor";
import { changesPage } from "@/lib/control/changes-page";
import { healthView } from "@/lib/control/health-view";
import { exportConfig, importConfig, previewImport } from "@/lib/control/config-import";
import { testConnection } from "@/lib/control/connection-test";
import { removeModel, removeProvider, setModel, setProvider } from "@/lib/control/providers";
import { providersView } from "@/lib/control/providers-view";
import { publishDocument } from "@/lib/control/publish-document";
import { revertRevision } from "@/lib/control/revert-revision";
import { setSettings, settingsView } from "@/lib/control/settings";
import { addMockProviders } from "@/lib/control/setup";
import { type ControlDeps, createControlDeps } from "@/lib/control/verb";
import { mintPrivateKey, openBox, publicKeyOf, readPrivateKey } from "@/lib/shared/boxes";
import { keyPlace } from "@/lib/shared/box-text";
import { errorBody, toGatewayError } from "@/lib/shared/errors";
import { type ProviderRequest, ProvidersView } from "@/lib/shared/provider-contract";
import { type SettingsRequest, SettingsView } from "@/lib/shared/settings-contract";
import { findDocument } from "@/lib/store/configuration";
import { type Database } from "@/lib/store/database";
import { putGatewayCard } from "@/lib/store/gateway-cards";
import { upsertNode } from "@/lib/store/nodes";
import { publishSample, sampleDocument } from "./samples";
import { type OpenTestDatabase, openTestDatabase } from "./support";

const admin: ActingPerson = { type: "operator", name: "Minji", role: "admin" };
const operator: ActingPerson = { ...admin, role: "operator" };
const canary = "sk-canary-0123456789-abcdWXYZ";
const privateKey = readPrivateKey(mintPrivateKey())!;
const none = { reason: null, ifMatch: null };

let database: OpenTestDatabase;
let db: Database;
beforeEach(async () => {
  database = await openTestDatabase();
  db = database.db;
  await publishSample(fresh());
  await startGateway();
});
afterEach(() => database.end());

/** No answer is from the cache. */
const fresh = (): ControlDeps => createControlDeps(db);

/** As far as the database sees it. */
async function startGateway(): Promise<void> {
  await upsertNode(db, {
    id: "node/0",
    startedAt: Date.now(),
    appliedRevision: 1,
    appliedAt: Date.now(),
    droppedRecords: 0,
    refused: null,
  });
  const environment = { ROLE: "gateway", BELLWETHER_PRIVATE_KEY: null };
  await putGatewayCard(db, { nodeId: "node/0", publicKey: publicKeyOf(privateKey), environment });
}

const request = (over: Partial<ProviderRequest> = {}): ProviderRequest => ({
  baseUrl: "https://acme.example/v1",
  secret: { key: canary },
  ...over,
});
const put = (over: Partial<ProviderRequest> = {}, ifMatch: number | null = null) =>
  setProvider(admin, fresh(), { id: "acme", request: request(over), ifMatch });
const view = async () =>
  ProvidersView.parse(await providersView(operator, fresh(), { wallUrl: "http://127.0.0.1:4001" }));
const document = async () => (await db.run((prisma) => findDocument(prisma)))!.document;
const acme = async () => (await document()).providers.find(({ id }) => id === "acme")!;

/** Every row of every table, as text. */
async function everything(): Promise<string> {
  const { rows: tables } = await db.pool.query<{ name: string }>(
    `SELECT quote_ident(table_name) AS name FROM information_schema.tables
     WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`,
  );
  const texts = await Promise.all(
    tables.map(async ({ name }) => {
      const { rows } = await db.pool.query<{ row: string }>(
        `SELECT to_jsonb(t)::text AS row FROM ${name} AS t`,
      );
      return rows.map(({ row }) => row).join("\n");
    }),
  );
  return texts.join("\n");
}

describe("a provider key", () => {
  it("is sealed before it is written: nothing that the database or the API holds shows it", async () => {
    await put({ credentials: [{ id: "second", secret: { key: `${canary}2` } }] });
    await put({
      secret: { keep: true },
      credentials: [{ id: "second", secret: { key: `${canary}3` } }],
      regions: [{ id: "eu", headers: { "X-Api-Key": `${canary}4`, "X-Region": "eu" } }],
    });
    const shown = [
      await everything(),
      JSON.stringify(await view()),
      JSON.stringify(await changesPage(operator, fresh(), { limit: 100 })),
      await exportConfig(admin, fresh(), null),
      JSON.stringify(await settingsView(admin, fresh(), null)),
    ];
    for (const text of shown) {
      expect(text).not.toContain("canary");
    }
    expect(openBox((await acme()).api_key, privateKey, keyPlace("acme", null))).toEqual({
      secret: canary,
      origins: ["https://acme.example"],
    });
  });

  it("is shown by its end and its age, and by who cannot read it", async () => {
    await put();
    const [first] = (await view()).providers.find(({ id }) => id === "acme")!.credentials;
    expect(first).toMatchObject({ kind: "sealed", last4: "WXYZ", readable: true, name: null });
    expect(Date.now() - (first?.setAt ?? 0)).toBeLessThan(10_000);
    const other = publicKeyOf(readPrivateKey(mintPrivateKey())!);
    await putGatewayCard(db, { nodeId: "node/0", publicKey: other, environment: {} });
    const [same] = (await view()).providers.find(({ id }) => id === "acme")!.credentials;
    expect(same?.readable).toBe(false);
  });

  it("that is only named is never sealed, and names no secret of ours", async () => {
    await put({ secret: { reference: "env:ACME_KEY" } });
    expect((await acme()).api_key).toBe("env:ACME_KEY");
    await put({ secret: { key: "env:OTHER_KEY" } });
    expect((await acme()).api_key).toBe("env:OTHER_KEY");
    for (const reference of [
      "env:DATABASE_URL",
      "env:BELLWETHER_PRIVATE_KEY",
      "file:/etc/passwd",
    ]) {
      await expect(put({ secret: { reference } })).rejects.toMatchObject({ param: "secret" });
    }
  });

  it("is refused where nobody could open it, and where it is no key, without being repeated", async () => {
    const refused = await put({ secret: { key: `${canary} and more` } }).catch(String);
    expect(refused).toMatch(/printable/);
    expect(refused).not.toContain("canary");
    await db.pool.query("DELETE FROM gateway_card");
    await expect(put()).rejects.toMatchObject({ code: "not_ready" });
    expect(
      await testConnection(admin, fresh(), {
        provider: "acme",
        baseUrl: "https://acme.example/v1",
        secret: { key: canary },
      }),
    ).toMatchObject({ outcome: "no_gateway" });
  });

  it("stays where the address stays, and is asked for again where it does not", async () => {
    await put();
    await put({ secret: { keep: true }, baseUrl: "https://acme.example/v2" });
    const region = { id: "eu", baseUrl: "https://evil.example/v1" };
    await expect(
      put({ secret: { keep: true }, baseUrl: "https://evil.example/v1" }),
    ).rejects.toMatchObject({ code: "invalid_request", param: "secret" });
    await expect(put({ secret: { keep: true }, regions: [region] })).rejects.toMatchObject({
      param: "secret",
    });
  });
});

describe("a provider", () => {
  it("comes with its models in one revision, and goes back by one revert", async () => {
    const models = [{ id: "acme-1", targets: [{ provider: "acme" }] }];
    const { revision } = await put({ models, reason: "for the launch" });
    expect((await document()).routes.find(({ id }) => id === "auto")?.chain).toEqual([
      "gpt-4.1",
      "deepseek-v3",
      "acme-1",
    ]);
    const { changes } = await changesPage(operator, fresh(), { limit: 1 });
    expect(changes[0]).toMatchObject({
      revision,
      reason: "for the launch",
      actor: { name: "Minji" },
      summary: { added: ["provider:acme", "model:acme-1"] },
      revertable: true,
    });
    await revertRevision(admin, fresh(), { revision });
    expect((await document()).providers.map(({ id }) => id)).toEqual(["alpha", "beta"]);
    expect((await document()).models.map(({ id }) => id)).toEqual(["gpt-4.1", "deepseek-v3"]);
  });

  it("that was changed meanwhile answers with both versions, without their secrets", async () => {
    const { revision } = await put();
    await put({ baseUrl: "https://acme.example/v2", secret: { key: canary } });
    const conflict = await put({ anyModel: true }, revision).catch((error: unknown) => error);
    expect(conflict).toMatchObject({
      code: "conflict",
      details: {
        current: { actor: { name: "Minji" }, object: { base_url: "https://acme.example/v2" } },
        yours: { object: { any_model: true, api_key: "••••WXYZ" } },
      },
    });
    expect(JSON.stringify(conflict)).not.toContain("box:");
  });

  it("is refused with what is wrong beside the field of its form", async () => {
    const fieldsOf = async (work: Promise<unknown>) => {
      const { error } = errorBody(toGatewayError(await work.catch((failure: unknown) => failure)));
      const { problems = [] } = (error.details ?? {}) as { problems?: Record<string, unknown>[] };
      return problems.map(({ field, reason }) => [field, reason]);
    };
    const regions = [
      { id: "US East", headers: { "X-Region us": "" } },
      { id: "eu", priority: -1 },
      { id: "eu", baseUrl: "https://me:secret@eu.example/v1" },
    ];
    expect(await fieldsOf(put({ regions }))).toEqual([
      ["regions.0.id", "name_form"],
      ["regions.0.headers.X-Region us", "header_form"],
      ["regions.1.priority", "value_between"],
    ]);
    expect(await fieldsOf(put({ regions: regions.slice(2), baseUrl: "http://10.0.0.1" }))).toEqual([
      ["regions.0.baseUrl", "base_url_ends"],
      ["baseUrl", "private_network"],
    ]);
    const secret = { key: canary };
    const credentials = [{ id: "more", secret }, { ...{ id: "more", secret } }];
    expect(await fieldsOf(put({ credentials }))).toEqual([["credentials.1.id", "named_twice"]]);
    await put();
    const price = { input: -1, output: 1, cachedInput: 20_000 };
    const targets = [{ provider: "acme", regions: ["moon"] }];
    const model = (asked: object) =>
      setModel(admin, fresh(), { id: "m", request: { targets, ...asked }, ifMatch: null });
    expect(await fieldsOf(model({ price }))).toEqual([
      ["price.input", "value_between"],
      ["price.cachedInput", "value_between"],
    ]);
    expect(await fieldsOf(model({}))).toContainEqual(["targets.0.regions", "region_missing"]);
    // What is wrong elsewhere because of it is no field of the form.
    await setModel(admin, fresh(), {
      ...{ id: "m", ifMatch: null },
      request: { targets: [{ provider: "acme", regions: ["global"] }] },
    });
    expect(await fieldsOf(put({ regions: [{ id: "eu" }] }))).toContainEqual([
      undefined,
      "region_missing",
    ]);
  });

  it("takes no key that is empty, and no address with a password in it, not even to try", async () => {
    await expect(put({ secret: { key: " " } })).rejects.toMatchObject({
      param: "secret",
      refusal: { reason: "key_missing" },
    });
    const tried = { provider: "new", baseUrl: "https://me:secret@acme.example/v1" };
    await expect(
      testConnection(admin, fresh(), { ...tried, secret: { key: canary } }),
    ).rejects.toMatchObject({ param: "baseUrl", refusal: { reason: "base_url_ends" } });
  });

  it("that is said again changes nothing", async () => {
    const { revision } = await put({ secret: { reference: "env:ACME_KEY" } });
    expect((await put({ secret: { reference: "env:ACME_KEY" } })).revision).toBe(revision);
  });

  it("is removed only when nobody uses it, and so is a model", async () => {
    await put();
    await setModel(admin, fresh(), {
      id: "acme-1",
      request: { targets: [{ provider: "acme" }], routes: ["cheap"] },
      ifMatch: null,
    });
    await expect(removeProvider(admin, fresh(), { id: "acme", ...none })).rejects.toMatchObject({
      details: { usedBy: ["model acme-1"] },
    });
    await expect(removeModel(admin, fresh(), { id: "acme-1", ...none })).rejects.toMatchObject({
      details: { usedBy: ["route cheap"] },
    });
    await expect(removeModel(admin, fresh(), { id: "nobody", ...none })).rejects.toMatchObject({
      code: "not_found",
    });
  });

  it("is for administrators to make", async () => {
    const asked = { id: "acme", request: request(), ifMatch: null };
    await expect(setProvider(operator, fresh(), asked)).rejects.toMatchObject({
      code: "forbidden",
    });
  });

  it("of the file is locked with its path; what people add beside it outlives the file's changes", async () => {
    const file = { kind: "file", path: "/etc/bellwether.yaml" } as const;
    const publish = (changes = {}) =>
      publishDocument(systemActor, fresh(), {
        document: { ...sampleDocument, ...changes },
        source: file,
      });
    await publish();
    const alpha = { id: "alpha", request: request(), ifMatch: null };
    await expect(setProvider(admin, fresh(), alpha)).rejects.toMatchObject({
      message: expect.stringContaining("/etc/bellwether.yaml"),
    });
    await put({ models: [{ id: "acme-1", targets: [{ provider: "acme" }] }] });
    await publish({ routes: [{ id: "auto", chain: ["deepseek-v3"] }] });
    expect((await document()).providers.map(({ id }) => id)).toEqual(["alpha", "beta", "acme"]);
    expect((await document()).routes.map(({ chain }) => chain)).toEqual([["deepseek-v3"]]);
    const { providers } = await view();
    expect(providers.map(({ id, owner, ownerPath }) => [id, owner, ownerPath])).toEqual([
      ["alpha", "file", file.path],
      ["beta", "file", file.path],
      ["acme", "ui", null],
    ]);
    // The same file again changes nothing.
    expect((await publish({ routes: [{ id: "auto", chain: ["deepseek-v3"] }] })).changed).toBe(
      false,
    );
    await expect(
      importConfig(admin, fresh(), { text: "models: []", ...none }),
    ).rejects.toMatchObject({ message: expect.stringContaining(file.path) });
  });

  it("that is built in is added where it runs, and offered where it is missing", async () => {
    expect((await view()).known.filter(({ mock }) => mock).map(({ id }) => id)).toEqual([]);
    await expect(addMockProviders(admin, fresh(), { wallUrl: null })).rejects.toMatchObject({
      code: "invalid_request",
    });
    await publishDocument(systemActor, fresh(), {
      document: {},
      source: { kind: "bootstrap", demo: false },
    });
    expect((await view()).known.filter(({ mock }) => mock).map(({ id }) => id)).toEqual([
      "alpha",
      "beta",
    ]);
    await addMockProviders(admin, fresh(), { wallUrl: "http://127.0.0.1:4001" });
    const { providers, models } = await view();
    expect(providers.map(({ id, mock }) => [id, mock])).toEqual([
      ["alpha", true],
      ["beta", true],
    ]);
    expect(models[0]?.routes).toEqual(["auto"]);
  });
});

describe("the declarative file", () => {
  const preview = (text: string) => previewImport(admin, fresh(), { text });
  const apply = (text: string, ifMatch: number | null = null) =>
    importConfig(admin, fresh(), { text, reason: null, ifMatch });

  it("that was exported is imported as what it was, with the secrets that are kept", async () => {
    await put();
    const before = await document();
    const text = await exportConfig(admin, fresh(), null);
    expect(text).toContain("api_key: kept");
    expect(await preview(text)).toMatchObject({ problems: [], lineCount: 0, impact: null });
    await removeProvider(admin, fresh(), { id: "acme", ...none });
    expect((await preview(text)).problems).toEqual([
      expect.objectContaining({ message: expect.stringContaining("no secret to keep") }),
    ]);
    await revertRevision(admin, fresh(), { revision: 3 });
    await apply(text.replace("acme.example/v1", "acme.example/v2"));
    expect((await acme()).api_key).toBe(before.providers.at(-1)?.api_key);
  });

  it("says before it is imported what would be there no more", async () => {
    await put();
    const without = (await document()).providers.filter(({ id }) => id !== "acme");
    const text = (await exportConfig(admin, fresh(), null)).replace(
      / {2}- id: acme\n( {4}.*\n)+/,
      "",
    );
    expect(await preview(text)).toMatchObject({
      removed: ["provider:acme"],
      impact: { tier: "T0" },
    });
    const lacking = text.replace(/models:\n(?: .*\n)+/, "").replace(/routes:\n(?: .*\n)+/, "");
    expect((await preview(lacking)).impact).toMatchObject({
      tier: "T2",
      because: ["empties"],
      emptied: ["auto", "cheap"],
    });
    await apply(text);
    expect((await document()).providers).toEqual(without);
  });

  it("seals the keys that stand in it, before they are written", async () => {
    const text = (await exportConfig(admin, fresh(), null)).replace("env:BETA_KEY", canary);
    expect(await preview(text)).toMatchObject({ problems: [], sealed: 1 });
    await apply(text);
    expect(await everything()).not.toContain("canary");
    const beta = (await document()).providers.find(({ id }) => id === "beta");
    expect(openBox(beta?.api_key ?? "", privateKey, keyPlace("beta", null))?.secret).toBe(canary);
  });

  it("tells its problems by line and column, repeats no key, and changes nothing", async () => {
    const before = await document();
    for (const [text, message, line, reason] of [
      [
        "providers:\n  - id: a\n    base_url: nonsense\n    api_key: env:A",
        "base_url",
        3,
        "base_url",
      ],
      ["models: []\nmodel: []", "unknown setting", 2, "setting_unknown"],
      [`providers:\n  - id: a\n    api_key: "${canary}" ${canary}`, "", 3, "file_syntax"],
      ["models and regions", "models:", 1, "file_no_settings"],
      ["keys: [{ id: ci, key: env:CI_KEY }]", "Apps & keys", 1, "keys_in_file"],
      [
        "providers:\n  - { id: a, base_url: https://a.example, api_key: env:DATABASE_URL }",
        "secret of Bellwether",
        2,
        "own_secret",
      ],
    ] as const) {
      const { problems, lineCount } = await preview(text);
      expect([lineCount, problems[0]?.line]).toEqual([0, line]);
      expect(problems[0]).toMatchObject({ message: expect.stringContaining(message), reason });
      expect(JSON.stringify(problems)).not.toContain("canary");
      const refused = errorBody(toGatewayError(await apply(text).catch((error: unknown) => error)));
      expect(refused.error.message).toContain(`${line}:`);
      expect(refused.error).toMatchObject({
        reason: "file_invalid",
        details: { problems: [{ place: expect.stringContaining(`${line}:`), reason }] },
      });
      expect(JSON.stringify(refused)).not.toContain("canary");
    }
    expect(await document()).toEqual(before);
  });

  it("does not send a kept key to another address", async () => {
    await put();
    const text = await exportConfig(admin, fresh(), null);
    const moved = text.replace("https://acme.example", "https://evil.example");
    expect((await preview(moved)).problems[0]?.message).toContain("another address");
  });

  it("is refused when the configuration changed after its preview", async () => {
    const text = await exportConfig(admin, fresh(), null);
    const { revision } = await preview(text);
    await put();
    await expect(apply(text, revision)).rejects.toMatchObject({ code: "conflict" });
  });
});

describe("settings", () => {
  it("are a revision like any other, within their bounds", async () => {
    const settings = {
      timezone: "Asia/Seoul",
      callLogDays: 60,
      probeBudgetUsdPerDay: null,
      sloServedPercent: 99.5,
    };
    const set = (over = {}) =>
      setSettings(admin, fresh(), { request: { ...settings, ...over }, ifMatch: null });
    await set();
    const read = SettingsView.parse(await settingsView(admin, fresh(), null));
    expect(read.settings).toEqual({ ...settings, currency: null, exchangeRate: null });
    expect(read.nodes).toMatchObject([{ id: "node/0", environment: { ROLE: "gateway" } }]);
    await expect(set({ timezone: "Mars/Olympus" })).rejects.toMatchObject({
      message: expect.stringContaining("time zone"),
    });
    await expect(set({ callLogDays: 1 })).rejects.toMatchObject({
      code: "invalid_request",
      param: "callLogDays",
    });
    await expect(set({ sloServedPercent: 40 })).rejects.toMatchObject({
      message: expect.stringContaining("between 50 and 100"),
      param: "sloServedPercent",
    });
  });

  it("of a currency hold from its rate on, and leave the others as they are", async () => {
    const set = (request: SettingsRequest) =>
      setSettings(admin, fresh(), { request, ifMatch: null });
    const shown = async () => (await healthView(admin, fresh(), null)).exchange;
    const rate = { perUsd: 1386, at: "2026-11-21" };
    await set({ timezone: "Asia/Seoul", currency: "KRW" });
    expect(await shown()).toBeNull();
    await set({ exchangeRate: rate });
    expect(await shown()).toEqual({ currency: "KRW", ...rate });
    const { settings } = await settingsView(admin, fresh(), null);
    expect(settings).toMatchObject({ timezone: "Asia/Seoul", currency: "KRW", exchangeRate: rate });
    await expect(set({ currency: null })).rejects.toMatchObject({
      message: expect.stringContaining("needs settings.currency"),
    });
    await set({ currency: null, exchangeRate: null });
    expect(await shown()).toBeNull();
  });
});
