import type { QueryKey } from "@tanstack/react-query";
import {
  callsQueries,
  changesQueries,
  figuresQueries,
  filmQueries,
  healthQueries,
  keysQueries,
  metricsQueries,
  moversQueries,
} from "../queries";
import { streamedRange } from "../range";
import type { LiveState } from "./state";

const pollSeconds = 5;
const slowPollSeconds = 10;
/** Read again by their own clock. */
const ownPace: ReadonlySet<unknown> = new Set([
  ...filmQueries.all(),
  ...figuresQueries.all(),
  ...moversQueries.all(),
  ...keysQueries.all(),
]);

/** Whether a query is due at this tick of a one-second clock; of what nobody sees, only what the tab's title tells. */
export function isPolled(
  key: QueryKey,
  { link, paused }: LiveState,
  tick: number,
  isHidden = false,
): boolean {
  if (isHidden && key[0] !== healthQueries.all()[0]) {
    return false;
  }
  // Only the latest calls are a view of now: a list and a single call stay as they were read.
  const isRead = key[0] === callsQueries.all()[0] && key[1] !== "latest";
  const isFeed = key[0] === changesQueries.all()[0] && key[1] !== "latest";
  if (paused || isRead || isFeed || isOver(key) || ownPace.has(key[0])) {
    return false;
  }
  if (link === "polling") {
    return tick % pollSeconds === 0;
  }
  const [kind, range, app] = key;
  const isStreamed =
    kind !== metricsQueries.all()[0] || (range === streamedRange && (app ?? null) === null);
  return !isStreamed && tick % slowPollSeconds === 0;
}

/** A range between two instants stays as it was read. */
function isOver([kind, range]: QueryKey): boolean {
  return kind === metricsQueries.all()[0] && typeof range === "string" && range.includes("/");
}
