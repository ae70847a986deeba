/** The counters of a plan's entry as they leave the router. */
import type { Evidence } from "../core/events";
import type { PlanEntry } from "../core/plan";

const none: Evidence = {};

/** Without the provider's words, which may quote another caller's prompt. */
export function plainCounters({ counters }: PlanEntry): Evidence {
  if (counters === undefined) {
    return none;
  }
  const { message: _message, ...plain } = counters;
  return plain;
}
