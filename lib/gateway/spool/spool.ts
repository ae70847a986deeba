/**
 * The spool: a folder of segments in which every record waits, durably, until the database has it.
 *
 * Without a folder that can be written the records wait in memory, and the disk is tried again.
 */
import { join } from "node:path";
import { type Flush, type Appender, createAppender } from "./appender";
import { type Backlog, type Batch, createBacklog } from "./backlog";
import type { SpoolRecord } from "./chunk";
import { createMemory } from "./memory";
import { createRunningCalls } from "./running-calls";
import { type Segment, listSegments } from "./segment";
import { type Slot, claimSlot, listAbandoned, tryClaim } from "./slot";

export type SpoolOptions = {
  /** The folder that holds the slots. */
  readonly root: string;
  readonly slot: number;
  readonly flush: Flush;
  readonly now: () => number;
  /** The rest of a call of which only the beginning is known. */
  crashed: (begun: string) => SpoolRecord;
  /** The disk does not take records (why), or takes them again (null). */
  onDisk: (trouble: string | null) => void;
  onDamage: (segment: Segment, damagedBytes: number) => void;
  onAdopted: (slot: string, segments: number) => void;
  /** Calls ended; of `lost` of them nobody has the record. */
  onEnds: (lost: number) => void;
  /** How often slots are looked for that dead processes left behind. One is adopted when it is seen dead twice. */
  readonly lookEveryMs?: number;
};

/** Of the call `id`. */
type TurnRecord = SpoolRecord & { readonly id: string };

export type Spool = {
  /**
   * A call begins; 10 ms later at most, and before anything that is written for another call meanwhile, its end will be a row
   * whatever becomes of this process. So calls share a write. One that ends earlier needs no beginning.
   */
  begin(id: string, json: string): void;
  /**
   * A call ends with its last record. Resolves when that is kept, on the disk or, while that takes none, in memory: at the end
   * of this turn, so that its ends share a write too. Never rejects.
   */
  end(id: string, json: string): Promise<void>;
  /** A call ended for whose last record there is no room. */
  forget(id: string): void;
  /** Keeps the record, on the disk or, while that takes none, in memory. False: there is no room anywhere. */
  write(record: SpoolRecord): boolean;
  /** Keeps the record on the disk or not at all: whether it did. */
  writeToDisk(record: SpoolRecord): boolean;
  /** The oldest records that are not settled; null when all are. */
  next: () => Promise<Batch | null>;
  /** On the disk and not yet in the database; the disk holds up to a segment more. */
  bytes: () => number;
  /** Records that wait in memory only, and all that ever did. */
  unspooled: () => { readonly now: number; readonly total: number };
  close(): Promise<void>;
};

const defaultLookEveryMs = 30_000;
const openAgainMs = 1_000;
/** A beginning waits so long for the write of another record; a model hardly ever says its first word earlier. */
const beginWithinMs = 10;
/** After so many ends what waits is written at once: none waits for more than these. */
const mostEnds = 64;

export function openSpool(options: SpoolOptions): Spool {
  const { root, now, lookEveryMs = defaultLookEveryMs } = options;
  const running = createRunningCalls();
  const orphans = createRunningCalls();
  const memory = createMemory();
  let own: { readonly slot: Slot; readonly appender: Appender } | null = null;
  let openAtMs = Number.NEGATIVE_INFINITY;
  const adopted: { readonly slot: Slot; readonly segments: ReadonlySet<Segment> }[] = [];
  let isClosed = false;
  let seenDead: ReadonlyMap<string, number> = new Map();
  /** What began and is not written yet, by call, and what ended in this turn. */
  const begun = new Map<string, TurnRecord>();
  let ended: TurnRecord[] = [];
  let isTurnWatched = false;
  let beginning: NodeJS.Timeout | null = null;
  let settling: { readonly promise: Promise<void>; resolve(): void } | null = null;

  /** Appends the records that wait, and `last` behind them, in one write: the segment that has `last`, or null. */
  const append = (last: SpoolRecord | null): Segment | null => {
    if (own === null && now() >= openAtMs && !isClosed) {
      open();
    }
    const begins = [...begun.values()];
    const ends = ended;
    begun.clear();
    ended = [];
    const whole = toDisk([...begins, ...ends, ...(last === null ? [] : [last])]);
    const segment = whole ?? toDisk(begins);
    if (segment !== null) {
      for (const { id, json } of begins) {
        running.begin(id, json, segment);
      }
    }
    if (ends.length > 0) {
      settle(ends, whole !== null);
    }
    return whole ?? toDisk(last === null ? [] : [last]);
  };
  const toDisk = (records: readonly SpoolRecord[]): Segment | null =>
    records.length === 0 ? null : (own?.appender.append(records) ?? null);
  const settle = (ends: readonly TurnRecord[], isOnDisk: boolean): void => {
    let lost = 0;
    for (const end of ends) {
      running.end(end.id);
      // One that the disk refuses must not take the others with it.
      const isKept = isOnDisk || toDisk([end]) !== null || memory.push(end);
      lost += Number(!isKept);
    }
    const settled = settling;
    settling = null;
    settled?.resolve();
    options.onEnds(lost);
  };
  const endTurn = (): void => {
    append(null);
  };
  /** Sees to it that the records that wait are written when this turn ends: behind all that the sockets of one round bring. */
  const watchTurn = (): void => {
    if (!isTurnWatched) {
      isTurnWatched = true;
      setImmediate(() => {
        isTurnWatched = false;
        endTurn();
      });
    }
  };
  const write = (record: SpoolRecord): boolean => append(record) !== null || memory.push(record);
  const backlog: Backlog = createBacklog({
    running,
    orphans,
    append,
    write,
    endTurn,
    crashed: options.crashed,
    onDamage: options.onDamage,
  });
  const open = (): void => {
    try {
      const slot = claimSlot(root, options.slot);
      const { segments, nextNumber } = listSegments(slot.folder);
      backlog.adopt(segments);
      const appender = createAppender({
        folder: slot.folder,
        firstNumber: nextNumber,
        flush: options.flush,
        now,
        onSegment: backlog.push,
        onDisk: options.onDisk,
      });
      if (openAtMs !== Number.NEGATIVE_INFINITY) {
        options.onDisk(null);
      }
      own = { slot, appender };
    } catch (error) {
      if (openAtMs === Number.NEGATIVE_INFINITY) {
        options.onDisk(String(error));
      }
      openAtMs = now() + openAgainMs;
    }
  };
  open();

  const look = (): void => {
    try {
      releaseEmptied();
      const dead = listAbandoned(root);
      for (const [name, lock] of dead) {
        const hasSegments = listSegments(join(root, name)).segments.length > 0;
        const isDead = hasSegments && seenDead.get(name) === lock;
        const slot = isDead ? tryClaim(root, name) : null;
        if (slot !== null) {
          const { segments } = listSegments(slot.folder);
          adopted.push({ slot, segments: new Set(segments) });
          backlog.adopt(segments);
          options.onAdopted(name, segments.length);
        }
      }
      seenDead = dead;
    } catch {
      // The folder cannot be read; the next look comes.
    }
  };
  const releaseEmptied = (): void => {
    for (const one of adopted.filter(({ segments }) => !backlog.hasAny(segments))) {
      adopted.splice(adopted.indexOf(one), 1);
      one.slot.release();
    }
  };
  const looking = setInterval(look, lookEveryMs).unref();

  return {
    begin(id, json) {
      begun.set(id, { id, kind: "begin", json });
      beginning ??= setTimeout(() => {
        beginning = null;
        endTurn();
      }, beginWithinMs);
    },
    end(id, json) {
      begun.delete(id);
      ended.push({ id, kind: "end", json });
      settling ??= newSettling();
      const { promise } = settling;
      if (ended.length < mostEnds) {
        watchTurn();
      } else {
        endTurn();
      }
      return promise;
    },
    forget(id) {
      begun.delete(id);
      running.end(id);
    },
    write,
    writeToDisk(record) {
      // Apart from it: what else this turn has must not share its failure.
      endTurn();
      return append(record) !== null;
    },
    async next() {
      endTurn();
      return memory.next() ?? (await backlog.next());
    },
    bytes: backlog.bytes,
    unspooled: memory.sizes,
    async close() {
      clearInterval(looking);
      clearTimeout(beginning ?? undefined);
      endTurn();
      const last = own;
      isClosed = true;
      own = null;
      last?.appender.close();
      // Segments that are done go now; what is left is for the next process.
      await backlog.next().catch(() => undefined);
      await backlog.close();
      for (const { slot } of [...adopted.splice(0), ...(last === null ? [] : [last])]) {
        slot.release();
      }
    },
  };
}

function newSettling(): { readonly promise: Promise<void>; resolve(): void } {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

/** Where the spool lies in the data folder. */
export function spoolRoot(dataDir: string): string {
  return join(dataDir, "spool");
}
