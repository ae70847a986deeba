import type { HealthLabel } from "../core/events";
import { halfWayStates, outStates } from "../store/health-events";

export type Lasting = {
  /** Since when `label` has been the target's, monotonic; null while it has had no other. */
  sinceMs: (targetId: string, label: HealthLabel, nowMs: number) => number | null;
  forget: (targetId: string) => void;
};

type Known = {
  readonly label: HealthLabel;
  readonly sinceMs: number | null;
  /** When the outage began that is not over yet. */
  readonly outMs: number | null;
};

/**
 * How long each target has had its label. Most changes are told; a verdict that grew too old to count is only seen.
 * A trial that fails is no new outage: out again is out since the first time.
 */
export function createLasting(): Lasting {
  const targets = new Map<string, Known>();
  return {
    sinceMs(targetId, label, nowMs) {
      const known = targets.get(targetId) ?? { label: "closed", sinceMs: null, outMs: null };
      const present = known.label === label ? known : changed(known, label, nowMs);
      targets.set(targetId, present);
      return present.sinceMs;
    },
    forget(targetId) {
      targets.delete(targetId);
    },
  };
}

function changed({ outMs }: Known, label: HealthLabel, nowMs: number): Known {
  if (outStates.includes(label)) {
    return { label, sinceMs: outMs ?? nowMs, outMs: outMs ?? nowMs };
  }
  return { label, sinceMs: nowMs, outMs: halfWayStates.includes(label) ? outMs : null };
}
