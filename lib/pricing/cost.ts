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

/** The usage that a call was logged with; null when it is unknown. */
export function loggedUsage({
  promptTokens,
  completionTokens,
  cachedTokens,
}: {
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
  readonly cachedTokens: number | null;
}): Usage | null {
  return promptTokens === null || completionTokens === null
    ? null
    : { promptTokens, completionTokens, cachedTokens: cachedTokens ?? 0 };
}

/** The words of the smallest chat, as models count them. */
const probePromptTokens = 9;
const probeAnswerTokens = 1;
const reasonedProbeTokens = 16;

/** About what one probe costs at list price (US dollars per million tokens); null without a price. */
export function probeCostNanoUsd(
  price: { readonly input: number; readonly output: number } | undefined,
  isReasoning: boolean,
): number | null {
  if (price === undefined) {
    return null;
  }
  const answerTokens = isReasoning ? reasonedProbeTokens : probeAnswerTokens;
  return Math.round((probePromptTokens * price.input + answerTokens * price.output) * 1_000);
}
