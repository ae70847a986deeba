import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openVault } from "@/lib/gateway/vault";
import { mintPrivateKey, sealBox } from "@/lib/shared/boxes";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "bellwether-vault-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe("the vault", () => {
  it("makes a key at the first start, for its owner alone, and keeps it", () => {
    const first = openVault(folder, undefined);
    const path = join(folder, "gateway-private-key");
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(openVault(folder, undefined).publicKey).toBe(first.publicKey);
    expect(readFileSync(path, "utf8")).not.toContain(first.publicKey);
  });

  it("is the one of the environment where there is one", () => {
    const given = mintPrivateKey();
    const own = openVault(folder, undefined);
    expect(openVault(folder, given).publicKey).toBe(openVault(join(folder, "b"), given).publicKey);
    expect(openVault(folder, given).publicKey).not.toBe(own.publicKey);
  });

  it("says which key is none", () => {
    expect(() => openVault(folder, "nonsense")).toThrow(/^BELLWETHER_PRIVATE_KEY holds no/);
    writeFileSync(join(folder, "gateway-private-key"), "nonsense");
    expect(() => openVault(folder, undefined)).toThrow(/gateway-private-key holds no/);
  });

  it("gives a secret for the address that it was given for, and for no other", () => {
    const vault = openVault(folder, undefined);
    const origins = ["https://a.example"];
    const box = sealBox({ secret: "s", origins }, [vault], "place", 0);
    expect(vault.open(box, "place", "https://a.example")).toEqual({ ok: true, secret: "s" });
    expect(vault.open(box, "place", "https://b.example")).toMatchObject({ why: "other_origin" });
    expect(vault.open(box, "elsewhere", "https://a.example")).toMatchObject({ why: "unreadable" });
  });
});
