import { type ImpactView } from "../shared/contract";

export type ImpactFacts = {
  /** A name that applications may ask for goes. */
  readonly removes: boolean;
  /** Something is turned off, or a chain changes. */
  readonly takesAway: boolean;
  /** A model, region or provider, and not one target or one chain. */
  readonly isWide: boolean;
  /** Targets would not be in the configuration any more. */
  readonly losesTargets: boolean;
  /** Of all traffic, 0..1; null when there is too little to say. */
  readonly movedShare: number | null;
  readonly emptied: readonly string[];
  /** Running calls that would be cut. */
  readonly cut: number;
};

const mostShare = 0.5;
const muchShare = 0.2;

/** How much a person must say before a change happens, and why. What only turns on happens at once. */
export function impactTier(facts: ImpactFacts): Pick<ImpactView, "tier" | "because"> {
  const { removes, takesAway, isWide, losesTargets, movedShare, emptied, cut } = facts;
  if (!takesAway) {
    return { tier: "T0", because: [] };
  }
  if (removes) {
    return { tier: "T2", because: ["removes"] };
  }
  const share = movedShare ?? 0;
  const grave: ImpactView["because"] = [
    ...(emptied.length > 0 ? (["empties"] as const) : []),
    ...(share > mostShare ? (["most_moves"] as const) : []),
    ...(cut > 0 ? (["cuts_running"] as const) : []),
  ];
  if (grave.length > 0) {
    return { tier: "T2", because: grave };
  }
  const notable: ImpactView["because"] = [
    ...(share > muchShare ? (["much_moves"] as const) : []),
    ...(isWide ? (["whole_object"] as const) : []),
    ...(losesTargets ? (["targets_gone"] as const) : []),
  ];
  return { tier: notable.length > 0 ? "T1" : "T0", because: notable };
}
