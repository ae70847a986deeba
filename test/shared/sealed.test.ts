import { expect, it } from "vitest";
import { createSealer, openSealer } from "@/lib/shared/sealed";

it("what is sealed for one place opens there, and nowhere else", () => {
  const sealer = createSealer("a password");
  const sealed = sealer.seal("a secret", "call 1");
  expect(sealed).not.toContain("a secret");
  expect(sealer.open(sealed, "call 1")).toBe("a secret");
  expect(createSealer("a password").open(sealed, "call 1")).toBe("a secret");
  expect(sealer.open(sealed, "call 2")).toBeUndefined();
  expect(sealer.open(sealed)).toBeUndefined();
  expect(createSealer("another").open(sealed, "call 1")).toBeUndefined();
});

it("a flipped bit anywhere is noticed", () => {
  const sealer = createSealer("a password");
  const sealed = sealer.seal("a secret");
  const [prefix = "", text = ""] = sealed.split(":");
  const bytes = Buffer.from(text, "base64");
  for (let at = 0; at < bytes.length; at += 1) {
    const flipped = Buffer.from(bytes);
    flipped[at] = (flipped[at] ?? 0) ^ 1;
    expect(sealer.open(`${prefix}:${flipped.toString("base64")}`), `byte ${at}`).toBeUndefined();
  }
});

it("a database without a password seals nothing", () => {
  expect(openSealer("postgresql://somebody@host/db")).toBeNull();
  expect(openSealer(undefined)).toBeNull();
  expect(openSealer("postgresql://somebody:password@host/db")).not.toBeNull();
});
