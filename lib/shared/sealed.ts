/** Texts that only who holds the database's password can read, and so could read in the database anyway. */
import { createCipheriv, createDecipheriv, randomBytes, scryptSync } from "node:crypto";

export type Sealer = {
  /** Sealed for one place: it opens only with the same `place`, so that it cannot be put elsewhere. */
  seal(text: string | Uint8Array, place?: string): string;
  /** Undefined when it was sealed with another password or for another place, or changed since. */
  open(sealed: string, place?: string): string | undefined;
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

/** The password in a database's URL; empty where it has none. */
export function passwordOf(databaseUrl: string): string {
  return URL.canParse(databaseUrl) ? new URL(databaseUrl).password : "";
}

/** The place of one side of a call's body. */
export function bodyPlace(callId: string, side: "request" | "answer"): string {
  return `call_body:${callId}:${side}`;
}

/** Seals with the password in a database's URL; null where it has none, because that would protect nothing. */
export function openSealer(databaseUrl: string | undefined): Sealer | null {
  const password = passwordOf(databaseUrl ?? "");
  return password === "" ? null : createSealer(password);
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
    seal(text, place = "") {
      ownSalt ??= randomBytes(saltBytes);
      const nonce = randomBytes(nonceBytes);
      const cipher = createCipheriv(algorithm, keyOf(ownSalt), nonce);
      cipher.setAAD(Buffer.from(place));
      const plain = typeof text === "string" ? Buffer.from(text) : text;
      const body = Buffer.concat([cipher.update(plain), cipher.final()]);
      const bytes = Buffer.concat([ownSalt, nonce, cipher.getAuthTag(), body]);
      return prefix + bytes.toString("base64");
    },
    open(sealed, place = "") {
      const bytes = Buffer.from(sealed.slice(prefix.length), "base64");
      const salt = bytes.subarray(0, saltBytes);
      const nonce = bytes.subarray(saltBytes, saltBytes + nonceBytes);
      const body = bytes.subarray(saltBytes + nonceBytes + tagBytes);
      try {
        const cipher = createDecipheriv(algorithm, keyOf(salt), nonce);
        cipher.setAAD(Buffer.from(place));
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
