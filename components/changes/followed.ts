import type { Change } from "@/lib/shared/contract";
import { summaryOf } from "./summary";

/** What came after a transition at the same target, on the same node. */
export interface Followed {
  readonly event: Change;
  readonly afterMs: number;
}

/** For each transition the one that followed it; null for the newest of its target. Newest first, as the feed is. */
export function followedBy(events: readonly Change[]): ReadonlyMap<string, Followed | null> {
  const next = new Map<string, Change>();
  const followed = new Map<string, Followed | null>();
  for (const event of events) {
    const summary = summaryOf(event.summary);
    if (summary?.type === "health") {
      const place = `${summary.target} ${summary.node ?? ""}`;
      const later = next.get(place);
      followed.set(
        event.id,
        later === undefined ? null : { event: later, afterMs: later.at - event.at },
      );
      next.set(place, event);
    }
  }
  return followed;
}
