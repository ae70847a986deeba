/**
 * How fast somebody may go: so many units a minute, of which a minute's worth may come at once.
 *
 * A leaky bucket kept as the one instant at which it is full again (GCRA): nothing has to be refilled, that instant is
 * what callers are told as their reset, and a limit that is changed or shared out anew keeps the share that is used.
 */

export type Pace = {
  /** When all of a minute's worth is there again; in the past, or never set: now. */
  fullAtMs: number;
};

const minuteMs = 60_000;
/** What turned out larger than it was thought to be costs the next minute, and no more than that. */
const longestDebtMs = 2 * minuteMs;
/** Less than a billionth of a minute's worth is rounding. */
const roundingMs = 1e-4;

/** A pace of which nothing is used. */
export function freshPace(): Pace {
  return { fullAtMs: Number.NEGATIVE_INFINITY };
}

/** What of a limit falls to one of `nodes` nodes; never under 1, so that no node is closed altogether. */
export function shareOf(limit: number, nodes: number): number {
  return Math.max(1, limit / nodes);
}

/**
 * How long until `units` more may go, in ms: 0 for now, Infinity when they are more than the whole limit.
 *
 * `perMinute` is this node's share. Something larger than the share, but not than the whole limit, goes when nothing is
 * used, and is paid off by the time after it: many nodes must not close the door to it for ever.
 */
export function waitMs(
  pace: Pace,
  units: number,
  { perMinute, limit }: { readonly perMinute: number; readonly limit: number },
  nowMs: number,
): number {
  if (units > limit) {
    return Number.POSITIVE_INFINITY;
  }
  const usedMs = untilFullMs(pace, nowMs);
  const over = usedMs + Math.min(minuteMs, msFor(units, perMinute)) - minuteMs;
  return over <= roundingMs ? 0 : over;
}

/** Takes `units`. */
export function takeUnits(pace: Pace, units: number, perMinute: number, nowMs: number): void {
  pace.fullAtMs = Math.max(nowMs, pace.fullAtMs) + msFor(units, perMinute);
}

/** Corrects a use by `units` more, or by less where they are negative. */
export function correctUnits(pace: Pace, units: number, perMinute: number, nowMs: number): void {
  if (units <= 0) {
    pace.fullAtMs += msFor(units, perMinute);
    return;
  }
  const later = Math.max(nowMs, pace.fullAtMs) + msFor(units, perMinute);
  pace.fullAtMs = Math.max(pace.fullAtMs, Math.min(later, nowMs + longestDebtMs));
}

/** Whole units that are left now. */
export function unitsLeft(pace: Pace, perMinute: number, nowMs: number): number {
  const freeMs = minuteMs - untilFullMs(pace, nowMs) + roundingMs;
  return Math.max(0, Math.floor((freeMs * perMinute) / minuteMs));
}

/** Until all of it is there again, in ms. */
export function untilFullMs(pace: Pace, nowMs: number): number {
  return Math.max(0, pace.fullAtMs - nowMs);
}

function msFor(units: number, perMinute: number): number {
  return (units / perMinute) * minuteMs;
}
