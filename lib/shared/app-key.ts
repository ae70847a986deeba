import { hash, randomInt } from "node:crypto";
import { crc32 } from "node:zlib";

const prefix = "bw_live_";
const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const randomLength = 30;
const checksumLength = 6;
const pattern = new RegExp(`^${prefix}[0-9A-Za-z]{${randomLength + checksumLength}}$`);

/** A new application key: `bw_live_`, 30 random base62 characters (178 bits) and their CRC-32 (GitHub's format). */
export function mintAppKey(): string {
  let body = prefix;
  for (let index = 0; index < randomLength; index += 1) {
    body += alphabet.charAt(randomInt(alphabet.length));
  }
  return body + checksum(body);
}

/** The SHA-256 of a key in hex: all that is kept of it. 178 random bits need no salt and no stretching. */
export function hashAppKey(secret: string): string {
  return hash("sha256", secret, "hex");
}

/** Whether a key has our format and its checksum fits: tells a mistyped key from an unknown one. */
export function hasValidChecksum(secret: string): boolean {
  return (
    pattern.test(secret) &&
    checksum(secret.slice(0, -checksumLength)) === secret.slice(-checksumLength)
  );
}

function checksum(body: string): string {
  let rest = crc32(body);
  let digits = "";
  while (digits.length < checksumLength) {
    digits = alphabet.charAt(rest % alphabet.length) + digits;
    rest = Math.floor(rest / alphabet.length);
  }
  return digits;
}
