/**
 * Secrets sealed for the gateways: X25519 → HKDF-SHA-256 → AES-256-GCM, once for every gateway's public key. Whoever seals
 * one cannot open it again; the private key lives with the gateways alone.
 */
import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hash,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from "node:crypto";
import { boxFacts, isBox } from "./box-text";

/** A public key that secrets are sealed for: SPKI in base64url. */
export type Recipient = { readonly publicKey: string };

/** What is in a box. */
export type Sealed = {
  readonly secret: string;
  /** The origins that the secret was given for: it is sent nowhere else. */
  readonly origins: readonly string[];
};

const algorithm = "aes-256-gcm";
const nonceBytes = 12;
const tagBytes = 16;
/** SubjectPublicKeyInfo of an X25519 key. */
const publicKeyBytes = 44;
/** Of a shorter secret four characters would be too much. */
const shortestShown = 16;

/** A new private key: PKCS #8 in base64url. */
export function mintPrivateKey(): string {
  const { privateKey } = generateKeyPairSync("x25519");
  return privateKey.export({ format: "der", type: "pkcs8" }).toString("base64url");
}

/** The key in `text`; undefined when it is none of ours. */
export function readPrivateKey(text: string): KeyObject | undefined {
  try {
    const key = createPrivateKey({
      key: Buffer.from(text.trim(), "base64url"),
      format: "der",
      type: "pkcs8",
    });
    return key.asymmetricKeyType === "x25519" ? key : undefined;
  } catch {
    return undefined;
  }
}

/** The public half of a private key, to be told to whoever seals. */
export function publicKeyOf(privateKey: KeyObject): string {
  return createPublicKey(privateKey).export({ format: "der", type: "spki" }).toString("base64url");
}

/**
 * `sealed` for every one of `recipients`, to be opened at `place` only. `nowMs` is told beside it (epoch ms).
 *
 * @throws {Error} without a recipient.
 */
export function sealBox(
  sealed: Sealed,
  recipients: readonly Recipient[],
  place: string,
  nowMs: number,
): string {
  if (recipients.length === 0) {
    throw new Error("There is nobody to seal for.");
  }
  const shown = sealed.secret.length < shortestShown ? "" : shownEnd(sealed.secret);
  const head = `box:1:${shown}:${nowMs}`;
  const text = Buffer.from(JSON.stringify(sealed));
  const parts = recipients.map((recipient) => {
    const own = generateKeyPairSync("x25519");
    const ephemeral = own.publicKey.export({ format: "der", type: "spki" });
    const theirs = createPublicKey({
      key: Buffer.from(recipient.publicKey, "base64url"),
      format: "der",
      type: "spki",
    });
    const shared = diffieHellman({ privateKey: own.privateKey, publicKey: theirs });
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv(algorithm, cipherKey(shared, ephemeral), nonce);
    cipher.setAAD(Buffer.from(`${head}\n${place}`));
    const body = Buffer.concat([cipher.update(text), cipher.final()]);
    const bytes = Buffer.concat([ephemeral, nonce, cipher.getAuthTag(), body]);
    return `${fingerprint(recipient.publicKey)}.${bytes.toString("base64url")}`;
  });
  return `${head}:${parts.join("+")}`;
}

/** What is in `box`; undefined when it was sealed for another key or place, or changed since. */
export function openBox(box: string, privateKey: KeyObject, place: string): Sealed | undefined {
  if (!isBox(box)) {
    return undefined;
  }
  const end = box.lastIndexOf(":");
  const head = box.slice(0, end);
  const own = `${fingerprint(publicKeyOf(privateKey))}.`;
  const part = box
    .slice(end + 1)
    .split("+")
    .find((one) => one.startsWith(own));
  if (part === undefined) {
    return undefined;
  }
  const bytes = Buffer.from(part.slice(own.length), "base64url");
  const ephemeral = bytes.subarray(0, publicKeyBytes);
  const nonce = bytes.subarray(publicKeyBytes, publicKeyBytes + nonceBytes);
  const bodyAt = publicKeyBytes + nonceBytes + tagBytes;
  try {
    const publicKey = createPublicKey({ key: ephemeral, format: "der", type: "spki" });
    const shared = diffieHellman({ privateKey, publicKey });
    const decipher = createDecipheriv(algorithm, cipherKey(shared, ephemeral), nonce);
    decipher.setAAD(Buffer.from(`${head}\n${place}`));
    decipher.setAuthTag(bytes.subarray(bodyAt - tagBytes, bodyAt));
    const text = Buffer.concat([decipher.update(bytes.subarray(bodyAt)), decipher.final()]);
    return JSON.parse(text.toString("utf8")) as Sealed;
  } catch {
    return undefined;
  }
}

/** Whether a sealed secret can be read by every one of `recipients`. */
export function isSealedFor(box: string, recipients: readonly Recipient[]): boolean {
  return (
    boxFacts(box) !== undefined &&
    recipients.every(({ publicKey }) => box.includes(`${fingerprint(publicKey)}.`))
  );
}

function cipherKey(shared: Buffer, ephemeral: Buffer): Buffer {
  return Buffer.from(hkdfSync("sha256", shared, ephemeral, "bellwether box 1", 32));
}

function fingerprint(publicKey: string): string {
  return hash("sha256", publicKey, "hex").slice(0, 16);
}

/** The last four characters, as far as every one of them can stand in a box's head. */
function shownEnd(secret: string): string {
  const end = secret.slice(-4);
  return /^[A-Za-z0-9_-]{4}$/.test(end) ? end : "";
}
