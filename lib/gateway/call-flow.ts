/** How a call's answer left its first choice. */
import type { Candidate } from "../core/plan";
import type { AttemptTrace, CallTrace } from "./call-trace";

export type CallFlow = {
  /** The first eligible target; null when nothing was planned. */
  readonly first: Candidate | null;
  /** The attempt that served the call; null when none did. */
  readonly served: AttemptTrace | null;
  /** Served by a later model of the chain than the first eligible one. */
  readonly isFallback: boolean;
  /** Served by the first eligible model, in another region. */
  readonly isRegionSwitch: boolean;
};

/** The flow of a call that has ended. */
export function callFlow({ error, answering, plan }: CallTrace): CallFlow {
  const first = plan?.candidates[0] ?? null;
  const served = error === null ? answering : null;
  const firstIndex = first?.entryIndex ?? 0;
  return {
    first,
    served,
    isFallback: served !== null && served.entryIndex > firstIndex,
    isRegionSwitch:
      served !== null &&
      first !== null &&
      served.entryIndex === first.entryIndex &&
      served.target.region !== first.target.region,
  };
}
