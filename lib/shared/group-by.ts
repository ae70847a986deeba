/** The rows by key, in their order. `Map.groupBy` without the Node 21 that it needs. */
export function groupBy<T, K>(
  rows: Iterable<T>,
  keyOf: (row: T) => K,
): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>();
  for (const row of rows) {
    const key = keyOf(row);
    const own = groups.get(key);
    if (own === undefined) {
      groups.set(key, [row]);
    } else {
      own.push(row);
    }
  }
  return groups;
}
