"use client";

import { useId } from "react";
import { useWords } from "@/components/lib/i18n/provider";
import { useHealth } from "@/components/lib/live/views";
import { Check, Field } from "@/components/ui/field";
import { type KeyDraft, limitNames } from "./key-draft";

type Props = {
  draft: KeyDraft;
  problemOf: (field: string) => string | undefined;
  onDraft: (draft: KeyDraft) => void;
};

const fields = new Set([
  ...["id", "name", "limits.allowedModels", "limits.allowedRegions"],
  ...limitNames.map((name) => `limits.${name}`),
]);

/** Whether what is wrong with `field` is said beside it. */
export function isKeyField(field: string): boolean {
  return fields.has(field);
}

/** What a key is called, may use, and may call: the same where it is made and where it is changed. */
export function KeyFields({ draft, problemOf, onDraft }: Props) {
  const { t } = useWords();
  const health = useHealth().data;
  return (
    <>
      <Field
        label={t("apps.form.label")}
        hint={t("apps.form.labelHint")}
        value={draft.name}
        problem={problemOf("name")}
        onValue={(name) => {
          onDraft({ ...draft, name });
        }}
      />
      <div className="grid grid-cols-2 gap-3 phone:grid-cols-1">
        {limitNames.map((name) => (
          <Field
            key={name}
            label={t(`apps.form.${name}`)}
            value={draft.limits[name]}
            inputMode="decimal"
            problem={problemOf(`limits.${name}`)}
            onValue={(value) => {
              onDraft({ ...draft, limits: { ...draft.limits, [name]: value } });
            }}
          />
        ))}
      </div>
      <p className="run text-small text-fg-3">{t("apps.form.limitsHint")}</p>
      <Checks
        label={t("apps.form.models")}
        known={health?.models ?? []}
        chosen={draft.models}
        problem={problemOf("limits.allowedModels")}
        onChosen={(models) => {
          onDraft({ ...draft, models });
        }}
      />
      <Checks
        label={t("apps.form.regions")}
        known={health?.regions ?? []}
        chosen={draft.regions}
        problem={problemOf("limits.allowedRegions")}
        onChosen={(regions) => {
          onDraft({ ...draft, regions });
        }}
      />
    </>
  );
}

type ChecksProps = {
  label: string;
  known: readonly { readonly id: string }[];
  chosen: readonly string[];
  problem: string | undefined;
  onChosen: (chosen: readonly string[]) => void;
};

function Checks({ label, known, chosen, problem, onChosen }: ChecksProps) {
  const { t } = useWords();
  const noteId = useId();
  // What was removed since can still be taken away.
  const ids = [...new Set([...known.map(({ id }) => id), ...chosen])];
  return (
    <fieldset aria-describedby={noteId} className="min-w-0">
      <legend className="mb-1 text-small text-fg-2">{label}</legend>
      <div className="grid max-h-60 grid-cols-2 gap-x-3 overflow-y-auto rounded-control border border-line px-2.5 py-1 phone:grid-cols-1">
        {ids.map((id) => (
          <Check
            key={id}
            label={<span className="break-words">{id}</span>}
            isOn={chosen.includes(id)}
            onChange={(isOn) => {
              const others = chosen.filter((one) => one !== id);
              onChosen(isOn ? [...others, id] : others);
            }}
          />
        ))}
      </div>
      <p
        id={noteId}
        role={problem === undefined ? undefined : "alert"}
        className={`run mt-0.5 text-small ${problem === undefined ? "text-fg-3" : "text-fg"}`}
      >
        {problem ?? t("apps.form.allHint")}
      </p>
    </fieldset>
  );
}
