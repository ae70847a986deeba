/**
 * Brings records to the database in batches, in the background. A batch that fails is sent again; a record that the
 * database refuses for its own sake is left out, so that it does not hold up the others.
 */
import { findErrorCode } from "../../shared/start-error";
import type { Batch } from "./backlog";
import type { StoredRecord } from "./chunk";

export type ShipperDeps = {
  /** The oldest records that are not settled; null when all are. */
  next: () => Promise<Batch | null>;
  /** Resolves when all `records` are in the database. */
  ship(records: readonly StoredRecord[]): Promise<void>;
  /** So much waits that it should not wait any longer. Otherwise it does: a batch costs the same, however small it is. */
  isBehind: () => boolean;
  onRefused(record: StoredRecord, error: unknown): void;
  /** Records wait because of `error`; null: they do not wait any more. */
  onTrouble(error: unknown): void;
  now: () => number;
};

export type Shipper = {
  /** There is something new. */
  poke(): void;
  /** Ships for at most `limitMs`; resolves with whether nothing is left. No longer than that waits for anybody. */
  drain(limitMs: number): Promise<boolean>;
  stop(): void;
};

const shipEveryMs = 200;
const retryFirstMs = 250;
const retryLongestMs = 5_000;
/** A database that is away is not waited for at the end for long: what is left is safe in the spool. */
const triesAtTheEnd = 4;

export function createShipper(deps: ShipperDeps): Shipper {
  let held: Batch | null = null;
  let round: Promise<boolean> | null = null;
  let timer: NodeJS.Timeout | null = null;
  let failures = 0;
  let isStopped = false;
  const refused = new WeakSet<StoredRecord>();

  const retryMs = (): number => Math.min(retryLongestMs, retryFirstMs * 2 ** (failures - 1));
  const nextRoundMs = (): number => {
    if (failures > 0) {
      return retryMs();
    }
    return deps.isBehind() ? 0 : shipEveryMs;
  };
  const schedule = (delayMs: number): void => {
    if (!isStopped) {
      timer ??= setTimeout(() => {
        timer = null;
        startRound().then(
          (isEmpty) => {
            if (!isEmpty) {
              schedule(nextRoundMs());
            }
          },
          () => undefined,
        );
      }, delayMs);
    }
  };
  const startRound = (): Promise<boolean> => {
    round ??= shipOne().finally(() => {
      round = null;
    });
    return round;
  };
  /** Whether nothing is left. Never rejects. */
  const shipOne = async (): Promise<boolean> => {
    try {
      held ??= await deps.next();
      if (held === null) {
        return true;
      }
      await shipAll(held.records);
      held.settle();
      held = null;
      if (failures > 0) {
        failures = 0;
        deps.onTrouble(null);
      }
    } catch (error) {
      failures += 1;
      if (failures === 1) {
        deps.onTrouble(error);
      }
    }
    return false;
  };
  const shipAll = async (records: readonly StoredRecord[]): Promise<void> => {
    try {
      await deps.ship(records);
    } catch (error) {
      if (!isRecordsFault(error)) {
        throw error;
      }
      const [first] = records;
      if (first !== undefined && records.length === 1) {
        if (!refused.has(first)) {
          refused.add(first);
          deps.onRefused(first, error);
        }
        return;
      }
      const middle = Math.ceil(records.length / 2);
      await shipAll(records.slice(0, middle));
      await shipAll(records.slice(middle));
    }
  };

  return {
    poke() {
      schedule(failures > 0 ? retryMs() : shipEveryMs);
    },
    async drain(limitMs) {
      const untilMs = deps.now() + limitMs;
      for (let tries = 0; deps.now() < untilMs && tries < triesAtTheEnd; tries += 1) {
        if (await within(untilMs - deps.now(), startRound())) {
          return true;
        }
        if (failures === 0) {
          tries = -1;
        } else {
          await pause(Math.min(retryFirstMs, Math.max(0, untilMs - deps.now())));
        }
      }
      return false;
    },
    stop() {
      isStopped = true;
      clearTimeout(timer ?? undefined);
    },
  };
}

/** Data and constraints (SQLSTATE classes 21 to 23) are a record's fault; a schema that is not there yet is not. */
function isRecordsFault(error: unknown): boolean {
  return /^2[123]...$/.test(findErrorCode(error) ?? "");
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

/** What `work` says, or false when it takes longer. */
async function within(ms: number, work: Promise<boolean>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => {
      resolve(false);
    }, ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
