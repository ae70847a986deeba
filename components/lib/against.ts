import { type Range, rangeBetween, showSearch, windowOf } from "./range";

/** What a range can be laid over: the same hours a day, or a week, before. */
export const againsts = ["day", "week"] as const;
export type Against = (typeof againsts)[number];

const dayMs = 24 * 3_600_000;
export const shiftsMs: Readonly<Record<Against, number>> = { day: dayMs, week: 7 * dayMs };

const name = "vs";

/** What an address wants to be compared with; null for nothing. */
export function againstIn(search: { get: (name: string) => string | null }): Against | null {
  return againsts.find((against) => against === search.get(name)) ?? null;
}

/** Compares the page with other hours, or with none; what else the address says stays. */
export function showAgainst(against: Against | null): void {
  const search = new URLSearchParams(window.location.search);
  if (against === null) {
    search.delete(name);
  } else {
    search.set(name, against);
  }
  showSearch(search);
}

/** The same hours so much before. */
export function rangeBefore(range: Range, against: Against, nowMs: number): Range {
  const { fromMs, toMs } = windowOf(range, nowMs);
  return rangeBetween(fromMs - shiftsMs[against], toMs - shiftsMs[against]);
}
