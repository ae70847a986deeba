import { randomFillSync } from "node:crypto";

const poolBytes = 4_096;
const pool = Buffer.allocUnsafe(poolBytes);
let used = poolBytes;

const hex = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));
const at = (index: number): string => hex[pool[index] ?? 0] ?? "00";

/** A UUIDv7 (RFC 9562) of `atMs`, epoch milliseconds; sorts by time. */
export function uuidV7(atMs: number): string {
  if (used + 10 > poolBytes) {
    randomFillSync(pool);
    used = 0;
  }
  const from = used;
  used += 10;
  const time = Math.floor(atMs).toString(16).padStart(12, "0");
  const version = (0x70 | ((pool[from] ?? 0) & 0x0f)).toString(16);
  const variant = (0x80 | ((pool[from + 2] ?? 0) & 0x3f)).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8)}-${version}${at(from + 1)}-${variant}${at(from + 3)}-${at(from + 4)}${at(from + 5)}${at(from + 6)}${at(from + 7)}${at(from + 8)}${at(from + 9)}`;
}
