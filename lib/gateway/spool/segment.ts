/** A segment: one file of the spool, written once from its start to its end and then only read. */
import { readdirSync, statSync } from "node:fs";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { findErrorCode } from "../../shared/start-error";

export type Segment = {
  readonly path: string;
  /** Written by this process; else by one that is gone. */
  readonly isOwn: boolean;
  /** What may be read: whole frames of our own, whatever the file holds of others. */
  writtenBytes: number;
  /** What is in the database. */
  shippedBytes: number;
  /** Nothing more will be written. */
  isClosed: boolean;
  damagedBytes: number;
  tornBytes: number;
  /** Open while it is read. */
  handle: FileHandle | null;
};

const segmentName = /^(\d{10})\.log$/;

export function segmentPath(folder: string, number: number): string {
  return join(folder, `${String(number).padStart(10, "0")}.log`);
}

/** A segment of which nothing is read yet. */
export function newSegment(path: string, isOwn: boolean, writtenBytes: number): Segment {
  return {
    path,
    isOwn,
    writtenBytes,
    shippedBytes: 0,
    isClosed: !isOwn,
    damagedBytes: 0,
    tornBytes: 0,
    handle: null,
  };
}

/** The segments that are left in `folder`, oldest first, and the number of the next. */
export function listSegments(folder: string): { segments: Segment[]; nextNumber: number } {
  const names = readdirSync(folder)
    .filter((name) => segmentName.test(name))
    .sort();
  const last = segmentName.exec(names.at(-1) ?? "")?.[1] ?? "0";
  return {
    segments: names.map((name) => {
      const path = join(folder, name);
      return newSegment(path, false, statSync(path).size);
    }),
    nextNumber: Number(last) + 1,
  };
}

/** Bytes of the segment from `at`, as many as fit into `room` and there are. */
export async function readSegment(segment: Segment, at: number, room: Buffer): Promise<Buffer> {
  segment.handle ??= await open(segment.path, "r");
  let filled = 0;
  while (filled < room.length) {
    const { bytesRead } = await segment.handle.read(
      room,
      filled,
      room.length - filled,
      at + filled,
    );
    if (bytesRead === 0) {
      break;
    }
    filled += bytesRead;
  }
  return room.subarray(0, filled);
}

/** Ends with a segment whose records are all in the database: removed, or set aside for people when it was damaged. */
export async function disposeSegment(segment: Segment): Promise<void> {
  await closeHandle(segment);
  if (segment.damagedBytes > 0) {
    await rename(segment.path, `${segment.path}.damaged`).catch(() => undefined);
  } else {
    // Freeing a megabyte takes the disk milliseconds: no call waits for them.
    await rm(segment.path, { force: true });
  }
}

export async function closeHandle(segment: Segment): Promise<void> {
  const { handle } = segment;
  segment.handle = null;
  await handle?.close().catch(() => undefined);
}

/** Whether the file is gone or cannot be read, so that waiting for it helps nobody. */
export function isUnreadable(error: unknown): boolean {
  return ["ENOENT", "EIO", "EACCES", "EISDIR"].includes(findErrorCode(error) ?? "");
}

export function segmentLabel({ path }: Segment): string {
  return basename(path);
}
