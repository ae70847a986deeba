"use client";

import { useQueryClient } from "@tanstack/react-query";
import { type SubmitEvent, useState } from "react";
import { createKey } from "@/components/lib/api";
import { useWords } from "@/components/lib/i18n/provider";
import { keysQueries } from "@/components/lib/queries";
import { failureText, fieldText, fieldTexts } from "@/components/lib/refusal-text";
import { useStoredDraft } from "@/components/lib/use-stored-draft";
import { DraftNote } from "@/components/shell/draft-note";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { intoView } from "@/components/ui/into-view";
import type { CreatedKey } from "@/lib/shared/contract";
import { emptyKey, isKeyDraft, toKeyEdit } from "./key-draft";
import { isKeyField, KeyFields } from "./key-fields";
import { Secret } from "./secret";

type Props = { onClose: () => void };

/** A new key: a name, limits where there are to be some, and the secret, shown this once. */
export function CreateKey({ onClose }: Props) {
  const { t } = useWords();
  const [made, setMade] = useState<CreatedKey | null>(null);
  return (
    <Dialog labelledBy="create-key" shape="sheet" onClose={made === null ? onClose : keepOpen}>
      <h2 id="create-key" className="text-title font-strong">
        {t(made === null ? "apps.create" : "apps.made", { id: made?.id ?? "" })}
      </h2>
      {made === null ? (
        <KeyForm onClose={onClose} onMade={setMade} />
      ) : (
        <Secret secret={made.secret} onClose={onClose} />
      )}
    </Dialog>
  );
}

/** A slip of the hand must not lose the only sight of the secret. */
function keepOpen(): void {
  // Its own button closes it.
}

type FormProps = { onClose: () => void; onMade: (made: CreatedKey) => void };

function KeyForm({ onClose, onMade }: FormProps) {
  const { t } = useWords();
  const client = useQueryClient();
  const draft = useStoredDraft({ name: "key", initial: emptyKey, isKind: isKeyDraft });
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const problems = fieldTexts(error, t);
  const problemOf = (field: string): string | undefined => fieldText(problems, field);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    createKey({ id: draft.value.id.trim(), ...toKeyEdit(draft.value) })
      .then(async (made) => {
        draft.forget();
        onMade(made);
        await client.invalidateQueries({ queryKey: keysQueries.all() });
      })
      .catch((reason: unknown) => {
        setBusy(false);
        setError(reason);
      });
  };
  return (
    <form onSubmit={submit} className="mt-3 grid gap-3" noValidate>
      <DraftNote draft={draft} />
      <Field
        label={t("apps.form.id")}
        hint={t("apps.form.idHint")}
        value={draft.value.id}
        problem={problemOf("id")}
        onValue={(value) => {
          draft.set({ ...draft.value, id: value });
        }}
      />
      <KeyFields draft={draft.value} problemOf={problemOf} onDraft={draft.set} />
      {error !== null && ![...problems.texts.keys()].some(isKeyField) && (
        <p role="alert" ref={intoView} className="run text-small">
          {failureText(error, t)}
        </p>
      )}
      <div className="mt-1 flex flex-wrap justify-end gap-2">
        <Button
          onClick={() => {
            draft.discard();
            onClose();
          }}
        >
          {t("confirm.cancel")}
        </Button>
        <Button type="submit" tone="primary" disabled={isBusy}>
          {t("apps.create")}
        </Button>
      </div>
    </form>
  );
}
