"use client";

import type { UseQueryResult } from "@tanstack/react-query";
import { useId, useState } from "react";
import { sendChange } from "@/components/lib/api";
import { useWords } from "@/components/lib/i18n/provider";
import { useHydrated } from "@/components/lib/use-hydrated";
import { useSave } from "@/components/lib/use-save";
import { FormProblem } from "@/components/shell/form-problem";
import { QueryState } from "@/components/shell/query-state";
import { announceSaved } from "@/components/shell/saved-toast";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Panel } from "@/components/ui/panel";
import type { SettingsView } from "@/lib/shared/settings-contract";

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
  const save = useSave();
  const { settings, defaults, file, settingsRevision } = view;
  const [zone, setZone] = useState(settings.timezone ?? "");
  const [days, setDays] = useState(text(settings.callLogDays));
  const [budget, setBudget] = useState(text(settings.probeBudgetUsdPerDay));
  const send = (ifMatch: number | null): void => {
    save.run(
      () =>
        sendChange({
          method: "PUT",
          path: "/api/settings",
          body: {
            timezone: zone.trim() === "" ? null : zone.trim(),
            callLogDays: numberOf(days),
            probeBudgetUsdPerDay: numberOf(budget),
          },
          ...(ifMatch !== null && { ifMatch }),
        }),
      (result) => {
        announceSaved(t("settings.days.saved"), result);
      },
    );
  };
  return (
    <form
      className="grid gap-3"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        send(settingsRevision);
      }}
    >
      {file !== null && (
        <p className="run rounded-control bg-sunken px-3 py-2 text-small text-fg-2">
          {t("providers.form.locked", { path: file })}
        </p>
      )}
      <fieldset className="grid grid-cols-2 gap-3 phone:grid-cols-1" disabled={file !== null}>
        <legend className="sr-only">{t("settings.days.title")}</legend>
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
      </fieldset>
      <FormProblem
        problem={save.problem}
        shownBy={() => false}
        onTheirs={() => {
          setZone(settings.timezone ?? "");
          setDays(text(settings.callLogDays));
          setBudget(text(settings.probeBudgetUsdPerDay));
        }}
        onMine={() => {
          send(null);
        }}
      />
      {file === null && (
        <Button type="submit" tone="primary" className="justify-self-start" disabled={save.isBusy}>
          {t("providers.form.save")}
        </Button>
      )}
    </form>
  );
}

function text(value: number | null): string {
  return value === null ? "" : String(value);
}

/** What is no number is sent as -1, which the server refuses by its bounds. */
function numberOf(typed: string): number | null {
  const value = Number(typed.trim());
  if (typed.trim() === "") {
    return null;
  }
  return Number.isNaN(value) ? -1 : value;
}
