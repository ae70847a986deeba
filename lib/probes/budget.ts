/** What probes have cost today, and what that leaves of them. */
import type { Price } from "../core/types";

export type ProbeBudget = {
  /** Notes what a probe cost. */
  spend(nanoUsd: number, wallMs: number): void;
  /** Regular intervals grow by this factor; null: no probe that costs anything. */
  stretch(budgetNanoUsd: number, wallMs: number): number | null;
};

const dayMs = 86_400_000;
/** Over the budget probes come this much more seldom; at twice the budget only free ones are left. */
const stretched = 4;
const stopsAt = 2;

/** A budget of which nothing is spent; days are UTC's. */
export function createProbeBudget(): ProbeBudget {
  let day = 0;
  let spentNanoUsd = 0;
  const turn = (wallMs: number): void => {
    const today = Math.floor(wallMs / dayMs);
    if (today !== day) {
      day = today;
      spentNanoUsd = 0;
    }
  };
  return {
    spend(nanoUsd, wallMs) {
      turn(wallMs);
      spentNanoUsd += nanoUsd;
    },
    stretch(budgetNanoUsd, wallMs) {
      turn(wallMs);
      if (spentNanoUsd <= budgetNanoUsd) {
        return 1;
      }
      return spentNanoUsd < stopsAt * budgetNanoUsd ? stretched : null;
    },
  };
}

export type ProbeCost = { readonly tokens: number; readonly nanoUsd: number | null };

/** What a probe's own usage costs at list price; unknown prices are null. */
export function probeCost(
  price: Price | null,
  usage: { readonly promptTokens: number; readonly completionTokens: number } | null,
): ProbeCost {
  if (usage === null) {
    return { tokens: 0, nanoUsd: 0 };
  }
  const { promptTokens, completionTokens } = usage;
  return {
    tokens: promptTokens + completionTokens,
    nanoUsd:
      price === null
        ? null
        : promptTokens * price.inputNanoUsd + completionTokens * price.outputNanoUsd,
  };
}
