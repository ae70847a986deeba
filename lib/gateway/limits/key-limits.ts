/** What one application key may use, as its calls meet it. */
import type { AppKeyLimits } from "../../store/app-keys";

export type KeyLimits = {
  readonly requestsPerMinute: number | null;
  readonly tokensPerMinute: number | null;
  readonly parallel: number | null;
  readonly budget: KeyBudget | null;
};

export type KeyBudget = {
  readonly limitNanoUsd: number;
  /** Not a nano-USD beyond it: what a call may cost at most is set aside for it. */
  readonly strict: boolean;
};

/** The limits in force for a key; null for a key without any. */
export function compileKeyLimits(limits: AppKeyLimits): KeyLimits | null {
  const { rpm, tpm, parallel, budgetUsdPerMonth, strictBudget } = limits;
  if (rpm === null && tpm === null && parallel === null && budgetUsdPerMonth === null) {
    return null;
  }
  return {
    requestsPerMinute: rpm,
    tokensPerMinute: tpm,
    parallel,
    budget:
      budgetUsdPerMonth === null
        ? null
        : { limitNanoUsd: Math.round(budgetUsdPerMonth * 1e9), strict: strictBudget },
  };
}
