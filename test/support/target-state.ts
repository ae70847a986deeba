import { type TargetStateRow } from "@/lib/store/target-states";

/** A healthy target's state with `changes`. */
export function targetState(changes: Partial<TargetStateRow> = {}): TargetStateRow {
  return {
    breaker: "closed",
    soft: "none",
    barred: null,
    since: null,
    until: null,
    reason: null,
    openings: 0,
    consecutiveFailures: 0,
    figures: null,
    rateLimitedUntil: null,
    probe: "unknown",
    lastProbe: null,
    nextProbeAt: null,
    successors: [],
    inFlight: 0,
    ttftMs: null,
    lastError: null,
    ...changes,
  };
}
