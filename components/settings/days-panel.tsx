"use client";

import type { UseQueryResult } from "@tanstack/react-query";
import { useId, useState } from "react";
import { useWords } from "@/components/lib/i18n/provider";
import { useHydrated } from "@/components/lib/use-hydrated";
import { QueryState } from "@/components/shell/query-state";
import { Field } from "@/components/ui/field";
import { Panel } from "@/components/ui/panel";
import type { SettingsView } from "@/lib/shared/settings-contract";
import { SettingsForm, typedNumber, typedText } from "./settings-form";

type Props = { query: UseQueryResult<SettingsView> };

/** What counts as a day, and how long things are kept: the installation's, in a revision like any other change. */
export function DaysPanel({ query }: Props) {
  const { t } = useWords();
  const view = query.data;
  return (
    <Panel id="days" title={t("settings.days.title")} subtitle={t("settings.days.note")}>
      <QueryState query={query} skeleton="h-40" />
      {view !== undefined && <DaysForm key={view.settingsRevision} view={view} />}
    </Panel>
  );
}

function DaysForm({ view }: { view: SettingsView }) {
  const { t } = useWords();
  const listId = useId();
  const isHydrated = useHydrated();
  const { settings, defaults } = view;
  const [zone, setZone] = useState(settings.timezone ?? "");
  const [days, setDays] = useState(typedText(settings.callLogDays));
  const [budget, setBudget] = useState(typedText(settings.probeBudgetUsdPerDay));
  return (
    <SettingsForm
      view={view}
      columns={2}
      title={t("settings.days.title")}
      body={() => ({
        timezone: zone.trim() === "" ? null : zone.trim(),
        callLogDays: typedNumber(days),
        probeBudgetUsdPerDay: typedNumber(budget),
      })}
      onTheirs={() => {
        setZone(settings.timezone ?? "");
        setDays(typedText(settings.callLogDays));
        setBudget(typedText(settings.probeBudgetUsdPerDay));
      }}
    >
      <Field
        className="col-span-2 phone:col-span-1"
        label={t("settings.days.zone")}
        hint={t("settings.days.zoneHint")}
        value={zone}
        list={listId}
        placeholder={defaults.timezone}
        onValue={setZone}
      />
      <datalist id={listId}>
        {(isHydrated ? Intl.supportedValuesOf("timeZone") : []).map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <Field
        label={t("settings.days.callLog")}
        value={days}
        inputMode="numeric"
        placeholder={String(defaults.callLogDays)}
        onValue={setDays}
      />
      <Field
        label={t("settings.days.probes")}
        value={budget}
        inputMode="decimal"
        placeholder={String(defaults.probeBudgetUsdPerDay)}
        onValue={setBudget}
      />
    </SettingsForm>
  );
}
