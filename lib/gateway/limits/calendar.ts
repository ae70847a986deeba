/** Which month it is for all nodes: the database's clock, kept by our monotonic one. */
import { monthOf, nextMonthMs } from "./month";

export type Calendar = {
  /** Whether the database's clock was ever heard; before, it is our own wall clock. */
  isKnown(): boolean;
  /** The database's clock, as it was told just now, epoch ms. */
  hear(databaseMs: number): void;
  /** First day of the present month, as `2026-11-01`. */
  month(nowMs: number): string;
  /** How long the present month still lasts, in ms. */
  leftMs(nowMs: number): number;
  /** First day of the next month. */
  nextMonth(): string;
  /** When the next month begins, epoch ms. */
  nextMonthAtMs(): number;
};

/** A calendar by `now`, monotonic milliseconds. */
export function createCalendar(now: () => number): Calendar {
  /** From our monotonic time to the database's clock; null before it was heard. */
  let offsetMs: number | null = null;
  let month = { name: "", endsMs: Number.NEGATIVE_INFINITY, endsAtMs: 0 };
  const read = (nowMs: number): void => {
    const atMs = nowMs + (offsetMs ?? Date.now() - now());
    const endsAtMs = nextMonthMs(atMs);
    month = { name: monthOf(atMs), endsAtMs, endsMs: endsAtMs - atMs + nowMs };
  };
  const present = (nowMs: number): typeof month => {
    if (nowMs >= month.endsMs) {
      read(nowMs);
    }
    return month;
  };
  return {
    isKnown: () => offsetMs !== null,
    hear(databaseMs) {
      const nowMs = now();
      offsetMs = databaseMs - nowMs;
      read(nowMs);
    },
    month: (nowMs) => present(nowMs).name,
    leftMs: (nowMs) => present(nowMs).endsMs - nowMs,
    nextMonth: () => monthOf(present(now()).endsAtMs),
    nextMonthAtMs: () => present(now()).endsAtMs,
  };
}
