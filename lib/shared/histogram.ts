/**
 * Histograms that can be added up: 64 slots whose bounds grow by 22.5 %, so that percentiles are merged and never averaged.
 * Values are whole numbers: milliseconds, microseconds, tenths of tokens per second. Browser-safe.
 */

/**
 * Where slots 1 to 63 begin; slot 0 holds zeros, the last one all that is larger. Written out, because the database has
 * the same list and rounding must not come between them.
 */
export const slotBounds: readonly number[] = [
  1, 2, 3, 4, 5, 6, 7, 9, 11, 13, 16, 20, 24, 29, 36, 44, 54, 66, 81, 99, 121, 148, 181, 222, 272,
  333, 408, 500, 612, 750, 919, 1_125, 1_378, 1_688, 2_067, 2_531, 3_100, 3_797, 4_650, 5_695,
  6_975, 8_542, 10_461, 12_812, 15_691, 19_217, 23_535, 28_823, 35_300, 43_232, 52_946, 64_843,
  79_413, 97_257, 119_111, 145_875, 178_653, 218_796, 267_959, 328_169, 401_909, 492_218, 602_819,
];

export const slotCount: number = slotBounds.length + 1;

/** No percentile is further than this from the exact one, in relation to it, while values stay under the last bound. */
export const worstErrorRatio = 0.225;

/** The slot of `value`, 0 to 63. */
export function slotOf(value: number): number {
  let low = 0;
  let high = slotBounds.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value < (slotBounds[middle] ?? Infinity)) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

/** The smallest and the largest whole number of a slot; of the last slot its bound, because it has no end. */
export function slotRange(slot: number): { readonly least: number; readonly most: number } {
  const least = slot === 0 ? 0 : (slotBounds[slot - 1] ?? 0);
  const next = slotBounds[slot];
  return { least, most: next === undefined ? least : next - 1 };
}

/**
 * The `q` quantile (nearest rank, 0 < q ≤ 1) of what `counts` hold by slot; null when they hold nothing. Inside a slot the
 * values are taken to lie evenly.
 */
export function quantileOf(counts: readonly number[], q: number): number | null {
  const n = counts.reduce((sum, count) => sum + count, 0);
  const rank = Math.max(1, Math.ceil(q * n));
  let before = 0;
  for (const [slot, count] of counts.entries()) {
    if (count > 0 && before + count >= rank) {
      const { least, most } = slotRange(slot);
      return least + ((most - least) * (rank - before - 0.5)) / count;
    }
    before += count;
  }
  return null;
}

/** What several histograms hold together. */
export function addHistograms(all: readonly (readonly number[])[]): number[] {
  return Array.from({ length: slotCount }, (_, slot) =>
    all.reduce((sum, counts) => sum + (counts[slot] ?? 0), 0),
  );
}
