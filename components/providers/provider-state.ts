import { isImpaired, shownState, worstState } from "@/components/lib/targets/state";
import type { DisplayState, TargetView } from "@/lib/shared/contract";

/** How a provider does: down only when all of it that is on is, and of how many targets that tells. */
export function providerState(targets: readonly TargetView[]): {
  readonly state: DisplayState;
  readonly impaired: number;
} {
  const on = targets.filter((target) => shownState(target) !== "off");
  const impaired = on.filter(isImpaired).length;
  if (impaired === 0) {
    return { state: worstState(targets), impaired };
  }
  return { state: on.every(({ state }) => state === "down") ? "down" : "degraded", impaired };
}
