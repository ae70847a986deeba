/** The application keys of this node, changed row by row: ten thousand keys are not read again for one. */
import type { AppKeyRow } from "../store/app-keys";
import { compileKeyLimits } from "./limits/key-limits";
import type { AppKey } from "./live";

export type KeyBook = {
  /** The keys that are good, by SHA-256 of their secret in hex. */
  readonly byHash: ReadonlyMap<string, AppKey>;
  rows(): Iterable<AppKeyRow>;
  /** Takes new and changed keys. */
  take(rows: readonly AppKeyRow[]): void;
  /** Forgets keys that cannot be read any more: nobody gets in on what may have been taken back. */
  forget(ids: readonly string[]): void;
  /** Forgets all. */
  clear(): void;
};

/** A book without keys. */
export function createKeyBook(): KeyBook {
  const rows = new Map<string, AppKeyRow>();
  const byHash = new Map<string, AppKey>();
  const forget = (id: string): void => {
    const former = rows.get(id);
    if (former !== undefined) {
      rows.delete(id);
      byHash.delete(former.hash);
      if (former.former !== null) {
        byHash.delete(former.former.hash);
      }
    }
  };
  return {
    byHash,
    rows: () => rows.values(),
    take(changed) {
      changed.forEach(({ id }) => forget(id));
      for (const row of changed) {
        rows.set(row.id, row);
        if (row.revokedAt === null) {
          const key = toAppKey(row);
          byHash.set(row.hash, key);
          if (row.former !== null) {
            byHash.set(row.former.hash, { ...key, endsAtMs: row.former.until });
          }
        }
      }
    },
    forget: (ids) => ids.forEach(forget),
    clear() {
      rows.clear();
      byHash.clear();
    },
  };
}

function toAppKey({ id, kind, limits, drill }: AppKeyRow): AppKey {
  return {
    id,
    demo: kind === "demo",
    allowedModels: allowedSet(limits.allowedModels),
    allowedRegions: allowedSet(limits.allowedRegions),
    defaultRouteOnModelName: limits.defaultRouteOnModelName,
    midstream: limits.midstream,
    limits: compileKeyLimits(limits),
    drill,
    endsAtMs: null,
  };
}

function allowedSet(ids: readonly string[] | null): ReadonlySet<string> | null {
  return ids === null || ids.includes("*") ? null : new Set(ids);
}
