import { type QueryKey } from "@tanstack/react-query";
import { callsQueries, metricsQueries } from "../queries";
import { streamedRange } from "../range";
import { type LiveState } from "./state";

const pollSeconds = 5;
const slowPollSeconds = 10;

/** Whether a query is due at this tick of a one-second clock. */
export function isPolled(key: QueryKey, { link, paused }: LiveState, tick: number): boolean {
  const isDetail = key[0] === callsQueries.all()[0] && key[1] === "detail";
  if (paused || isDetail) {
    return false;
  }
  if (link === "polling") {
    return tick % pollSeconds === 0;
  }
  const isStreamed = key[0] !== metricsQueries.all()[0] || key[1] === streamedRange;
  return !isStreamed && tick % slowPollSeconds === 0;
}
