import type { Change } from "@/lib/shared/contract";
import type { Format } from "@/lib/shared/format";
import { summaryOf } from "./summary";

const minuteMs = 60_000;
const hourMinutes = 60;

/** What came after a transition at the same target, on the same node. */
export interface Followed {
  readonly event: Change;
  readonly afterMs: number;
}

/**
 * For each transition the one that followed it; null for the newest of its target, and where the line above is that one.
 * Newest first, as the feed is.
 */
export function followedBy(events: readonly Change[]): ReadonlyMap<string, Followed | null> {
  const next = new Map<string, Change>();
  const followed = new Map<string, Followed | null>();
  for (const [index, event] of events.entries()) {
    const summary = summaryOf(event.summary);
    if (summary?.type === "health") {
      const place = `${summary.target} ${summary.node ?? ""}`;
      const later = next.get(place);
      followed.set(
        event.id,
        later === undefined || later === events[index - 1]
          ? null
          : { event: later, afterMs: later.at - event.at },
      );
      next.set(place, event);
    }
  }
  return followed;
}

/** How long after: `41 s`, `3 h 51 min`, `27 h`. */
export function afterText(afterMs: number, f: Format): string {
  const minutes = Math.floor(afterMs / minuteMs);
  const beyond = minutes % hourMinutes;
  return minutes < hourMinutes || minutes >= 24 * hourMinutes || beyond === 0
    ? f.duration(afterMs)
    : `${f.bucket((minutes - beyond) * minuteMs)} ${f.bucket(beyond * minuteMs)}`;
}
