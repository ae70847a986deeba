/** What a piece of a segment holds: its whole records, and how much of it is none. */
import { type FrameKind, nextMarker, readFrame } from "./frame";

/** A record to be written. */
export type SpoolRecord = { readonly kind: FrameKind; readonly json: string };

/** A record as it lies in a segment: its JSON is UTF-8 within the bytes that were read, and good for as long as they are. */
export type StoredRecord = { readonly kind: FrameKind; readonly json: Buffer };

export type Chunk = {
  readonly records: readonly StoredRecord[];
  /** Bytes that are done with. */
  readonly consumed: number;
  /** So many bytes are needed to read on; 0 when any number will do. */
  readonly neededBytes: number;
  /** Bytes between whole records that are none themselves. */
  readonly damagedBytes: number;
  /** Bytes behind the segment's last whole record: it was being written when the process or the machine ended. */
  readonly tornBytes: number;
};

export type ChunkOptions = {
  /** The segment ends with these bytes. */
  readonly isLast: boolean;
  readonly mostEnds: number;
  /** Whether beginnings are wanted too: ours are known. */
  readonly begins: boolean;
};

/**
 * The records at the start of `bytes`, at most `mostEnds` ended calls. Damage is passed over up to the next record whose
 * checksum holds.
 */
export function readChunk(bytes: Buffer, { isLast, mostEnds, begins }: ChunkOptions): Chunk {
  const records: StoredRecord[] = [];
  let at = 0;
  let ends = 0;
  let neededBytes = 0;
  let damagedBytes = 0;
  let badFrom: number | null = null;
  while (at < bytes.length && ends < mostEnds) {
    const frame = readFrame(bytes, at);
    if (frame.kind === "short" && !isLast) {
      ({ neededBytes } = frame);
      break;
    }
    if (frame.kind === "short" || frame.kind === "bad") {
      badFrom ??= at;
      at = nextMarker(bytes, at);
      continue;
    }
    if (badFrom !== null) {
      damagedBytes += at - badFrom;
      badFrom = null;
    }
    ends += Number(frame.kind === "end");
    if (begins || frame.kind !== "begin") {
      records.push({ kind: frame.kind, json: bytes.subarray(frame.from, frame.to) });
    }
    at = frame.to;
  }
  const badBytes = badFrom === null ? 0 : at - badFrom;
  return {
    records,
    consumed: at,
    neededBytes,
    damagedBytes: damagedBytes + (isLast ? 0 : badBytes),
    tornBytes: isLast ? badBytes : 0,
  };
}
