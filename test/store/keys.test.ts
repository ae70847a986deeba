import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ActingPerson } from "@/lib/control/actor";
import { editKey } from "@/lib/control/edit-key";
import { createKey, keysView, revokeKey } from "@/lib/control/keys";
import { createControlDeps } from "@/lib/control/verb";
import { hashAppKey } from "@/lib/shared/app-key";
import { type KeyEdit, KeysView } from "@/lib/shared/contract";
import { findAppKey } from "@/lib/store/app-keys";
import { type Database } from "@/lib/store/database";
import { publishSample, sampleDocument } from "./samples";
import { type OpenTestDatabase, openTestDatabase } from "./support";
import { callRecord, logCalls } from "./traffic";

const admin: ActingPerson = { type: "operator", name: "Minji", role: "admin" };
const operator: ActingPerson = { ...admin, role: "operator" };
const minute = 60_000;

let database: OpenTestDatabase;
let db: Database;
beforeEach(async () => {
  database = await openTestDatabase();
  db = database.db;
  await publishSample(createControlDeps(db));
});
afterEach(() => database.end());

// New dependencies each time: no answer is from the cache.
const list = async (): Promise<KeysView> =>
  KeysView.parse(await keysView(operator, createControlDeps(db), null));
const create = (id: string, limits = {}) => createKey(admin, createControlDeps(db), { id, limits });
const edit = (id: string, request: KeyEdit, ifMatch: number | null = null) =>
  editKey(admin, createControlDeps(db), { id, request, ifMatch });
const revoke = (id: string) => revokeKey(admin, createControlDeps(db), { id, reason: "leaked" });

describe("application keys", () => {
  it("are made with a secret that is told once, and listed without it", async () => {
    const { secret } = await create("shop", { rpm: 60, budgetUsdPerMonth: 12.5 });
    const stored = await db.run((prisma) => findAppKey(prisma, "shop"));
    expect(stored?.hash).toBe(hashAppKey(secret));
    const view = await list();
    expect(view.keys).toMatchObject([
      {
        id: "shop",
        last4: secret.slice(-4),
        kind: "live",
        source: "minted",
        revokedAt: null,
        limits: { rpm: 60, tpm: null, budgetUsdPerMonth: 12.5 },
        lastUsedAt: null,
        callsInHour: 0,
        spentNanoUsd: 0,
      },
    ]);
    expect(JSON.stringify(view)).not.toContain(secret);
    expect(JSON.stringify(view)).not.toContain(stored?.hash);
  });

  it("tell when they were used last, how much in an hour, and what they spent", async () => {
    await create("shop");
    await create("idle");
    const now = Date.now();
    await logCalls(db, [
      callRecord(now - 2 * minute, { key_id: "shop", cost_nano_usd: 1_000 }),
      callRecord(now - 3 * minute, { key_id: "shop", cost_nano_usd: 2_000 }),
      callRecord(now - 90 * minute, { key_id: "shop", cost_nano_usd: 500 }),
      callRecord(now - 91 * minute, { key_id: "shop", cost_nano_usd: null }),
      callRecord(now - minute, { key_id: "shop", demo: true }),
    ]);
    const [idle, shop] = (await list()).keys;
    // A month, UTC, may have begun within these 90 minutes.
    const isSameMonth = new Date(now - 90 * minute).getUTCMonth() === new Date(now).getUTCMonth();
    const spentNanoUsd = isSameMonth ? 3_500 : 3_000;
    expect(shop).toMatchObject({ id: "shop", callsInHour: 2, spentNanoUsd });
    expect(shop?.lastUsedAt).toBe(Math.floor((now - 2 * minute) / minute) * minute);
    expect(idle).toMatchObject({ id: "idle", lastUsedAt: null });
  });

  it.each([
    [{ id: "No Spaces" }, "id"],
    [{ id: "" }, "id"],
    [{ id: "shop", limits: { rpm: -1 } }, "limits.rpm"],
    [{ id: "shop", limits: { budgetUsdPerMonth: -1 } }, "limits.budgetUsdPerMonth"],
  ])("are refused with the field that is wrong: %o", async (request, param) => {
    await expect(createKey(admin, createControlDeps(db), request)).rejects.toMatchObject({
      code: "invalid_request",
      param,
    });
    expect((await list()).keys).toEqual([]);
  });

  it("that exist already answer with what is there and what was asked for", async () => {
    await create("shop");
    await expect(create("shop")).rejects.toMatchObject({
      code: "conflict",
      details: { current: { id: "shop", revokedAt: null }, yours: { id: "shop" } },
    });
  });

  it("are edited, and keep their secret and what was not named", async () => {
    await create("shop", { rpm: 60, tpm: 1000 });
    const before = await db.run((prisma) => findAppKey(prisma, "shop"));
    const limits = { rpm: null, allowedModels: ["gpt-4.1"] };
    const { revision } = await edit("shop", { name: " The shop ", limits }, before?.revision);
    const stored = await db.run((prisma) => findAppKey(prisma, "shop"));
    expect(stored).toMatchObject({ hash: before?.hash, revision });
    expect((await list()).keys).toMatchObject([
      {
        id: "shop",
        name: "The shop",
        limits: { rpm: null, tpm: 1000, allowedModels: ["gpt-4.1"], allowedRegions: null },
      },
    ]);
    expect(await edit("shop", { name: "The shop" })).toMatchObject({ revision });
    await expect(edit("shop", { name: "Mine" }, before?.revision)).rejects.toMatchObject({
      code: "conflict",
      details: { current: { object: { name: "The shop" }, revision } },
    });
    await revoke("shop");
    await expect(edit("shop", { name: "Mine" })).rejects.toMatchObject({ code: "invalid_request" });
  });

  it("are renamed although a model that they may call was removed since", async () => {
    await create("shop", { allowedModels: ["gpt-4.1", "deepseek-v3"] });
    await publishSample(createControlDeps(db), {
      models: sampleDocument.models?.filter(({ id }) => id !== "deepseek-v3"),
      routes: [],
    });
    expect(await edit("shop", { name: "The shop" })).toMatchObject({ nodes: [] });
    await expect(
      edit("shop", { limits: { allowedModels: ["deepseek-v3"] } }),
    ).rejects.toMatchObject({ param: "limits.allowedModels" });
  });

  it.each([
    [{ name: " " }, "name"],
    [{ limits: { tpm: -1 } }, "limits.tpm"],
    [{ limits: { allowedModels: ["gpt-9"] } }, "limits.allowedModels"],
    [{ limits: { allowedModels: [] } }, "limits.allowedModels"],
    [{ limits: { allowedRegions: ["mars"] } }, "limits.allowedRegions"],
  ])("are edited within their bounds, and say which field is wrong: %o", async (request, param) => {
    await create("shop");
    await expect(edit("shop", request)).rejects.toMatchObject({ code: "invalid_request", param });
  });

  it("are revoked once and for all with the reason, and stand last then", async () => {
    await create("a-first");
    await create("b-second");
    const { revision } = await revoke("a-first");
    expect(await revoke("a-first")).toEqual({ revision });
    const { rows } = await db.pool.query("SELECT reason FROM revision WHERE id = $1", [revision]);
    expect(rows).toEqual([{ reason: "leaked" }]);
    const { keys } = await list();
    expect(keys.map(({ id, revokedAt }) => [id, revokedAt !== null])).toEqual([
      ["b-second", false],
      ["a-first", true],
    ]);
    await expect(revoke("c-third")).rejects.toMatchObject({ code: "not_found" });
  });

  it("of the configuration file are revoked and edited there", async () => {
    process.env["TEST_FILE_KEY"] = "a-long-secret-of-the-file";
    await publishSample(createControlDeps(db), {
      keys: [{ id: "from-file", key: "env:TEST_FILE_KEY" }],
    });
    expect((await list()).keys).toMatchObject([{ id: "from-file", source: "file" }]);
    await expect(revoke("from-file")).rejects.toMatchObject({ code: "invalid_request" });
    await expect(edit("from-file", { name: "Mine" })).rejects.toMatchObject({
      code: "invalid_request",
      message: expect.stringContaining("configuration file: change it there") as string,
    });
  });

  it("are for administrators to make and revoke", async () => {
    const deps = createControlDeps(db);
    await expect(createKey(operator, deps, { id: "shop" })).rejects.toMatchObject({
      code: "forbidden",
    });
    await expect(
      editKey(operator, deps, { id: "shop", request: {}, ifMatch: null }),
    ).rejects.toMatchObject({ code: "forbidden" });
    await expect(revokeKey(operator, deps, { id: "shop", reason: null })).rejects.toMatchObject({
      code: "forbidden",
    });
  });
});
