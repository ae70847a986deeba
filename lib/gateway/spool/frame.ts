/**
 * How one record lies in a segment of the spool: a marker, its kind, the length and the CRC-32 of its JSON, the JSON.
 *
 * The marker's byte never occurs in UTF-8, so that behind a damaged place the next whole record can be found.
 */
import { crc32 } from "node:zlib";

export type FrameKind = "begin" | "end" | "plan" | "gap" | "body";

/** A whole frame, or why there is none: the bytes end within it, or they are no frame. */
export type ReadFrame =
  | { readonly kind: FrameKind; readonly from: number; readonly to: number }
  | { readonly kind: "short"; readonly neededBytes: number }
  | { readonly kind: "bad" };

const marker = 0xff;
const codes: Readonly<Record<FrameKind, number>> = {
  begin: 0x42,
  end: 0x45,
  plan: 0x50,
  gap: 0x47,
  body: 0x58,
};
const kinds = new Map<number | undefined, FrameKind>([
  [codes.begin, "begin"],
  [codes.end, "end"],
  [codes.plan, "plan"],
  [codes.gap, "gap"],
  [codes.body, "body"],
]);

export const frameHeaderBytes = 10;
/** No record is longer; a longer length is damage. */
export const maxPayloadBytes = 4 * 1024 * 1024;

/** An upper bound of the frame's bytes, known before the text is encoded. */
export function frameBoundBytes(json: string): number {
  return frameHeaderBytes + json.length * 3;
}

/** Writes the frame of `json` at `at` of `into`, which has room for its bound, and returns where it ends. */
export function writeFrame(into: Buffer, at: number, kind: FrameKind, json: string): number {
  const from = at + frameHeaderBytes;
  const bytes = into.write(json, from, "utf8");
  const end = from + bytes;
  into[at] = marker;
  into[at + 1] = codes[kind];
  into.writeUInt32LE(bytes, at + 2);
  into.writeUInt32LE(crc32(into.subarray(from, end), codes[kind]), at + 6);
  return end;
}

/** The frame at `at`; its JSON is `bytes` from `from` to `to`. */
export function readFrame(bytes: Buffer, at: number): ReadFrame {
  if (bytes.length - at < frameHeaderBytes) {
    const isPlausible = at >= bytes.length || bytes[at] === marker;
    return isPlausible ? { kind: "short", neededBytes: frameHeaderBytes } : { kind: "bad" };
  }
  const kind = kinds.get(bytes[at + 1]);
  const length = bytes.readUInt32LE(at + 2);
  if (bytes[at] !== marker || kind === undefined || length > maxPayloadBytes) {
    return { kind: "bad" };
  }
  const from = at + frameHeaderBytes;
  const to = from + length;
  if (to > bytes.length) {
    return { kind: "short", neededBytes: frameHeaderBytes + length };
  }
  return crc32(bytes.subarray(from, to), codes[kind]) === bytes.readUInt32LE(at + 6)
    ? { kind, from, to }
    : { kind: "bad" };
}

/** Where behind `at` a frame may begin again; the end of `bytes` when nowhere. */
export function nextMarker(bytes: Buffer, at: number): number {
  const found = bytes.indexOf(marker, at + 1);
  return found === -1 ? bytes.length : found;
}
