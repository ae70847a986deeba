import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ConfigInput, configDocument } from "@/lib/config/document";
import {
  type KeepParts,
  type LastKnownGood,
  openLastKnownGood,
} from "@/lib/gateway/last-known-good";
import { keyPlace } from "@/lib/shared/box-text";
import { mintPrivateKey, publicKeyOf, readPrivateKey, sealBox } from "@/lib/shared/boxes";
import { noAppKeyLimits } from "@/lib/store/app-keys";

const literal = "sk-a-literal-secret-of-a-provider";
const second = "sk-another-literal-secret";
const headerSecret = "a-literal-secret-in-a-header";
const gatewayKey = readPrivateKey(mintPrivateKey())!;
const box = sealBox(
  { secret: "sk-typed-in-the-control-room", origins: ["https://other.example"] },
  [{ publicKey: publicKeyOf(gatewayKey) }],
  keyPlace("other", "typed"),
  5,
);
const appSecret = "an-application-key-in-clear";
const input: ConfigInput = {
  allow_literal_secrets: true,
  providers: [
    {
      id: "acme",
      base_url: "https://api.acme.example/v1",
      api_key: literal,
      regions: [{ id: "us", headers: { "X-Region": "us-clear", "api-key": headerSecret } }],
      credentials: [{ id: "second", api_key: second }],
    },
    {
      id: "other",
      base_url: "https://other.example/v1",
      api_key: "env:OTHER_KEY",
      credentials: [{ id: "typed", api_key: box }],
    },
  ],
  models: [{ id: "a", targets: [{ provider: "acme" }, { provider: "other" }] }],
  keys: [{ id: "ci", key: appSecret }],
};
const url = "postgresql://bell:pass-word@db.example:5432/bellwether";
const parts: KeepParts = {
  revision: 9,
  published: { revision: 7, document: configDocument.parse(input) },
  switches: () => [
    {
      objectType: "model",
      objectId: "a",
      intent: "draining",
      until: 5_000,
      reason: "bill",
      actor: { type: "operator", name: "Minji" },
      revision: 8,
      changedAt: 4_000,
    },
  ],
  keys: () => [
    {
      id: "ci",
      name: "ci",
      hash: "ab".repeat(32),
      last4: "lear",
      kind: "live",
      source: "file",
      limits: noAppKeyLimits,
      former: null,
      drill: null,
      revokedAt: null,
      revision: 9,
    },
  ],
};

let folder: string;
let warned: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bellwether-kept-"));
  warned = [];
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function opened(databaseUrl = url, dataDir = folder): LastKnownGood {
  return openLastKnownGood({ dataDir, databaseUrl, warn: (line) => warned.push(line) });
}

async function kept(): Promise<void> {
  const files = opened();
  files.keep(parts);
  await files.settled();
}

function problemOf(files: LastKnownGood): string {
  const loaded = files.load();
  return loaded.ok ? "none" : loaded.problem;
}

const path = (name = "last-known-good.json"): string => join(folder, name);

describe("the last known good configuration", () => {
  it("comes back as it was kept: document, switches, keys, revision", async () => {
    await kept();
    const loaded = opened().load();
    expect(loaded).toEqual({
      ok: true,
      kept: {
        revision: 9,
        published: { revision: 7, document: { ...parts.published.document, keys: [] } },
        switches: parts.switches(),
        keys: parts.keys?.(),
      },
    });
  });

  it("is readable by its owner only, leaves no draft behind, and shows no secret", async () => {
    await kept();
    expect(readdirSync(folder).toSorted()).toEqual([
      "last-known-good-keys.json",
      "last-known-good.json",
    ]);
    for (const name of readdirSync(folder)) {
      expect(statSync(path(name)).mode & 0o777).toBe(0o600);
      const text = readFileSync(path(name), "utf8");
      for (const secret of [literal, second, appSecret, headerSecret, "pass-word"]) {
        expect(text).not.toContain(secret);
      }
    }
    expect(readFileSync(path(), "utf8")).toContain("env:OTHER_KEY");
    expect(readFileSync(path(), "utf8")).toContain("us-clear");
    // Sealed already, for the gateways alone.
    expect(readFileSync(path(), "utf8")).toContain(box);
  });

  it("writes many changes as few files, and the keys only when they changed", async () => {
    await kept();
    const before = readFileSync(path("last-known-good-keys.json"), "utf8");
    const files = opened();
    for (let revision = 10; revision < 60; revision += 1) {
      const { keys: _keys, ...rest } = parts;
      files.keep({ ...rest, revision });
    }
    await files.settled();
    expect(opened().load()).toMatchObject({ ok: true, kept: { revision: 59 } });
    expect(readFileSync(path("last-known-good-keys.json"), "utf8")).toBe(before);
  });

  it.each([
    ["cut off", (text: string) => text.slice(0, -40), "damaged"],
    ["empty", () => "", "not one of this release's files"],
    ["changed by a byte", (text: string) => text.replace("draining", "drainine"), "damaged"],
    ["something else", () => '{"name":"package"}\n{}\n', "not one of this release's files"],
    ["of a later version", (text: string) => text.replace('"version":1', '"version":2'), "not one"],
  ])("that is %s is refused in one line", async (_name, spoil, why) => {
    await kept();
    writeFileSync(path(), spoil(readFileSync(path(), "utf8")));
    const problem = problemOf(opened());
    expect(problem).toContain(path());
    expect(problem).toContain(why);
    expect(problem).not.toContain("\n");
  });

  it("of another database is refused, and one on another port is the same", async () => {
    await kept();
    expect(problemOf(opened(url.replace("/bellwether", "/elsewhere")))).toContain(
      "of another database (bell@db.example/bellwether, not bell@db.example/elsewhere)",
    );
    expect(problemOf(opened(url.replace("5432", "6543")))).toBe("none");
  });

  it("whose secrets were sealed with another password is refused", async () => {
    await kept();
    expect(problemOf(opened(url.replace("pass-word", "changed")))).toContain("another password");
  });

  it("that is not there is told with its path", () => {
    expect(problemOf(opened())).toBe(`there is no last known good configuration (${path()})`);
  });

  it("without its keys is not used: nobody could call", async () => {
    await kept();
    rmSync(path("last-known-good-keys.json"));
    expect(problemOf(opened())).toContain("last-known-good-keys.json");
  });

  it("that the disk refuses is told once, and is whole with the next change", async () => {
    writeFileSync(path("blocked"), "");
    const files = opened(url, path("blocked"));
    files.keep(parts);
    await files.settled();
    const { keys: _keys, ...rest } = parts;
    files.keep(rest);
    await files.settled();
    expect(warned).toHaveLength(1);
    expect(warned[0]).toMatch(/^The configuration cannot be kept .*blocked/);
    rmSync(path("blocked"));
    files.keep(rest);
    await files.settled();
    expect(warned).toHaveLength(2);
    expect(opened(url, path("blocked")).load()).toMatchObject({ ok: true });
  });

  it("that may not be read is refused, and does not throw", async () => {
    await kept();
    chmodSync(path(), 0o000);
    // Root reads everything.
    const expected = process.getuid?.() === 0 ? "none" : `${path()} is not used: it cannot be read`;
    expect(problemOf(opened())).toContain(expected);
  });
});
