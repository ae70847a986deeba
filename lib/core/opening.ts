/** Whether failures are many enough to open a breaker (routing rules (a) and (b)). Pure counting over a window. */
import { type LookBack, type Window, lookBack, recentTally } from "./window";

/** Background errors that must not open anything: one in twenty. */
const backgroundRatio = 0.05;
/** Under this many calls a second the least run is enough. */
const slowPerSecond = 2;
const secondsPerHour = 3_600;
const runsPerHour = 0.1;
/** Rule (b). */
const openRatio = 0.5;
export const minCounted = 20;
/** A target that fails three calls in ten shows ten failures among twenty every few minutes: DEGRADED is told from more. */
export const degradedSample = 60;
const lookBackMs = 600_000;

/**
 * The run of failures that opens a target with so many calls per second: long enough that errors at `failureRatio`
 * alone make it about once in ten hours.
 *
 * `failureRatio` is 5 % unless the target is known to be worse (DEGRADED): then its own, up to a half. Beyond that no run
 * would ever be long enough, and a DEGRADED target that dies would stay.
 */
export function runToOpen(
  minThreshold: number,
  callsPerSecond: number,
  failureRatio = backgroundRatio,
): number {
  const ratio = Math.min(Math.max(failureRatio, backgroundRatio), openRatio);
  if (callsPerSecond < slowPerSecond && ratio === backgroundRatio) {
    return minThreshold;
  }
  const runs = (secondsPerHour / runsPerHour) * Math.max(callsPerSecond, slowPerSecond / 20);
  return Math.max(minThreshold, Math.ceil(Math.log(runs) / Math.log(1 / ratio)));
}

export type Opening = {
  readonly rule: "run" | "share" | "ratio";
  readonly failed: number;
  readonly counted: number;
  readonly threshold: number;
  readonly keys: ReadonlySet<string>;
};

/** The reason to open after a failure at `nowMs`; null when there is none. `run` is N, `sample` what a ratio is told from. */
export function openingReason(
  window: Window,
  run: number,
  nowMs: number,
  hasBetterAlternative: (failureRatio: number) => boolean,
  sample = minCounted,
): Opening | null {
  const newest = lookBack(window, Math.max(run, minCounted));
  if (newest.run >= run) {
    const { run: failed, keys } = newest;
    return { rule: "run", failed, counted: failed, threshold: run, keys };
  }
  const share = lookBack(window, 2 * run);
  const shareThreshold = shareToOpen(run);
  if (share.failed >= shareThreshold) {
    const { failed, counted, keys } = share;
    return { rule: "share", failed, counted, threshold: shareThreshold, keys };
  }
  const back = lookBack(window, sample);
  const tally = failureTally(window, back, nowMs, sample);
  if (tally === null || tally.failed < openRatio * tally.counted) {
    return null;
  }
  return hasBetterAlternative(tally.failed / tally.counted)
    ? { rule: "ratio", ...tally, threshold: Math.ceil(openRatio * tally.counted), keys: back.keys }
    : null;
}

/** How many failures among the newest 2 × `run` attempts open it. */
function shareToOpen(run: number): number {
  return Math.ceil(1.5 * run);
}

/** Failures of so many attempts, and how many of how many would open the breaker. */
export type Count = {
  readonly failed: number;
  readonly counted: number;
  readonly opensAt: number;
  readonly outOf: number;
};

/** How near the newest attempts are to opening: `share` of the newest few, `ratio` of a larger sample. */
export function openingCounts(
  window: Window,
  run: number,
  sample: number,
  nowMs: number,
): { readonly share: Count; readonly ratio: Count } {
  const last = window.nextSeq - 1;
  const share = lookBack(window, 2 * run, last);
  const newest = lookBack(window, sample, last);
  const ratio = failureTally(window, newest, nowMs, sample) ?? newest;
  const outOf = Math.max(sample, ratio.counted);
  return {
    share: {
      failed: share.failed,
      counted: share.counted,
      opensAt: shareToOpen(run),
      outOf: 2 * run,
    },
    ratio: {
      failed: ratio.failed,
      counted: ratio.counted,
      opensAt: Math.ceil(openRatio * outOf),
      outOf,
    },
  };
}

export type FailureTally = { readonly failed: number; readonly counted: number };

/**
 * Failures among the calls that started in the last 10 s if those are `sample` (20) or more, else among the last `sample`
 * within ten minutes; null when there are fewer.
 */
export function failureTally(
  window: Window,
  back: LookBack,
  nowMs: number,
  sample = minCounted,
): FailureTally | null {
  const recent = recentTally(window, nowMs);
  if (recent.started >= sample) {
    return { failed: recent.failed, counted: recent.started };
  }
  return back.counted >= sample && nowMs - back.oldestMs <= lookBackMs
    ? { failed: back.failed, counted: back.counted }
    : null;
}

/** The share of failures that the newest calls show; null when they are too few to say. */
export function failureRatio(window: Window, nowMs: number, sample = minCounted): number | null {
  const newest = lookBack(window, sample, window.nextSeq - 1);
  const tally = failureTally(window, newest, nowMs, sample);
  return tally === null ? null : tally.failed / tally.counted;
}
