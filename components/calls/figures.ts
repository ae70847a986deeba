import type { CallView } from "@/lib/shared/contract";
import { type Format, noValue } from "@/lib/shared/format";

/** Prompt and completion tokens; an estimate carries its sign. */
export function tokensText(
  call: Pick<CallView, "promptTokens" | "completionTokens" | "tokensEstimated">,
  f: Pick<Format, "count">,
): string {
  const { promptTokens, completionTokens, tokensEstimated } = call;
  return promptTokens === null || completionTokens === null
    ? noValue
    : about(tokensEstimated, `${f.count(promptTokens)} → ${f.count(completionTokens)}`);
}

/** What it cost; an estimate carries its sign. */
export function costText(
  { costNanoUsd, tokensEstimated }: Pick<CallView, "costNanoUsd" | "tokensEstimated">,
  f: Pick<Format, "money">,
): string {
  return about(tokensEstimated && costNanoUsd !== null, f.money(costNanoUsd));
}

type Rescued = Pick<CallView, "rescueNanoUsd" | "tokensEstimated" | "model" | "firstModel">;

/** How a rescue changed the price; another model would have counted the same words as other tokens. Null: not known. */
export function rescuePrice(
  { rescueNanoUsd, tokensEstimated, model, firstModel }: Rescued,
  f: Pick<Format, "money">,
): { readonly kind: "more" | "less" | "same"; readonly amount: string } | null {
  if (rescueNanoUsd === null) {
    return null;
  }
  const amount = about(tokensEstimated || model !== firstModel, f.money(Math.abs(rescueNanoUsd)));
  if (rescueNanoUsd === 0) {
    return { kind: "same", amount };
  }
  return { kind: rescueNanoUsd > 0 ? "more" : "less", amount };
}

/** A text with the sign of an estimate, where it is one. */
export function about(isEstimated: boolean, text: string): string {
  return isEstimated ? `≈\u00a0${text}` : text;
}
