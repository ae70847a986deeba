"use client";

import { useState } from "react";
import { removeObject } from "@/components/lib/api";
import { useWords } from "@/components/lib/i18n/provider";
import { useSave } from "@/components/lib/use-save";
import { FormProblem } from "@/components/shell/form-problem";
import { useWeighed } from "@/components/shell/weighed";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";

export type Removed = {
  readonly type: "provider" | "model";
  readonly id: string;
  /** The revision that was looked at. */
  readonly revision: number;
  /** What cannot do without it, by name. */
  readonly usedBy: readonly string[];
};

type Props = { removed: Removed; onClose: () => void };

/** Removing asks for the name, and why; what is in use says by whom, and stays. */
export function RemoveSheet({ removed, onClose }: Props) {
  const { t } = useWords();
  const { type, id, revision, usedBy } = removed;
  const save = useSave();
  const [reason, setReason] = useState("");
  const isUsed = usedBy.length > 0;
  const said = useWeighed({
    // Without anybody who uses it a provider has no calls.
    request: isUsed || type === "provider" ? null : { type: "model", modelId: id, targets: [] },
    name: id,
    isGrave: true,
    reason,
    onReason: setReason,
  });
  const remove = (ifMatch: number | null): void => {
    const path = `/api/${type}s/${encodeURIComponent(id)}?reason=${encodeURIComponent(said.reason ?? "")}`;
    save.run(
      t("providers.removedName", { id }),
      () => removeObject(path, ifMatch),
      () => {
        onClose();
      },
    );
  };
  return (
    <Dialog labelledBy="remove-title" shape="sheet" onClose={onClose}>
      <h2 id="remove-title" className="text-title font-strong break-words">
        {t("providers.removeTitle", { id })}
      </h2>
      <p className="run mt-2 text-fg-2">
        {isUsed
          ? t(`providers.usedBy.${type}`, { names: usedBy.join(", ") })
          : t(`providers.removeLead.${type}`)}
      </p>
      <form
        className="mt-3 grid gap-3"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!isUsed && said.isEnough()) {
            remove(revision);
          }
        }}
      >
        {!isUsed && said.fields}
        <FormProblem
          problem={save.problem}
          shownBy={() => false}
          onTheirs={onClose}
          onMine={() => {
            remove(null);
          }}
        />
        <div className="mt-1 flex flex-wrap justify-end gap-2">
          <Button onClick={onClose} autoFocus={isUsed}>
            {t(isUsed ? "popover.close" : "confirm.cancel")}
          </Button>
          {!isUsed && (
            <Button type="submit" tone="primary" disabled={save.isBusy || said.isAsking}>
              {t("providers.remove")}
            </Button>
          )}
        </div>
      </form>
    </Dialog>
  );
}
