/** The lowest place that none of `taken` has; a process that replaces another stands beside it for a while. */
export function findFreeSlot(taken: readonly number[]): number {
  let slot = 0;
  while (taken.includes(slot)) {
    slot += 1;
  }
  return slot;
}

const firstDelayMs = 500;
const longestDelayMs = 30_000;

/** How long to wait before a process is started again that has crashed `before` times in a row already. */
export function restartDelayMs(before: number): number {
  return before === 0 ? 0 : Math.min(longestDelayMs, firstDelayMs * 2 ** (before - 1));
}
