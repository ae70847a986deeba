"use client";

import type { UseQueryResult } from "@tanstack/react-query";
import { useId } from "react";
import { useWords } from "@/components/lib/i18n/provider";
import { isLike } from "@/components/lib/stored-draft";
import { useHydrated } from "@/components/lib/use-hydrated";
import { typedNumber } from "@/components/lib/typed-number";
import { useStoredDraft } from "@/components/lib/use-stored-draft";
import { QueryState } from "@/components/shell/query-state";
import { Field } from "@/components/ui/field";
import { Panel } from "@/components/ui/panel";
import { rateText } from "@/lib/shared/format";
import type { SettingsView } from "@/lib/shared/settings-contract";
import { SettingsForm, typedText } from "./settings-form";

type Props = { query: UseQueryResult<SettingsView> };

const isCurrency = isLike<{ code: string; rate: string; day: string; reason: string }>({
  code: "",
  rate: "",
  day: "",
  reason: "",
});

/** What amounts are shown in beside US dollars, at a rate that a person gives: nothing here asks a bank. */
export function CurrencyPanel({ query }: Props) {
  const { t, f } = useWords();
  const view = query.data;
  return (
    <Panel
      id="currency"
      title={t("settings.currency.title")}
      // Nothing is known yet, and the line keeps its height.
      subtitle={view === undefined ? "\u00a0" : shownText(view)}
    >
      <QueryState query={query} skeleton="h-28" />
      {view !== undefined && <CurrencyForm key={view.settingsRevision} view={view} />}
    </Panel>
  );

  function shownText({ settings: { currency, exchangeRate } }: SettingsView): string {
    if (currency === null || currency === "USD") {
      return t("settings.currency.note");
    }
    return exchangeRate === null
      ? t("settings.currency.noRate", { currency })
      : t("settings.currency.rate", { rate: rateText(f.locale, { currency, ...exchangeRate }) });
  }
}

function CurrencyForm({ view }: { view: SettingsView }) {
  const { t, f } = useWords();
  const listId = useId();
  const isHydrated = useHydrated();
  const { currency, exchangeRate } = view.settings;
  const typed = useStoredDraft({
    name: "settings:currency",
    initial: {
      code: currency ?? "",
      rate: typedText(exchangeRate?.perUsd ?? null),
      day: exchangeRate?.at ?? "",
      reason: "",
    },
    revision: view.settingsRevision,
    isKind: isCurrency,
  });
  const { code, rate, day, reason } = typed.value;
  const change = (part: Partial<typeof typed.value>): void => {
    typed.set({ ...typed.value, ...part });
  };
  return (
    <SettingsForm
      view={view}
      columns={3}
      title={t("settings.currency.title")}
      body={() => {
        const perUsd = typedNumber(rate);
        return {
          currency: code.trim() === "" ? null : code.trim().toUpperCase(),
          exchangeRate: perUsd === null ? null : { perUsd, at: day },
        };
      }}
      typed={typed}
      reason={reason}
      onReason={(next) => {
        change({ reason: next });
      }}
    >
      {(problemOf) => (
        <>
          <Field
            label={t("settings.currency.code")}
            hint={t("settings.currency.codeHint")}
            value={code}
            problem={problemOf("currency")}
            list={listId}
            placeholder="USD"
            onValue={(next) => {
              change({ code: next });
            }}
          />
          <datalist id={listId}>
            {(isHydrated ? Intl.supportedValuesOf("currency") : []).map((name) => (
              <option key={name} value={name} />
            ))}
          </datalist>
          <Field
            label={t("settings.currency.perUsd")}
            value={rate}
            problem={problemOf("exchangeRate")}
            inputMode="decimal"
            onValue={(next) => {
              change({ rate: next, day: day === "" ? today() : day });
            }}
          />
          <Field
            label={t("settings.currency.day")}
            type="date"
            value={day}
            onValue={(next) => {
              change({ day: next });
            }}
          />
        </>
      )}
    </SettingsForm>
  );

  /** The reader's own day, as fields of dates spell it: Swedish has that order. */
  function today(): string {
    return new Intl.DateTimeFormat("sv", { timeZone: f.timeZone }).format(Date.now());
  }
}
