/** Months as budgets count them: in UTC, by the database's clock, which is the same for all nodes. */

/** The first day of the month of `atMs`, as `2026-11-01`. */
export function monthOf(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 7)}-01`;
}

/** When the month after that of `atMs` begins, epoch ms. */
export function nextMonthMs(atMs: number): number {
  const at = new Date(atMs);
  return Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 1);
}
