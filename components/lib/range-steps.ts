import {
  presetOf,
  type Range,
  rangeBetween,
  ranges,
  slackMsOf,
  streamedRange,
  windowOf,
} from "./range";

/** Half of its length back or on, twice or half as much around its middle, or up to now again. */
export type RangeStep = "earlier" | "later" | "out" | "in" | "live";

const minuteMs = 60_000;
const shortestMs = 2 * minuteMs;
/** The operator API answers for no more. */
const longestMs = 400 * 24 * 60 * minuteMs;

/**
 * The range one step from `range`: never into the future, of whole minutes, and by its name again where it ends now and
 * has the length of one that has a name.
 */
export function steppedRange(range: Range, step: RangeStep, nowMs: number): Range {
  const { fromMs, toMs } = windowOf(range, nowMs);
  const spanMs = toMs - fromMs;
  switch (step) {
    case "live":
      return presetOf(spanMs) ?? streamedRange;
    case "earlier":
      return rangeUntil(toMs - halfOf(spanMs), spanMs, nowMs);
    case "later":
      return rangeUntil(toMs + halfOf(spanMs), spanMs, nowMs);
    case "out":
      return neighbourOf(range, 1) ?? aroundMiddle(range, Math.min(2 * spanMs, longestMs), nowMs);
    case "in":
      return (
        neighbourOf(range, -1) ?? aroundMiddle(range, Math.max(halfOf(spanMs), shortestMs), nowMs)
      );
  }
}

/** What was chosen by hand, in whole buckets: never into the future, and not shorter than a range may be. */
export function rangeAround(fromMs: number, toMs: number, bucketMs: number, nowMs: number): Range {
  const to = Math.min(Math.ceil(toMs / bucketMs) * bucketMs, wholeMinutes(nowMs));
  return rangeBetween(Math.min(Math.floor(fromMs / bucketMs) * bucketMs, to - shortestMs), to);
}

/** Ranges that end now are zoomed from name to name; null for others. */
function neighbourOf(range: Range, by: 1 | -1): Range | null {
  const index = ranges.findIndex((name) => name === range);
  return index === -1 ? null : (ranges[index + by] ?? range);
}

function aroundMiddle(range: Range, spanMs: number, nowMs: number): Range {
  const { fromMs, toMs } = windowOf(range, nowMs);
  const excess = wholeMinutes((spanMs - (toMs - fromMs)) / 2);
  return rangeUntil(toMs + excess, spanMs, nowMs);
}

function rangeUntil(wantedToMs: number, spanMs: number, nowMs: number): Range {
  const toMs = Math.min(wantedToMs, wholeMinutes(nowMs));
  const isNow = nowMs - toMs <= slackMsOf(spanMs);
  return (isNow ? presetOf(spanMs) : null) ?? rangeBetween(toMs - spanMs, toMs);
}

function halfOf(spanMs: number): number {
  return Math.max(minuteMs, wholeMinutes(spanMs / 2));
}

function wholeMinutes(ms: number): number {
  return Math.floor(ms / minuteMs) * minuteMs;
}
