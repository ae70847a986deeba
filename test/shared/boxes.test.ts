import { describe, expect, it } from "vitest";
import { boxFacts, isBox, keyPlace } from "@/lib/shared/box-text";
import {
  isSealedFor,
  mintPrivateKey,
  openBox,
  publicKeyOf,
  readPrivateKey,
  sealBox,
} from "@/lib/shared/boxes";

const pair = () => {
  const privateKey = readPrivateKey(mintPrivateKey())!;
  return { privateKey, publicKey: publicKeyOf(privateKey) };
};
const [one, two, stranger] = [pair(), pair(), pair()];
const sealed = { secret: "sk-a-long-secret-1234", origins: ["https://acme.example"] };
const place = keyPlace("acme", null);
const box = sealBox(sealed, [one, two], place, 1_700_000_000_000);

describe("a box", () => {
  it("is opened by each of those that it was sealed for, and by nobody else", () => {
    expect(openBox(box, one.privateKey, place)).toEqual(sealed);
    expect(openBox(box, two.privateKey, place)).toEqual(sealed);
    expect(openBox(box, stranger.privateKey, place)).toBeUndefined();
    expect(isSealedFor(box, [one, two])).toBe(true);
    expect(isSealedFor(box, [one, stranger])).toBe(false);
  });

  it("is opened at its own place only", () => {
    for (const other of [keyPlace("other", null), keyPlace("acme", "second"), ""]) {
      expect(openBox(box, one.privateKey, other)).toBeUndefined();
    }
  });

  it("is refused when any of its characters was changed", () => {
    for (let at = 0; at < box.length; at += 7) {
      const flipped = `${box.slice(0, at)}${box[at] === "A" ? "B" : "A"}${box.slice(at + 1)}`;
      const opened = openBox(flipped, one.privateKey, place);
      // The other gateway's part is not ours to check.
      expect(opened === undefined || JSON.stringify(opened) === JSON.stringify(sealed)).toBe(true);
    }
    expect(openBox(box.replace(":1234:", ":9999:"), one.privateKey, place)).toBeUndefined();
    expect(
      openBox(box.replace("1700000000000", "1800000000000"), one.privateKey, place),
    ).toBeUndefined();
  });

  it("is another one each time", () => {
    expect(sealBox(sealed, [one], place, 0)).not.toBe(sealBox(sealed, [one], place, 0));
  });

  it("shows the end of its secret and when it was sealed, where the secret is long enough", () => {
    expect(boxFacts(box)).toEqual({ last4: "1234", sealedAt: 1_700_000_000_000 });
    expect(boxFacts(sealBox({ ...sealed, secret: "short" }, [one], place, 5))).toEqual({
      last4: null,
      sealedAt: 5,
    });
    expect(
      boxFacts(sealBox({ ...sealed, secret: `${sealed.secret}:+/=` }, [one], place, 5))?.last4,
    ).toBe(null);
  });

  it.each(["", "env:NAME", "sk-1", "box:1:", "box:1:1234:5:0123456789abcdef.short"])(
    "is not what looks like %s",
    (text) => {
      expect(isBox(text)).toBe(false);
      expect(boxFacts(text)).toBeUndefined();
    },
  );
});

describe("a private key", () => {
  it.each(["", "nonsense", Buffer.from("nonsense").toString("base64url")])("is not %s", (text) => {
    expect(readPrivateKey(text)).toBeUndefined();
  });
});
