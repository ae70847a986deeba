/** Answers that several readers want within the same second are computed once. */
export type QueryCache = {
  /** The value of `key`, computed now unless an answer younger than `maxAgeMs` is there or on its way. */
  get<T>(key: string, maxAgeMs: number, compute: () => Promise<T>): Promise<T>;
};

const longestKept = 256;

/** An empty cache; failures are never kept. */
export function createQueryCache(now: () => number = () => performance.now()): QueryCache {
  const entries = new Map<string, { startedAtMs: number; value: Promise<unknown> }>();
  return {
    get<T>(key: string, maxAgeMs: number, compute: () => Promise<T>): Promise<T> {
      const known = entries.get(key);
      if (known !== undefined && now() - known.startedAtMs < maxAgeMs) {
        // The key names the computation, so the value has its type.
        return known.value as Promise<T>;
      }
      const value = compute();
      const entry = { startedAtMs: now(), value };
      entries.delete(key);
      entries.set(key, entry);
      value.catch(() => {
        if (entries.get(key) === entry) {
          entries.delete(key);
        }
      });
      for (const oldest of entries.keys()) {
        if (entries.size <= longestKept) {
          break;
        }
        entries.delete(oldest);
      }
      return value;
    },
  };
}
