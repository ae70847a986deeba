"use client";

import { useCurrencyChoice } from "@/components/lib/currency";
import { useWords } from "@/components/lib/i18n/provider";
import { rateText } from "@/lib/shared/format";

/** What amounts are shown in; the other one with a click. Nothing where there is only one. */
export function CurrencySwitch() {
  const { t, f } = useWords();
  const choice = useCurrencyChoice();
  if (choice === null) {
    return null;
  }
  const { shown, other, exchange, choose } = choice;
  const label = t("currency.switch", { shown, other });
  return (
    <button
      type="button"
      title={`${label} · ${rateText(f.locale, exchange)}`}
      data-testid="currency"
      onClick={() => {
        choose(other);
      }}
      className="h-7 min-w-7 rounded-control px-1.5 text-small font-medium text-fg-2 hover:bg-hover touch:h-11 touch:min-w-11"
    >
      <span aria-hidden="true">{shown}</span>
      <span className="sr-only">{label}</span>
    </button>
  );
}
