/** How many calls a second a target has had over the last minute, and from whom. */
export type Rate = {
  readonly slots: number[];
  slot: number;
  firstMs: number | null;
};

const slotMs = 10_000;
const slotsKept = 6;
/** A rate over less than this is a guess. */
const minSpanMs = 10_000;

/** A meter that has counted nothing. */
export function emptyRate(): Rate {
  return { slots: [0, 0, 0, 0, 0, 0], slot: 0, firstMs: null };
}

/** Counts one start. */
export function countStart(rate: Rate, nowMs: number): void {
  rate.firstMs ??= nowMs;
  advance(rate, nowMs);
  const place = rate.slot % slotsKept;
  rate.slots[place] = (rate.slots[place] ?? 0) + 1;
}

function advance(rate: Rate, nowMs: number): void {
  const slot = Math.floor(nowMs / slotMs);
  const passed = Math.min(slotsKept, slot - rate.slot);
  for (let step = 1; step <= passed; step += 1) {
    rate.slots[(slot - passed + step) % slotsKept] = 0;
  }
  rate.slot = slot;
}

/** Starts per second over the last minute, or since the first one if that is shorter. */
export function perSecond(rate: Rate, nowMs: number): number {
  if (rate.firstMs === null) {
    return 0;
  }
  advance(rate, nowMs);
  const total = rate.slots.reduce((sum, count) => sum + count, 0);
  // The running slot is not full yet.
  const spanMs = (slotsKept - 1) * slotMs + (nowMs % slotMs);
  return (total * 1_000) / Math.max(minSpanMs, Math.min(spanMs, nowMs - rate.firstMs));
}

/** Which application keys have called: the newest one, and when another one last did. */
export type Keys = { key: string | null; atMs: number; otherAtMs: number | null };

const keyMemoryMs = 60_000;

/** Notes that `key` calls. */
export function noteKey(keys: Keys, key: string, nowMs: number): void {
  if (keys.key !== null && keys.key !== key) {
    keys.otherAtMs = keys.atMs;
  }
  keys.key = key;
  keys.atMs = nowMs;
}

/** Whether more than one key called within the last minute. */
export function hasSeveralKeys(keys: Keys, nowMs: number): boolean {
  return keys.otherAtMs !== null && nowMs - keys.otherAtMs <= keyMemoryMs;
}
