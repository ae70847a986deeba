/** What several small ones are called together. */
export const otherName = "other";

/**
 * The names that most is counted of, `most` of them at the most, in the order of the alphabet; where there are more, the
 * rest are one, behind them.
 */
export function topNames(
  records: readonly Readonly<Record<string, number>>[],
  most: number,
): { readonly shown: readonly string[]; readonly rest: readonly string[] } {
  const sums = new Map<string, number>();
  for (const record of records) {
    for (const [name, count] of Object.entries(record)) {
      sums.set(name, (sums.get(name) ?? 0) + count);
    }
  }
  const names = [...sums.keys()].filter((name) => name !== otherName);
  const ranked = names.sort((left, right) => (sums.get(right) ?? 0) - (sums.get(left) ?? 0));
  const isAll = ranked.length <= most && !sums.has(otherName);
  const shown = ranked.slice(0, isAll ? most : most - 1).sort();
  const rest = [...sums.keys()].filter((name) => !shown.includes(name));
  return { shown, rest };
}
