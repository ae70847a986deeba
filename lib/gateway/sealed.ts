/** Secrets on disk, readable only by who holds the database's password, and so could read them there. */
import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from "node:crypto";

export type Sealer = {
  seal(text: string): string;
  /** Undefined when it was sealed with another password, or changed since. */
  open(sealed: string): string | undefined;
};

const algorithm = "aes-256-gcm";
const prefix = "sealed:";
const saltBytes = 16;
const nonceBytes = 12;
const tagBytes = 16;
/** Some 10 ms: it is done while calls are served, and guessing a password that is not weak stays hopeless. */
const scryptCost = { N: 4_096, r: 8, p: 1 };

/** Whether `text` is what `seal` made. */
export function isSealed(text: string): boolean {
  return text.startsWith(prefix);
}

/** Seals with `password`; the key is derived on first use. */
export function createSealer(password: string): Sealer {
  const keys = new Map<string, Buffer>();
  const keyOf = (salt: Buffer): Buffer => {
    const name = salt.toString("base64");
    const key = keys.get(name) ?? scryptSync(password, salt, 32, scryptCost);
    keys.set(name, key);
    return key;
  };
  let ownSalt: Buffer | null = null;
  return {
    seal(text) {
      ownSalt ??= randomBytes(saltBytes);
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv(algorithm, keyOf(ownSalt), nonce);
      const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
      const bytes = Buffer.concat([ownSalt, nonce, cipher.getAuthTag(), body]);
      return prefix + bytes.toString("base64");
    },
    open(sealed) {
      const bytes = Buffer.from(sealed.slice(prefix.length), "base64");
      const salt = bytes.subarray(0, saltBytes);
      const nonce = bytes.subarray(saltBytes, saltBytes + nonceBytes);
      const body = bytes.subarray(saltBytes + nonceBytes + tagBytes);
      try {
        const cipher = createDecipheriv(algorithm, keyOf(salt), nonce);
        cipher.setAuthTag(
          bytes.subarray(saltBytes + nonceBytes, saltBytes + nonceBytes + tagBytes),
        );
        return Buffer.concat([cipher.update(body), cipher.final()]).toString("utf8");
      } catch {
        return undefined;
      }
    },
  };
}
