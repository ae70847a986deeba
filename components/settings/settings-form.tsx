"use client";

import { clsx } from "clsx";
import type { ReactNode } from "react";
import { sendChange } from "@/components/lib/api";
import { useWords } from "@/components/lib/i18n/provider";
import { type Save, useSave } from "@/components/lib/use-save";
import type { Typed } from "@/components/lib/use-stored-draft";
import { DraftNote } from "@/components/shell/draft-note";
import { FormProblem } from "@/components/shell/form-problem";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import type { SettingsRequest, SettingsView } from "@/lib/shared/settings-contract";

type Props = {
  view: SettingsView;
  /** Of the fields, for those who cannot see the panel that they stand in. */
  title: string;
  reason: string;
  onReason: (reason: string) => void;
  /** What is typed, as it is sent; each of its fields shows what is wrong with it. */
  body: () => SettingsRequest;
  typed: Pick<Typed<unknown>, "basedOn" | "restoredAtMs" | "discard" | "forget">;
  /** Of the fields, where there is room. */
  columns: 2 | 3;
  children: (problemOf: Save["problemOf"]) => ReactNode;
};

/** Some of the installation's settings: saved together as a revision, read-only where a file owns them. */
export function SettingsForm({
  view,
  title,
  reason,
  onReason,
  body,
  typed,
  columns,
  children,
}: Props) {
  const { t } = useWords();
  const save = useSave();
  const { file } = view;
  const send = (ifMatch: number | null): void => {
    save.run(
      t("settings.saved"),
      () =>
        sendChange({
          method: "PUT",
          path: "/api/settings",
          body: { ...body(), ...(reason.trim() !== "" && { reason: reason.trim() }) },
          ...(ifMatch !== null && { ifMatch }),
        }),
      () => {
        typed.forget();
      },
    );
  };
  return (
    <form
      className="grid gap-3"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        send(typed.basedOn);
      }}
    >
      <DraftNote draft={typed} />
      {file !== null && (
        <p className="run rounded-control bg-sunken px-3 py-2 text-small text-fg-2">
          {t("providers.form.locked", { path: file })}
        </p>
      )}
      <fieldset
        className={clsx(
          "grid gap-3 phone:grid-cols-1",
          columns === 2 ? "grid-cols-2" : "grid-cols-3",
        )}
        disabled={file !== null}
      >
        <legend className="sr-only">{title}</legend>
        {children(save.problemOf)}
      </fieldset>
      <FormProblem
        problem={save.problem}
        shownBy={(field) => field in body()}
        onTheirs={typed.discard}
        onMine={() => {
          send(null);
        }}
      />
      {file === null && (
        <Field label={t("providers.form.reason")} value={reason} onValue={onReason} />
      )}
      {file === null && (
        <Button type="submit" tone="primary" className="justify-self-start" disabled={save.isBusy}>
          {t("providers.form.save")}
        </Button>
      )}
    </form>
  );
}

/** A setting as its field begins; empty: the default. */
export function typedText(value: number | null): string {
  return value === null ? "" : String(value);
}
