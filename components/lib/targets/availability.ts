import type { TargetView } from "@/lib/shared/contract";

/** Under this many samples a share or a quantile says nothing. */
export const minSamples = 20;

/** The share to print; null where it would rest on too few attempts or probes. */
export function shownRatio({ ratio, n }: TargetView["availability"]): number | null {
  return n < minSamples ? null : ratio;
}
