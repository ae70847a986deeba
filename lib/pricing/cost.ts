/** What a call cost. Money is integer nano-USD; unknown is null and never 0. */
import type { Price } from "../core/types";
import type { Usage } from "../dialects/openai";

/** The cost of `usage` at `price`; null when the price or the usage is unknown. Cached tokens are part of the prompt's. */
export function costNanoUsd(price: Price | null, usage: Usage | null): number | null {
  if (price === null || usage === null) {
    return null;
  }
  const cached = Math.min(usage.cachedTokens, usage.promptTokens);
  return Math.round(
    (usage.promptTokens - cached) * price.inputNanoUsd +
      cached * price.cachedInputNanoUsd +
      usage.completionTokens * price.outputNanoUsd,
  );
}
