import { randomFillSync } from "node:crypto";

const poolBytes = 4_096;
/** Hex digits of an id behind its time, without the version. */
const digits = 19;
const pool = Buffer.allocUnsafe(poolBytes);
let hex = "";
let used = 0;

let timeMs = -1;
let time = "";

/** A UUIDv7 (RFC 9562) of `atMs`, epoch milliseconds; sorts by time. */
export function uuidV7(atMs: number): string {
  if (used + digits > hex.length) {
    randomFillSync(pool);
    hex = pool.toString("hex");
    used = 0;
  }
  const wholeMs = Math.floor(atMs);
  if (wholeMs !== timeMs) {
    timeMs = wholeMs;
    const text = wholeMs.toString(16).padStart(12, "0");
    time = `${text.slice(0, 8)}-${text.slice(8)}-7`;
  }
  const from = used;
  used += digits;
  const variant = "89ab"[hex.charCodeAt(from) & 3] ?? "8";
  return `${time}${hex.slice(from + 1, from + 4)}-${variant}${hex.slice(from + 4, from + 7)}-${hex.slice(from + 7, from + 19)}`;
}

/** The instant inside a UUIDv7, in epoch milliseconds. */
export function uuidV7Ms(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}

/** The smallest UUIDv7 of an instant. */
export function uuidV7Floor(atMs: number): string {
  const time = Math.floor(atMs).toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7000-8000-000000000000`;
}
