import type { Change } from "@/lib/shared/contract";

const minuteMs = 60_000;
const deciding: readonly string[] = ["config", "switch", "reset"];

/**
 * For each change that calls may feel, the one that is shown with how they went: of those within a minute the newest, as
 * their figures are the same. Nothing was before the first revision. Newest first, as the feed is.
 */
export function creditedBy(changes: readonly Change[]): ReadonlyMap<string, Change> {
  const credited = new Map<string, Change>();
  let newest: Change | undefined;
  for (const change of changes) {
    if (deciding.includes(change.kind) && change.revision !== 1) {
      newest = newest !== undefined && newest.at - change.at < minuteMs ? newest : change;
      credited.set(change.id, newest);
    }
  }
  return credited;
}
