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
import type { SettingsView } from "@/lib/shared/settings-contract";
import { SettingsForm, typedText } from "./settings-form";

type Props = { query: UseQueryResult<SettingsView> };

const isDays = isLike<{ zone: string; days: string; budget: string; goal: string; reason: string }>(
  {
    zone: "",
    days: "",
    budget: "",
    goal: "",
    reason: "",
  },
);

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
  const typed = useStoredDraft({
    name: "settings:days",
    initial: {
      zone: settings.timezone ?? "",
      days: typedText(settings.callLogDays),
      budget: typedText(settings.probeBudgetUsdPerDay),
      goal: typedText(settings.sloServedPercent),
      reason: "",
    },
    revision: view.settingsRevision,
    isKind: isDays,
  });
  const { zone, days, budget, goal, reason } = typed.value;
  const change = (part: Partial<typeof typed.value>): void => {
    typed.set({ ...typed.value, ...part });
  };
  return (
    <SettingsForm
      view={view}
      columns={2}
      title={t("settings.days.title")}
      body={() => ({
        timezone: zone.trim() === "" ? null : zone.trim(),
        callLogDays: typedNumber(days),
        probeBudgetUsdPerDay: typedNumber(budget),
        sloServedPercent: typedNumber(goal),
      })}
      typed={typed}
      reason={reason}
      onReason={(next) => {
        change({ reason: next });
      }}
    >
      {(problemOf) => (
        <>
          <Field
            className="col-span-2 phone:col-span-1"
            label={t("settings.days.zone")}
            hint={t("settings.days.zoneHint")}
            value={zone}
            problem={problemOf("timezone")}
            list={listId}
            placeholder={defaults.timezone}
            onValue={(next) => {
              change({ zone: next });
            }}
          />
          <datalist id={listId}>
            {(isHydrated ? Intl.supportedValuesOf("timeZone") : []).map((name) => (
              <option key={name} value={name} />
            ))}
          </datalist>
          <Field
            label={t("settings.days.callLog")}
            value={days}
            problem={problemOf("callLogDays")}
            inputMode="numeric"
            placeholder={String(defaults.callLogDays)}
            onValue={(next) => {
              change({ days: next });
            }}
          />
          <Field
            label={t("settings.days.probes")}
            value={budget}
            problem={problemOf("probeBudgetUsdPerDay")}
            inputMode="decimal"
            placeholder={String(defaults.probeBudgetUsdPerDay)}
            onValue={(next) => {
              change({ budget: next });
            }}
          />
          <Field
            label={t("settings.days.goal")}
            hint={t("settings.days.goalHint")}
            value={goal}
            problem={problemOf("sloServedPercent")}
            inputMode="decimal"
            placeholder={String(defaults.sloServedPercent)}
            onValue={(next) => {
              change({ goal: next });
            }}
          />
        </>
      )}
    </SettingsForm>
  );
}
