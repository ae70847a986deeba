import { mkdtempSync, rmSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { lookup } from "node:dns/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ActingPerson } from "@/lib/control/actor";
import { listRecipients } from "@/lib/control/seal-secret";
import { testConnection } from "@/lib/control/connection-test";
import { removeModel, removeProvider, setModel, setProvider } from "@/lib/control/providers";
import { endFormerSecret, rotateKey } from "@/lib/control/rotate-key";
import { drillKey } from "@/lib/control/setup";
import { log } from "@/lib/shared/log";
import type { ConnectionTestRequest, ProviderRequest } from "@/lib/shared/provider-contract";
import { findDocument } from "@/lib/store/configuration";
import { startGateway } from "@/lib/gateway/main";
import { gatewayEnv } from "../support/gateway-env";
import { type Stack, eventually, startStack } from "../support/stack";

const admin: ActingPerson = { type: "operator", name: "Minji", role: "admin" };

let stack: Stack;
let lines: string[];
beforeAll(async () => {
  stack = await startStack();
  await eventually(async () => (await listRecipients(stack.db)).length > 0, 5_000);
});
afterAll(() => stack.stop());
beforeEach(() => {
  lines = [];
});

const base = (): string => `${stack.wall.url}/alpha/v1`;
const provider = (over: Partial<ProviderRequest> = {}): ProviderRequest => ({
  baseUrl: base(),
  allowPrivateNetwork: true,
  secret: { key: stack.wall.key },
  ...over,
});
const put = (id: string, request: ProviderRequest) =>
  setProvider(admin, stack.control, { id, request, ifMatch: null });
const test = (over: Partial<ConnectionTestRequest> = {}) =>
  testConnection(admin, stack.control, {
    provider: "acme",
    baseUrl: base(),
    allowPrivateNetwork: true,
    secret: { key: stack.wall.key },
    ...over,
  });
const served = async (model: string): Promise<boolean> => {
  const response = await stack.chat({ model });
  return response.status === 200;
};

describe("a provider key that is typed in the control room", () => {
  it("is used by the gateway on the next call, and stands nowhere in the database", async () => {
    await put("acme", provider());
    await setModel(admin, stack.control, {
      id: "acme-model",
      request: { targets: [{ provider: "acme", upstreamModel: "gpt-4.1" }] },
      ifMatch: null,
    });
    await eventually(() => served("acme-model"), 2_000);
    const { rows } = await stack.db.pool.query<{ row: string }>(
      "SELECT to_jsonb(revision)::text AS row FROM revision",
    );
    expect(rows.some(({ row }) => row.includes("box:1:"))).toBe(true);
    expect(rows.filter(({ row }) => row.includes(stack.wall.key))).toEqual([]);
  });

  it("goes to no other address than the one that it was given for", async () => {
    const canary = createServer((req, res) => {
      lines.push(String(req.headers.authorization));
      res.end("{}");
    }).listen(0, "127.0.0.1");
    await eventually(() => canary.listening, 2_000);
    const elsewhere = `http://127.0.0.1:${(canary.address() as AddressInfo).port}/v1`;
    const moved = provider({ baseUrl: elsewhere, secret: { keep: true } });
    await expect(put("acme", moved)).rejects.toMatchObject({
      code: "invalid_request",
      param: "secret",
    });
    await expect(test({ baseUrl: elsewhere, secret: { keep: true } })).rejects.toMatchObject({
      param: "secret",
    });
    // Whoever writes past the control room gets nothing either.
    const published = await stack.db.run((prisma) => findDocument(prisma));
    const tampered = {
      ...published!.document,
      providers: published!.document.providers.map((one) =>
        one.id === "acme" ? { ...one, base_url: elsewhere } : one,
      ),
    };
    await stack.db.pool.query(
      `INSERT INTO revision (kind, actor, summary, document, content_hash)
       VALUES ('config', '{"type":"operator","name":"mallory"}', '{"type":"config"}', $1, 'x')`,
      [JSON.stringify(tampered)],
    );
    await eventually(async () => (await stack.chat({ model: "acme-model" })).status !== 200, 5_000);
    canary.close();
    expect(lines.filter((line) => line.includes(stack.wall.key))).toEqual([]);
    await put("acme", provider());
    await eventually(() => served("acme-model"), 5_000);
  });

  it("cannot be removed while a model uses its provider, and can afterwards", async () => {
    const gone = { id: "acme", reason: null, ifMatch: null };
    await expect(removeProvider(admin, stack.control, gone)).rejects.toMatchObject({
      message: expect.stringContaining("model acme-model"),
      details: { usedBy: ["model acme-model"] },
    });
    await removeModel(admin, stack.control, { ...gone, id: "acme-model" });
    await removeProvider(admin, stack.control, gone);
    await eventually(async () => !(await served("acme-model")), 2_000);
  });

  it("cannot be opened by a gateway with another private key, which says so", async () => {
    await put("acme", provider());
    const dataDir = mkdtempSync(join(tmpdir(), "bellwether-other-"));
    const warned: string[] = [];
    const original = log.warn.bind(log);
    log.warn = (line: string) => void warned.push(line);
    const other = await startGateway({
      ...gatewayEnv({ databaseUrl: stack.databaseUrl, dataDir }),
      nodeName: "other",
    });
    log.warn = original;
    await other.stop();
    rmSync(dataDir, { recursive: true });
    expect(warned.join("\n")).toContain("acme: its key was sealed for other gateways");
    expect(warned.join("\n")).not.toContain(stack.wall.key);
  });
});

describe("trying an address", () => {
  it("finds the models behind a good key, before anything is saved", async () => {
    expect(await test()).toMatchObject({
      outcome: "ok",
      status: 200,
      node: "test/0",
      models: expect.arrayContaining(["gpt-4.1"]),
    });
  });

  it.each([
    ["a wrong key", { secret: { key: "a-key-that-nobody-gave" } }, "bad_key"],
    ["a wrong path", { baseUrl: "/nobody/v1" }, "bad_address"],
    ["a port where nobody listens", { baseUrl: "http://127.0.0.1:9/v1" }, "refused"],
    ["a name that is none", { baseUrl: "http://nobody.invalid/v1" }, "unknown_name"],
    ["TLS where there is none", { baseUrl: "https" }, "tls"],
    [
      "a variable that is not set",
      { secret: { reference: "env:NOT_SET_ANYWHERE" } },
      "secret_missing",
    ],
    ["a variable that is set", { secret: { reference: "env:BELLWETHER_WALL_KEY" } }, "ok"],
    ["a private address", { allowPrivateNetwork: false }, "private_address"],
    [
      "a private address in another spelling",
      { baseUrl: "http://[::ffff:7f00:1]/v1", allowPrivateNetwork: false },
      "private_address",
    ],
  ] as const)("tells %s by its name", async (_what, over, outcome) => {
    const given = "baseUrl" in over ? over.baseUrl : base();
    const whole = given.startsWith("/") ? stack.wall.url + given : given;
    const baseUrl = whole === "https" ? base().replace("http:", "https:") : whole;
    const result = await test({ ...over, baseUrl });
    expect([result.outcome, result.detail]).toEqual([outcome, result.detail]);
    expect(JSON.stringify(result)).not.toContain("a-key-that-nobody-gave");
  });

  it("leads to no private address by a name, like every call", async () => {
    const name = hostname();
    const { address } = await lookup(name);
    expect(address).toMatch(/^(127|10|172|192|fd|::1)/);
    const baseUrl = base().replace("127.0.0.1", name);
    expect(await test({ baseUrl, allowPrivateNetwork: false })).toMatchObject({
      outcome: "private_address",
      detail: "ERR_PRIVATE_ADDRESS",
    });
    const before = stack.wall.attempts({ since: 0, limit: 10_000 }).length;
    await put("inner", provider({ baseUrl, allowPrivateNetwork: false }));
    await setModel(admin, stack.control, {
      id: "inner-model",
      request: { targets: [{ provider: "inner", upstreamModel: "gpt-4.1" }] },
      ifMatch: null,
    });
    await eventually(async () => (await stack.chat({ model: "inner-model" })).status >= 500, 5_000);
    const seen = stack.wall.attempts({ since: 0, limit: 10_000 }).slice(before);
    expect(seen.filter(({ client_request_id: id }) => id === "inner")).toEqual([]);
  });

  it("leaves nothing behind", async () => {
    await test();
    const { rows } = await stack.db.pool.query("SELECT 1 FROM connection_test");
    expect(rows).toEqual([]);
  });
});

describe("an application key", () => {
  const withKey = (key: string) =>
    stack.chat({}, { headers: { authorization: `Bearer ${key}` } }).then(({ status }) => status);

  it("that is rotated is two secrets until the old one ends by itself", async () => {
    const until = Date.now() + 3_000;
    const { secret } = await rotateKey(admin, stack.control, { id: "test", until });
    await eventually(async () => (await withKey(secret)) === 200, 1_000);
    expect(await withKey(stack.key)).toBe(200);
    await eventually(async () => (await withKey(stack.key)) === 401, 6_000);
    expect(Date.now()).toBeGreaterThanOrEqual(until);
    expect(await withKey(secret)).toBe(200);
    const again = await rotateKey(admin, stack.control, { id: "test", until: Date.now() + 60_000 });
    await eventually(async () => (await withKey(again.secret)) === 200, 1_000);
    await endFormerSecret(admin, stack.control, { id: "test" });
    await eventually(async () => (await withKey(secret)) === 401, 1_000);
    stack.key = again.secret;
  });

  it("in a drill is rescued from the target, and nobody else feels it", async () => {
    const target = "alpha:us-east:gpt-4.1";
    await drillKey(admin, stack.control, { id: "test", target, forMs: 60_000 });
    const before = stack.wall.attempts({ since: 0, limit: 10_000 }).length;
    for (let call = 0; call < 8; call += 1) {
      const response = await stack.chat(
        { model: "gpt-4.1" },
        { headers: { authorization: `Bearer ${stack.key}` } },
      );
      expect(response.status).toBe(200);
      expect(response.headers.get("x-bellwether-rescued")).toBe("true");
    }
    const seen = stack.wall.attempts({ since: 0, limit: 10_000 }).slice(before);
    expect(
      seen.filter(({ kind, region, user_agent: agent }) => {
        return kind === "chat" && region === "us-east" && agent !== "bellwether-probe";
      }),
    ).toEqual([]);
    const { rows } = await stack.db.pool.query(
      "SELECT 1 FROM health_event WHERE target_id = $1 AND to_state <> 'closed'",
      [target],
    );
    expect(rows).toEqual([]);
  });
});
