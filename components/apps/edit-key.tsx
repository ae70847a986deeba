"use client";

import { sendChange } from "@/components/lib/api";
import { useWords } from "@/components/lib/i18n/provider";
import { useSave } from "@/components/lib/use-save";
import { useStoredDraft } from "@/components/lib/use-stored-draft";
import { DialogHead } from "@/components/shell/dialog-head";
import { DraftNote } from "@/components/shell/draft-note";
import { FormProblem } from "@/components/shell/form-problem";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import type { KeyView, WriteResult } from "@/lib/shared/contract";
import { isKeyDraft, type KeyDraft, keyDraftOf, toKeyEdit } from "./key-draft";
import { isKeyField, KeyFields } from "./key-fields";

type Props = { row: KeyView; onClose: () => void };

/** A key's name, limits, models and regions; its secret stays. */
export function EditKey({ row, onClose }: Props) {
  const { t } = useWords();
  const save = useSave();
  const initial = keyDraftOf(row);
  const draft = useStoredDraft({
    name: `key:${row.id}`,
    initial,
    revision: row.revision,
    isKind: isKeyDraft,
  });
  const drop = (): void => {
    draft.discard();
    onClose();
  };
  const send = (ifMatch: number | null): void => {
    save.run(
      t("apps.edit.title", { id: row.id }),
      () => sendKey(row.id, draft.value, ifMatch),
      () => {
        draft.forget();
        onClose();
      },
      (revision) => sendKey(row.id, initial, revision),
    );
  };
  return (
    <Dialog labelledBy="edit-key" shape="drawer" onClose={onClose}>
      <DialogHead
        id="edit-key"
        title={t("apps.edit.title", { id: row.id })}
        note={[`…${row.last4}`]}
        onClose={onClose}
      />
      <form
        className="grid gap-3"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          send(draft.basedOn);
        }}
      >
        <DraftNote draft={draft} />
        <KeyFields draft={draft.value} problemOf={save.problemOf} onDraft={draft.set} />
        <FormProblem
          problem={save.problem}
          shownBy={isKeyField}
          onTheirs={drop}
          onMine={() => {
            send(null);
          }}
        />
        <div className="sticky bottom-0 -mx-5 -mb-5 flex flex-wrap justify-end gap-2 border-t border-line bg-raised px-5 py-3">
          <Button onClick={drop}>{t("confirm.cancel")}</Button>
          <Button type="submit" tone="primary" disabled={save.isBusy}>
            {t("providers.form.save")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function sendKey(id: string, draft: KeyDraft, ifMatch: number | null): Promise<WriteResult> {
  return sendChange({
    method: "PATCH",
    path: `/api/keys/${encodeURIComponent(id)}`,
    body: toKeyEdit(draft),
    ...(ifMatch !== null && { ifMatch }),
  });
}
