import { useWords } from "@/components/lib/i18n/provider";
import { Tag } from "@/components/ui/tag";
import type { CallView } from "@/lib/shared/contract";
import { costText, rescuePrice, tokensText } from "./figures";
import { flagsOf } from "./flags";

type Props = { call: CallView };

/** What is out of the ordinary about a call, each as a word. */
export function CallFlags({ call }: Props) {
  const { t } = useWords();
  return flagsOf(call).map((flag) => (
    <Tag key={flag} title={t(`calls.flagTitle.${flag}`)}>
      {t(`calls.flag.${flag}`)}
    </Tag>
  ));
}

/** Tokens in and out, and how many of those in the provider had ready. */
export function CallTokens({ call }: Props) {
  const { t, f } = useWords();
  const { cachedTokens } = call;
  return (
    <>
      {tokensText(call, f)}
      {cachedTokens !== null && cachedTokens > 0 && (
        <span className="block text-micro text-fg-3">
          {t("calls.cached", { n: f.count(cachedTokens) })}
        </span>
      )}
    </>
  );
}

/** What a call cost, and how much of that, or less than that, is the price of its rescue. */
export function CallCost({ call }: Props) {
  const { t, f } = useWords();
  const rescue = rescuePrice(call, f);
  return (
    <>
      {costText(call, f)}
      {rescue !== null && rescue.kind !== "same" && (
        <span
          className="block text-micro text-fg-3"
          title={t("calls.rescueTitle", { model: call.firstModel ?? "" })}
        >
          {t(`calls.rescue.${rescue.kind}`, { amount: rescue.amount })}
        </span>
      )}
    </>
  );
}
