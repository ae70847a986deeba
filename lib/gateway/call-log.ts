/**
 * The way of call records to Postgres: a bounded queue in memory, sent in batches, never waited for by a call.
 */
import { createHash } from "node:crypto";
import type { PlanEntry } from "../core/plan";
import { isGatewayError } from "../shared/errors";
import {
  type AttemptRecord,
  type CallLogBatch,
  type CallRecord,
  type PlanRecord,
} from "../store/call-log";
import { plainCounters } from "./plan-counters";

export type LoggedCall = {
  readonly call: Omit<CallRecord, "plan_hash">;
  readonly attempts: readonly AttemptRecord[];
  readonly plan: readonly PlanEntry[];
};

export type CallLog = {
  /** Takes a finished call; never blocks and never throws. */
  record: (call: LoggedCall) => void;
  /** Records that had no room, since the start. */
  dropped: () => number;
  /** Sends what is queued, for as long as `limitMs`; resolves with the number left. */
  drain(limitMs: number): Promise<number>;
};

const flushEveryMs = 200;
const maxBatch = 500;
/** About 100 MB of the largest usual records. */
const maxQueued = 50_000;
const retryFirstMs = 250;
const retryLongestMs = 5_000;
/** Distinct plans whose rows are known to be there. */
const plansRemembered = 5_000;

/** A call log that hands its batches to `ship`. A batch that fails is sent again, in order. */
export function createCallLog(
  ship: (batch: CallLogBatch) => Promise<void>,
  onTrouble: (line: string) => void,
): CallLog {
  let queue: LoggedCall[] = [];
  let shipping: Promise<void> | null = null;
  let timer: NodeJS.Timeout | null = null;
  let dropped = 0;
  let troubled = false;
  let retryMs = retryFirstMs;
  const known = new Map<string, string>();
  const stored = new Set<string>();

  const schedule = (delayMs: number): void => {
    timer ??= setTimeout(() => {
      timer = null;
      shipping ??= flush().finally(() => {
        shipping = null;
        if (queue.length > 0) {
          schedule(troubled ? retryMs : 0);
        }
      });
    }, delayMs);
  };

  const shipAll = async (taken: readonly LoggedCall[]): Promise<void> => {
    const batch = toBatch(taken, known, stored);
    try {
      await ship(batch);
      rememberPlans(batch.plans, stored, known);
    } catch (error) {
      if (isUnavailable(error)) {
        throw error;
      }
      await setAside(taken, error);
    }
  };

  /** A record that the database refuses must not hold up the others: they go one by one, and it is left out. */
  const setAside = async (taken: readonly LoggedCall[], error: unknown): Promise<void> => {
    if (taken.length > 1) {
      for (const one of taken) {
        await shipAll([one]);
      }
      return;
    }
    dropped += 1;
    onTrouble(`The call log left out a record that the database refuses: ${String(error)}`);
  };

  const flush = async (): Promise<void> => {
    const taken = queue.slice(0, maxBatch);
    if (taken.length === 0) {
      return;
    }
    try {
      await shipAll(taken);
      queue = queue.slice(taken.length);
      if (troubled) {
        onTrouble("The call log reaches the database again.");
      }
      troubled = false;
      retryMs = retryFirstMs;
    } catch (error) {
      if (!troubled) {
        onTrouble(`Calls go on, but their records wait: ${String(error)}`);
      }
      retryMs = troubled ? Math.min(retryLongestMs, retryMs * 2) : retryFirstMs;
      troubled = true;
    }
  };

  return {
    record(call) {
      if (queue.length >= maxQueued) {
        dropped += 1;
        return;
      }
      queue.push(call);
      schedule(troubled ? retryMs : flushEveryMs);
    },
    dropped: () => dropped,
    async drain(limitMs) {
      const untilMs = performance.now() + limitMs;
      while (queue.length > 0 && performance.now() < untilMs) {
        shipping ??= flush().finally(() => {
          shipping = null;
        });
        await shipping;
        if (troubled) {
          await new Promise((resolve) => setTimeout(resolve, retryFirstMs));
        }
      }
      return queue.length;
    },
  };
}

function isUnavailable(error: unknown): boolean {
  return isGatewayError(error) && error.code === "database_unavailable";
}

function toBatch(
  taken: readonly LoggedCall[],
  known: Map<string, string>,
  stored: ReadonlySet<string>,
): CallLogBatch {
  const plans = new Map<string, PlanRecord>();
  const calls = taken.map(({ call, plan }): CallRecord => {
    if (plan.length === 0) {
      return { ...call, plan_hash: null };
    }
    const hash = planHash(plan, known);
    if (!stored.has(hash)) {
      plans.set(hash, { hash, entries: plan.map(loggedEntry) });
    }
    return { ...call, plan_hash: hash };
  });
  return { calls, attempts: taken.flatMap((one) => one.attempts), plans: [...plans.values()] };
}

function loggedEntry(entry: PlanEntry): PlanEntry {
  return entry.counters === undefined ? entry : { ...entry, counters: plainCounters(entry) };
}

/** The counters are part of it: with those of another moment a plan explains nothing. */
function planHash(plan: readonly PlanEntry[], known: Map<string, string>): string {
  const text = plan.map(entryText).join("\n");
  let hash = known.get(text);
  if (hash === undefined) {
    hash = createHash("sha256").update(text).digest("hex").slice(0, 32);
    known.set(text, hash);
  }
  return hash;
}

function entryText(entry: PlanEntry): string {
  const { target, decision, reason, counters } = entry;
  const text = `${target} ${decision} ${reason}`;
  return counters === undefined ? text : `${text} ${JSON.stringify(plainCounters(entry))}`;
}

function rememberPlans(
  plans: readonly PlanRecord[],
  stored: Set<string>,
  known: Map<string, string>,
): void {
  if (stored.size > plansRemembered) {
    stored.clear();
    known.clear();
  }
  for (const plan of plans) {
    stored.add(plan.hash);
  }
}
