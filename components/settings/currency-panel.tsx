"use client";

import type { UseQueryResult } from "@tanstack/react-query";
import { useId, useState } from "react";
import { useWords } from "@/components/lib/i18n/provider";
import { useHydrated } from "@/components/lib/use-hydrated";
import { QueryState } from "@/components/shell/query-state";
import { Field } from "@/components/ui/field";
import { Panel } from "@/components/ui/panel";
import { rateText } from "@/lib/shared/format";
import type { SettingsView } from "@/lib/shared/settings-contract";
import { SettingsForm, typedNumber, typedText } from "./settings-form";

type Props = { query: UseQueryResult<SettingsView> };

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
  const [code, setCode] = useState(currency ?? "");
  const [rate, setRate] = useState(typedText(exchangeRate?.perUsd ?? null));
  const [day, setDay] = useState(exchangeRate?.at ?? "");
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
      onTheirs={() => {
        setCode(currency ?? "");
        setRate(typedText(exchangeRate?.perUsd ?? null));
        setDay(exchangeRate?.at ?? "");
      }}
    >
      <Field
        label={t("settings.currency.code")}
        hint={t("settings.currency.codeHint")}
        value={code}
        list={listId}
        placeholder="USD"
        onValue={setCode}
      />
      <datalist id={listId}>
        {(isHydrated ? Intl.supportedValuesOf("currency") : []).map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <Field
        label={t("settings.currency.perUsd")}
        value={rate}
        inputMode="decimal"
        onValue={(typed) => {
          setRate(typed);
          setDay(day === "" ? today() : day);
        }}
      />
      <Field label={t("settings.currency.day")} type="date" value={day} onValue={setDay} />
    </SettingsForm>
  );

  /** The reader's own day, as fields of dates spell it: Swedish has that order. */
  function today(): string {
    return new Intl.DateTimeFormat("sv", { timeZone: f.timeZone }).format(Date.now());
  }
}
