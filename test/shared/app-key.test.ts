import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hashAppKey, hasValidChecksum, mintAppKey } from "@/lib/shared/app-key";

describe("application keys", () => {
  it("has the published format and a fitting checksum", () => {
    for (let index = 0; index < 200; index += 1) {
      const key = mintAppKey();
      expect(key).toMatch(/^bw_live_[0-9A-Za-z]{36}$/);
      expect(hasValidChecksum(key)).toBe(true);
    }
  });

  it("is never minted twice", () => {
    expect(new Set(Array.from({ length: 1_000 }, mintAppKey)).size).toBe(1_000);
  });

  it("a single mistyped character is told from an unknown key", () => {
    const key = mintAppKey();
    fc.assert(
      fc.property(
        fc.integer({ min: 8, max: key.length - 1 }),
        fc.constantFrom("0", "A", "a", "z", "9"),
        (at, typo) => {
          fc.pre(key[at] !== typo);
          expect(hasValidChecksum(key.slice(0, at) + typo + key.slice(at + 1))).toBe(false);
        },
      ),
    );
  });

  it("anything else is not a key, whatever it is", () => {
    fc.assert(fc.property(fc.string(), (text) => !hasValidChecksum(text)));
  });

  it("is kept as its SHA-256", () => {
    expect(hashAppKey("abc")).toBe(
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    );
  });
});
