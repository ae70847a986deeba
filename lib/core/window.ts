/**
 * The newest attempts of a target in the order in which they *started*, and what became of them.
 *
 * Errors come back in milliseconds and answers in seconds: counted as they end, a few errors between slow answers look
 * like a run. In start order a pending attempt stands between them and is no failure.
 */
export type Verdict = "pending" | "ok" | "failed" | "neutral";

export type Start = {
  readonly seq: number;
  readonly startMs: number;
  readonly key: string;
  verdict: Verdict;
};

type Second = { second: number; started: number; failed: number; retries: number };

export type Window = {
  entries: Start[];
  /** Sequence number of `entries[0]`. */
  firstSeq: number;
  nextSeq: number;
  /** Attempts before this one belong to an older epoch: what becomes of them changes nothing. */
  epochSeq: number;
  newestFailedSeq: number;
  readonly seconds: (Second | undefined)[];
};

/** Settled entries that are kept for looking back; pending ones are kept besides, up to the larger bound. */
const entriesKept = 128;
const entriesAtMost = 16_384;
const trimBy = 64;
export const ratioWindowMs = 10_000;
const secondsKept = ratioWindowMs / 1_000;

/** A window that has seen nothing. */
export function emptyWindow(): Window {
  return { entries: [], firstSeq: 0, nextSeq: 0, epochSeq: 0, newestFailedSeq: -1, seconds: [] };
}

/** Notes that an attempt of `key` started. */
export function recordStart(window: Window, key: string, nowMs: number, isRetry: boolean): Start {
  const start: Start = { seq: window.nextSeq, startMs: nowMs, key, verdict: "pending" };
  window.nextSeq += 1;
  window.entries.push(start);
  const second = secondAt(window, nowMs);
  second.started += 1;
  second.retries += isRetry ? 1 : 0;
  if (window.entries.length > entriesKept + trimBy) {
    trim(window);
  }
  return start;
}

function trim(window: Window): void {
  const surplus = window.entries.length - entriesKept;
  // There is one: the newest has only just started.
  const firstPending = window.entries.findIndex((entry) => entry.verdict === "pending");
  const settled = Math.min(surplus, firstPending);
  const forced = window.entries.length - entriesAtMost;
  const count = Math.max(settled, forced, 0);
  window.entries.splice(0, count);
  window.firstSeq += count;
}

/**
 * Notes what became of an attempt; a later verdict replaces an earlier one (a stream that broke after its first content).
 * False when the attempt is of an older epoch.
 */
export function settle(window: Window, start: Start, verdict: Verdict): boolean {
  if (start.seq < window.epochSeq) {
    return false;
  }
  const second = window.seconds[Math.floor(start.startMs / 1_000) % secondsKept];
  if (second?.second === Math.floor(start.startMs / 1_000)) {
    second.failed += Number(verdict === "failed") - Number(start.verdict === "failed");
    second.started += Number(start.verdict === "neutral") - Number(verdict === "neutral");
  }
  start.verdict = verdict;
  if (verdict === "failed" && start.seq > window.newestFailedSeq) {
    window.newestFailedSeq = start.seq;
  }
  return true;
}

/** Begins a new epoch: nothing that started before it counts any more. */
export function forgetStarts(window: Window): void {
  window.entries = [];
  window.firstSeq = window.nextSeq;
  window.epochSeq = window.nextSeq;
  window.newestFailedSeq = -1;
  window.seconds.length = 0;
}

function secondAt(window: Window, nowMs: number): Second {
  const second = Math.floor(nowMs / 1_000);
  const slot = second % secondsKept;
  const known = window.seconds[slot];
  if (known?.second === second) {
    return known;
  }
  const fresh = { second, started: 0, failed: 0, retries: 0 };
  window.seconds[slot] = fresh;
  return fresh;
}

export type LookBack = {
  /** Failures in a row up to the newest one. */
  readonly run: number;
  readonly failed: number;
  readonly counted: number;
  /** Start of the oldest attempt that was counted; the newest failure's when it is alone. */
  readonly oldestMs: number;
  readonly keys: ReadonlySet<string>;
};

/**
 * What stands between `fromSeq` (the newest failure, unless told otherwise) and the `size`-th attempt before it; neutral
 * ones are as if they never were.
 */
export function lookBack(
  window: Window,
  size: number,
  fromSeq: number = window.newestFailedSeq,
): LookBack {
  const keys = new Set<string>();
  let run = 0;
  let isRun = true;
  let failed = 0;
  let counted = 0;
  let oldestMs = Number.POSITIVE_INFINITY;
  for (let index = fromSeq - window.firstSeq; index >= 0 && counted < size; index -= 1) {
    const entry = window.entries[index];
    if (entry === undefined || entry.verdict === "neutral") {
      continue;
    }
    counted += 1;
    oldestMs = entry.startMs;
    if (entry.verdict === "failed") {
      failed += 1;
      keys.add(entry.key);
      run += isRun ? 1 : 0;
    } else {
      isRun = false;
    }
  }
  return { run, failed, counted, oldestMs, keys };
}

export type Tally = {
  readonly started: number;
  readonly failed: number;
  readonly retries: number;
};

/** Attempts that started within the last 10 s. */
export function recentTally(window: Window, nowMs: number): Tally {
  const newest = Math.floor(nowMs / 1_000);
  const tally = { started: 0, failed: 0, retries: 0 };
  for (const second of window.seconds) {
    // A hole in the ring is a second without a start.
    if (second !== undefined && newest - second.second < secondsKept) {
      tally.started += second.started;
      tally.failed += second.failed;
      tally.retries += second.retries;
    }
  }
  return tally;
}
