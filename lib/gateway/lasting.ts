import type { HealthLabel } from "../core/events";
import { halfWayStates, outStates } from "../store/health-events";

export type Lasting = {
  /**
   * Since when `label` has been the target's, monotonic; null while it has had no other. An outage lasts until it is over: a
   * trial that fails, or another reason to stay out, begins no new one.
   */
  sinceMs: (targetId: string, label: HealthLabel, nowMs: number) => number | null;
  forget: (targetId: string) => void;
};

type Known = { readonly label: HealthLabel; readonly sinceMs: number | null };

const ofOutage: readonly string[] = [...outStates, ...halfWayStates];

/** How long each target has had its label. Most changes are told; a verdict that grew too old to count is only seen. */
export function createLasting(): Lasting {
  const targets = new Map<string, Known>();
  return {
    sinceMs(targetId, label, nowMs) {
      const known = targets.get(targetId) ?? { label: "closed", sinceMs: null };
      const isSame =
        known.label === label || (ofOutage.includes(known.label) && ofOutage.includes(label));
      const sinceMs = isSame ? known.sinceMs : nowMs;
      targets.set(targetId, { label, sinceMs });
      return sinceMs;
    },
    forget(targetId) {
      targets.delete(targetId);
    },
  };
}
