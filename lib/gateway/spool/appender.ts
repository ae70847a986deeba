/**
 * Appends records to the newest segment with one write(2): what the kernel has survives the death of this process.
 *
 * A disk that does not take a record never fails a call: the record is refused here, and the disk is tried again a second
 * later.
 */
import {
  closeSync,
  fdatasync,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  rmSync,
  writeSync,
} from "node:fs";
import { findErrorCode } from "../../shared/start-error";
import type { SpoolRecord } from "./chunk";
import { frameBoundBytes, maxPayloadBytes, writeFrame } from "./frame";
import { type Segment, newSegment, segmentPath } from "./segment";

/** When records are forced onto the disk itself; without it, what a power cut takes is the system's business. */
export type Flush = "off" | "second" | "always";

export type AppenderOptions = {
  readonly folder: string;
  readonly firstNumber: number;
  readonly flush: Flush;
  readonly now: () => number;
  /** A segment has its first record; it goes to the reader. */
  onSegment(segment: Segment): void;
  /** The disk refuses records (its error code), or takes them again for a while (null). */
  onDisk(trouble: string | null): void;
  readonly segmentBytes?: number;
};

export type Appender = {
  /** The segment that has all the records now, with the kernel; null when the disk does not take them. Never throws. */
  append(records: readonly SpoolRecord[]): Segment | null;
  /** Ends the newest segment. */
  close(): void;
};

const defaultSegmentBytes = 1024 * 1024;
/** Room for the records of a full turn; longer ones take memory of their own. */
const scratchBytes = 512 * 1024;
const retryAfterMs = 1_000;
/** So long without an error, and the disk is said to be well again. */
const wellAfterMs = 3_000;
const flushEveryMs = 1_000;

/** An appender whose first segment is begun with its first record. */
export function createAppender(options: AppenderOptions): Appender {
  const { folder, flush, now, segmentBytes = defaultSegmentBytes } = options;
  const scratch = Buffer.allocUnsafe(scratchBytes);
  let number = options.firstNumber;
  let fd = -1;
  let segment: Segment | null = null;
  let isDirty = false;
  let trouble: { code: string; lastMs: number; retryMs: number } | null = null;

  const begin = (): Segment => {
    const path = segmentPath(folder, number);
    fd = openSync(path, "ax", 0o600);
    number += 1;
    if (flush !== "off") {
      syncFolder(folder);
    }
    segment = newSegment(path, true, 0);
    return segment;
  };
  const end = (): void => {
    if (segment === null) {
      return;
    }
    segment.isClosed = true;
    const ended = fd;
    [fd, segment] = [-1, null];
    if (flush === "off") {
      closeQuietly(ended);
    } else {
      fdatasync(ended, () => {
        closeQuietly(ended);
      });
    }
  };
  const write = (to: Segment, bytes: Buffer, length: number): void => {
    const written = writeSync(fd, bytes, 0, length);
    if (written < length) {
      throw Object.assign(new Error("half a record was written"), { code: "ENOSPC" });
    }
    to.writtenBytes += length;
    if (to.writtenBytes === length) {
      options.onSegment(to);
    }
  };
  const fail = (error: unknown): void => {
    const code = findErrorCode(error) ?? String(error);
    const nowMs = now();
    if (trouble === null) {
      options.onDisk(code);
    }
    trouble = { code, lastMs: nowMs, retryMs: nowMs + retryAfterMs };
    const broken = segment;
    if (broken !== null) {
      truncateQuietly(fd, broken.writtenBytes);
      end();
      if (broken.writtenBytes === 0) {
        rmSync(broken.path, { force: true });
      }
    }
  };
  const well = (): void => {
    if (trouble !== null && now() - trouble.lastMs > wellAfterMs) {
      trouble = null;
      options.onDisk(null);
    }
  };
  const timer =
    flush === "second"
      ? setInterval(() => {
          if (isDirty && fd !== -1) {
            isDirty = false;
            fdatasync(fd, (error) => {
              if (error !== null) {
                fail(error);
              }
            });
          }
        }, flushEveryMs).unref()
      : null;

  return {
    append(records) {
      if (trouble !== null && now() < trouble.retryMs) {
        return null;
      }
      try {
        const bound = records.reduce((sum, { json }) => sum + frameBoundBytes(json), 0);
        const bytes = bound <= scratchBytes ? scratch : Buffer.allocUnsafe(bound);
        const length = frames(bytes, records);
        if (length === null) {
          return null;
        }
        const to = segment ?? begin();
        write(to, bytes, length);
        isDirty = true;
        if (flush === "always" && records.some(({ kind }) => kind === "end")) {
          fdatasyncSync(fd);
        }
        if (to.writtenBytes >= segmentBytes) {
          end();
        }
        well();
        return to;
      } catch (error) {
        fail(error);
        return null;
      }
    },
    close() {
      clearInterval(timer ?? undefined);
      end();
    },
  };
}

/** Writes the frames of `records` one behind the other and returns where the last ends; null when one is too long. */
function frames(into: Buffer, records: readonly SpoolRecord[]): number | null {
  let at = 0;
  for (const { kind, json } of records) {
    const end = writeFrame(into, at, kind, json);
    if (end - at > maxPayloadBytes) {
      return null;
    }
    at = end;
  }
  return at;
}

function closeQuietly(fd: number): void {
  try {
    closeSync(fd);
  } catch {
    // Its records are with the kernel already.
  }
}

function truncateQuietly(fd: number, bytes: number): void {
  try {
    ftruncateSync(fd, bytes);
  } catch {
    // Half a record at the end of a segment is left out by whoever reads it.
  }
}

/** So that the new file itself survives a power cut. */
function syncFolder(folder: string): void {
  const fd = openSync(folder, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
