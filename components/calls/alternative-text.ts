import type { Translate } from "@/components/lib/i18n/messages";
import type { CallAlternative, CallDetail } from "@/lib/shared/contract";
import type { Format } from "@/lib/shared/format";
import { about } from "./figures";

const hourMs = 3_600_000;

/** The time and the cost that a call would probably have had at another target: `≈ 1.31 s · ≈ $0.0021 (+12 %)`. */
export function estimateText(
  { p50Ms, costNanoUsd, costRatio }: CallAlternative,
  { promptTokens, completionTokens }: Pick<CallDetail, "promptTokens" | "completionTokens">,
  t: Translate,
  f: Format,
): string {
  const time = p50Ms === null ? t("call.if.tooFew") : about(true, f.span(p50Ms));
  const areTokensKnown = promptTokens !== null && completionTokens !== null;
  const unknown = t(areTokensKnown ? "call.if.priceUnknown" : "call.if.tokensUnknown");
  const cost = costNanoUsd === null ? unknown : about(true, f.money(costNanoUsd));
  return `${time} · ${costRatio === null ? cost : `${cost} (${ratioText(costRatio, t, f)})`}`;
}

function ratioText(ratio: number, t: Translate, f: Format): string {
  if (Math.abs(ratio - 1) < 0.0005) {
    return t("call.if.sameCost");
  }
  const sign = ratio < 1 ? "−" : "+";
  return ratio >= 2 ? f.change(ratio) : `${sign}${f.change(ratio)}`;
}

/** What an estimate rests on; `because`: what was wrong with the target then. */
export function basisText(
  { sameProvider, answers, p50Ms, fromMs, toMs }: CallAlternative,
  because: string | null,
  t: Translate,
): string {
  const span = toMs - fromMs > 2 * hourMs ? "day" : "hour";
  const parts = [
    because === null ? null : t("call.if.then", { because }),
    sameProvider === null
      ? null
      : t(sameProvider ? "call.if.sameProvider" : "call.if.otherProvider"),
    t(p50Ms === null ? "call.if.answers" : "call.if.median", { n: answers, span }),
  ];
  return parts.filter((part) => part !== null).join(" · ");
}
