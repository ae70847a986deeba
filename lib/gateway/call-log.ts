/**
 * The log of calls: every call that was acknowledged has its record in the spool before its last byte goes out, and its row
 * in Postgres once that answers. No call ever waits for it or fails with it.
 */
import { statSync } from "node:fs";
import type { PlanEntry } from "../core/plan";
import { uuidV7 } from "../shared/uuid";
import type { CallLogBatch, CallLogLine } from "../store/call-log";
import type { LogGapRecord } from "../store/log-gaps";
import type { Sealer } from "../shared/sealed";
import type { CallBody } from "./call-body";
import { createPlanBook } from "./plan-book";
import type { Flush } from "./spool/appender";
import type { FrameKind } from "./spool/frame";
import type { StoredRecord } from "./spool/chunk";
import { type BegunCall, crashedCall } from "./spool/crashed-call";
import { type GapReason, createGapBook } from "./spool/gaps";
import { begunJson, lineJson } from "./spool/line-json";
import { endedCallStartMs } from "./spool/record-ids";
import { type Segment, segmentLabel } from "./spool/segment";
import { createShipper } from "./spool/shipper";
import { openSpool, spoolRoot } from "./spool/spool";
import { storable } from "./spool/storable";

export type CallLog = {
  /** The hash of a plan, which the log has from now on; null for an empty one. */
  planHash(plan: readonly PlanEntry[]): string | null;
  /** Takes a call of which the first attempt is about to go out: 10 ms later at most it has a row whatever happens. Never throws. */
  begin(call: BegunCall): void;
  /**
   * Takes an ended call and resolves when its record is kept, which its last byte to the caller has to wait for: at the end of
   * this turn of the event loop. Never rejects.
   */
  record(line: CallLogLine): Promise<void>;
  /** Takes what the call `id` sent and got, after its record, if there is more room than records need. Never waits and never throws. */
  keepBody(id: string, body: CallBody): void;
  counts: () => CallLogCounts;
  /** Sends what waits, for at most `limitMs`, and closes; resolves with the bytes that are left for the next start. */
  close(limitMs: number): Promise<number>;
};

/** Since the start, except where it says otherwise. */
export type CallLogCounts = {
  readonly recorded: number;
  /** Calls without a record; each lies in a gap of `log_gap`. */
  readonly dropped: number;
  readonly shippedRecords: number;
  /** Now on the disk and not yet in the database. */
  readonly spoolBytes: number;
  /** Records that wait in memory now, because the disk takes none. */
  readonly unspooled: number;
  /** Records that the disk did not take. */
  readonly unspooledTotal: number;
  readonly damagedSegments: number;
  /** Bodies of calls that were kept, and those for which there was no room or no place. */
  readonly bodies: number;
  readonly bodiesDropped: number;
};

export type CallLogOptions = {
  readonly nodeId: string;
  readonly dataDir: string;
  readonly slot: number;
  readonly flush: Flush;
  /** Beyond it whole calls are left out. */
  readonly maxBytes: number;
  readonly now: () => number;
  ship(batch: CallLogBatch): Promise<unknown>;
  shipGaps(gaps: readonly LogGapRecord[]): Promise<void>;
  /** Takes a JSON array of `CallBodyRecord`; false when the database has no place for them. */
  shipBodies(bodies: Buffer): Promise<boolean>;
  /** Null: there is no secret to seal bodies with, so none is kept. */
  readonly sealer: Sealer | null;
  say: { info(line: string): void; warn(line: string): void };
  readonly lookEveryMs?: number;
};

/** The spool is measured after so many records, and whenever some have left it. */
const measureEvery = 64;
/** Bodies are left out from here on, so that what they take is never missing for records. */
const bodiesUpToRatio = 0.8;
/** The same amount, on the disk and in memory. */
const [manyBytes, manyRecords] = [256 * 1024, 200];
const done = Promise.resolve();

export function createCallLog(options: CallLogOptions): CallLog {
  const { nodeId, now, say } = options;
  const plans = createPlanBook(now);
  let recorded = 0;
  let shippedRecords = 0;
  let damagedSegments = 0;
  let bodies = 0;
  let bodiesDropped = 0;
  let refused = 0;
  let isOverfull = false;
  let untilMeasured = 0;

  const gaps = createGapBook(nodeId, (gap) => {
    write("gap", JSON.stringify(gap));
  });
  const spool = openSpool({
    root: spoolRoot(options.dataDir),
    slot: options.slot,
    flush: options.flush,
    now,
    crashed: (begun) => ({ kind: "end", json: crashedCall(begun) }),
    onDisk(trouble) {
      if (trouble === null) {
        say.info("The spool takes records again.");
      } else {
        say.warn(
          `Calls go on, but their records are not safe from a crash: the spool cannot be written (${trouble})`,
        );
      }
    },
    onDamage(segment, bytes) {
      damagedSegments += 1;
      say.warn(
        `A segment of the spool was damaged: ${bytes} bytes of ${segmentLabel(segment)} are no records. The others are not lost; the file is kept as ${segment.path}.damaged`,
      );
      tellDamage(segment);
    },
    onEnds(lost) {
      if (lost === 0) {
        gaps.close();
      }
      for (let left = lost; left > 0; left -= 1) {
        drop("disk");
      }
      shipper.poke();
    },
    onAdopted(slot, segments) {
      say.info(`Adopted ${segments} segments that an ended process left in slot ${slot}.`);
      shipper.poke();
    },
    ...(options.lookEveryMs !== undefined && { lookEveryMs: options.lookEveryMs }),
  });
  const shipper = createShipper({
    now,
    next: spool.next,
    ship: (records) => ship(records),
    isBehind: () => spool.bytes() > manyBytes || spool.unspooled().now > manyRecords,
    onRefused(record, error) {
      refused += 1;
      if (record.kind === "end") {
        gaps.note("refused", endedCallStartMs(record.json.toString()) ?? Date.now());
        gaps.close();
      } else if (record.kind === "body") {
        bodiesDropped += 1;
      }
      if (refused === 1) {
        say.warn(`The database refuses a record of the call log for its own sake: ${told(error)}`);
      }
    },
    onTrouble(error) {
      if (error === null) {
        say.info("The call log reaches the database again.");
      } else {
        say.warn(`Calls go on, but their records wait in the spool: ${told(error)}`);
      }
    },
  });
  shipper.poke();

  const write = (kind: FrameKind, json: string): boolean => {
    const isKept = spool.write({ kind, json: storable(json) });
    shipper.poke();
    return isKept;
  };
  const ship = async (records: readonly StoredRecord[]): Promise<void> => {
    const of = (kind: FrameKind): Buffer[] =>
      records.filter((one) => one.kind === kind).map(({ json }) => json);
    const [lines, planned, told] = [of("end"), of("plan"), of("gap")];
    if (lines.length > 0 || planned.length > 0) {
      await options.ship({ lines: jsonArray(lines), plans: jsonArray(planned) });
    }
    if (told.length > 0) {
      await options.shipGaps(told.map((json) => JSON.parse(json.toString()) as LogGapRecord));
    }
    const sealed = of("body");
    if (sealed.length > 0 && !(await options.shipBodies(jsonArray(sealed)))) {
      dropBodies(sealed.length, "the database is of an earlier release");
    }
    shippedRecords += lines.length;
    untilMeasured = 0;
  };
  const tellDamage = ({ path }: Segment): void => {
    const { birthtimeMs, mtimeMs } = timesOf(path);
    const gap: LogGapRecord = {
      id: uuidV7(Date.now()),
      node_id: nodeId,
      from_at: new Date(Math.min(birthtimeMs, mtimeMs)).toISOString(),
      to_at: new Date(mtimeMs).toISOString(),
      calls: null,
      reason: "damaged",
    };
    write("gap", JSON.stringify(gap));
  };
  const isFull = (): boolean => {
    untilMeasured -= 1;
    if (untilMeasured <= 0) {
      untilMeasured = measureEvery;
      isOverfull = spool.bytes() > options.maxBytes;
    }
    return isOverfull;
  };
  const dropBodies = (count: number, why: string): void => {
    if (bodiesDropped === 0) {
      say.warn(
        `Bodies of calls are left out (${why}): the calls themselves are recorded, and what is left out is counted`,
      );
    }
    bodiesDropped += count;
  };
  /** Why there is no room for a body of `bytes`; null when there is. Bodies never wait in memory. */
  const bodyTrouble = (bytes: number): string | null => {
    if (options.sealer === null) {
      return "DATABASE_URL has no password to seal them with";
    }
    if (spool.bytes() + bytes > options.maxBytes * bodiesUpToRatio) {
      return "the spool is nearly full";
    }
    return spool.unspooled().now > 0 ? "the spool cannot be written" : null;
  };
  const drop = (reason: GapReason): void => {
    if (gaps.total() === 0) {
      say.warn(
        `The call log has no room (${reason}): calls go on without a record, and are counted`,
      );
    }
    gaps.note(reason, Date.now());
  };

  return {
    planHash: (plan) =>
      plan.length === 0 ? null : plans.hashOf(plan, (json) => !isFull() && write("plan", json)),
    begin(call) {
      if (!isFull()) {
        spool.begin(call.id, storable(begunJson(call)));
      }
    },
    record(line) {
      recorded += 1;
      if (!isFull()) {
        return spool.end(line.call.id, storable(lineJson(line)));
      }
      spool.forget(line.call.id);
      drop("spool_full");
      return done;
    },
    keepBody(id, body) {
      const { sealer } = options;
      const trouble = bodyTrouble(body.boundBytes);
      if (sealer === null || trouble !== null) {
        dropBodies(1, trouble ?? "");
        return;
      }
      const json = JSON.stringify(body.record(id, Date.now(), sealer));
      if (spool.writeToDisk({ kind: "body", json })) {
        bodies += 1;
        shipper.poke();
      } else {
        dropBodies(1, "the spool cannot be written");
      }
    },
    counts: () => ({
      recorded,
      dropped: gaps.total(),
      shippedRecords,
      spoolBytes: spool.bytes(),
      unspooled: spool.unspooled().now,
      unspooledTotal: spool.unspooled().total,
      damagedSegments,
      bodies,
      bodiesDropped,
    }),
    async close(limitMs) {
      gaps.close();
      const isEmpty = await shipper.drain(limitMs);
      shipper.stop();
      const left = isEmpty ? 0 : spool.bytes();
      await spool.close();
      return left;
    },
  };
}

/** A JSON array of texts that are JSON, copied byte by byte: nothing of it becomes a string again. */
function jsonArray(items: readonly Buffer[]): Buffer {
  const bytes = items.reduce((sum, { length }) => sum + length + 1, 1);
  const array = Buffer.allocUnsafe(Math.max(2, bytes));
  array[0] = 0x5b;
  let at = 1;
  for (const item of items) {
    array.set(item, at);
    at += item.length;
    array[at] = 0x2c;
    at += 1;
  }
  array[array.length - 1] = 0x5d;
  return array;
}

function timesOf(path: string): { birthtimeMs: number; mtimeMs: number } {
  try {
    return statSync(path);
  } catch {
    return { birthtimeMs: Date.now(), mtimeMs: Date.now() };
  }
}

function told(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : "an unknown error";
}
