/**
 * What the spool holds that is not in the database yet, oldest first, read from its segments in batches. What was just
 * written is read back too: the system has it in memory, so that ours need not.
 *
 * A segment goes when all its records are in the database. What was read and not settled is read again by the next process:
 * rows have ids of their own, so they are there once all the same.
 */
import { type SpoolRecord, type StoredRecord, readChunk } from "./chunk";
import { begunCallId, endedCallId } from "./record-ids";
import type { RunningCalls } from "./running-calls";
import { type Segment, closeHandle, disposeSegment, isUnreadable, readSegment } from "./segment";

/** Records on their way; `settle` says that they are in the database, and ends what they lie in. */
export type Batch = { readonly records: readonly StoredRecord[]; settle(): void };

export type Backlog = {
  /** Segments of processes that are gone come before our own. */
  adopt(segments: readonly Segment[]): void;
  push: (segment: Segment) => void;
  /** The oldest records that are not settled; null when all are. */
  next: () => Promise<Batch | null>;
  /** Not in the database yet. */
  bytes: () => number;
  /** Whether one of `some` is still to be read. */
  hasAny(some: ReadonlySet<Segment>): boolean;
  close(): Promise<void>;
};

export type BacklogDeps = {
  readonly running: RunningCalls;
  readonly orphans: RunningCalls;
  /** Appends to the newest segment; null when the disk does not take it. */
  append(record: SpoolRecord): Segment | null;
  /** Keeps a record, on the disk or in memory. */
  write(record: SpoolRecord): boolean;
  /** Writes down what ended in this turn of the event loop. */
  endTurn(): void;
  /** The rest of a call of which only the beginning is known. */
  crashed(begun: string): SpoolRecord;
  /** A segment was damaged; its readable records are not lost. */
  onDamage(segment: Segment, damagedBytes: number): void;
};

const chunkBytes = 1024 * 1024;
const mostEnds = 500;

export function createBacklog(deps: BacklogDeps): Backlog {
  let segments: Segment[] = [];
  /** Where the next batch is read to; null while one is on its way in it. */
  let room: Buffer | null = Buffer.allocUnsafe(chunkBytes);

  const next = async (): Promise<Batch | null> => {
    for (;;) {
      const [segment] = segments;
      if (segment === undefined) {
        return null;
      }
      if (segment.shippedBytes < segment.writtenBytes) {
        const batch = await readBatch(segment);
        if (batch !== null) {
          return batch;
        }
      } else if (segment.isClosed) {
        await finish(segment);
      } else {
        return null;
      }
    }
  };

  /** Null when the piece had nothing that the database wants; it is settled then. */
  const readBatch = async (segment: Segment): Promise<Batch | null> => {
    const at = segment.shippedBytes;
    const writtenBytes = segment.writtenBytes;
    let wantedBytes = chunkBytes;
    for (;;) {
      const length = Math.min(wantedBytes, writtenBytes - at);
      const into = room !== null && length <= chunkBytes ? room : Buffer.allocUnsafe(length);
      const bytes = await readSegment(segment, at, into.subarray(0, length));
      const isLast = at + length === writtenBytes || bytes.length < length;
      const chunk = readChunk(bytes, { isLast, mostEnds, begins: !segment.isOwn });
      if (chunk.consumed === 0 && chunk.neededBytes > wantedBytes) {
        wantedBytes = chunk.neededBytes;
        continue;
      }
      segment.damagedBytes += chunk.damagedBytes;
      segment.tornBytes += chunk.tornBytes;
      const settledBytes = bytes.length < length ? writtenBytes : at + chunk.consumed;
      const settle = (): void => {
        segment.shippedBytes = settledBytes;
        room = into.length === chunkBytes ? into : room;
      };
      if (!segment.isOwn) {
        followCalls(chunk.records, segment);
      }
      const records = chunk.records.filter(({ kind }) => kind !== "begin");
      if (records.length === 0) {
        settle();
        return null;
      }
      room = into === room ? null : room;
      return { records, settle };
    }
  };

  const followCalls = (records: readonly StoredRecord[], segment: Segment): void => {
    for (const { kind, json: bytes } of records) {
      if (kind === "begin") {
        const json = bytes.toString();
        const id = begunCallId(json);
        if (id !== null) {
          deps.orphans.begin(id, json, segment);
        }
      } else if (kind === "end" && deps.orphans.size() > 0) {
        deps.orphans.end(endedCallId(bytes.toString()) ?? "");
      }
    }
  };

  const finish = async (segment: Segment): Promise<void> => {
    const isLastOfOthers = !segment.isOwn && segments[1]?.isOwn !== false;
    if (isLastOfOthers) {
      for (const begun of deps.orphans.takeAll()) {
        deps.write(deps.crashed(begun));
      }
    }
    // A call that has ended must not be carried on behind its end.
    deps.endTurn();
    const carry = (json: string): Segment | null => deps.append({ kind: "begin", json });
    deps.running.carry(segment, carry);
    deps.orphans.carry(segment, carry);
    segments = segments.filter((one) => one !== segment);
    if (segment.damagedBytes > 0) {
      deps.onDamage(segment, segment.damagedBytes);
    }
    await disposeSegment(segment);
  };

  return {
    adopt(adopted) {
      const others = segments.filter(({ isOwn }) => !isOwn);
      segments = [...others, ...adopted, ...segments.filter(({ isOwn }) => isOwn)];
    },
    push(segment) {
      segments.push(segment);
    },
    async next() {
      for (;;) {
        const [segment] = segments;
        try {
          return await next();
        } catch (error) {
          if (segment === undefined || !isUnreadable(error)) {
            throw error;
          }
          // Gone or unreadable: nothing that waits for it would ever come.
          segments = segments.filter((one) => one !== segment);
          deps.onDamage(segment, segment.writtenBytes - segment.shippedBytes);
          await closeHandle(segment);
        }
      }
    },
    bytes: () => segments.reduce((sum, one) => sum + one.writtenBytes - one.shippedBytes, 0),
    hasAny: (some) => segments.some((one) => some.has(one)),
    async close() {
      await Promise.all(segments.map(closeHandle));
    },
  };
}
