"use client";

import type { SubmitEvent } from "react";
import { sendChange } from "@/components/lib/api";
import { useWords } from "@/components/lib/i18n/provider";
import { isLike } from "@/components/lib/stored-draft";
import { shownState } from "@/components/lib/targets/state";
import { WhyText } from "@/components/lib/targets/why-text";
import { useSave } from "@/components/lib/use-save";
import { useStoredDraft } from "@/components/lib/use-stored-draft";
import { DraftNote } from "@/components/shell/draft-note";
import { useSaid } from "@/components/shell/said-fields";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Glyph } from "@/components/ui/glyph";
import type { TargetView } from "@/lib/shared/contract";
import { BreakerLine } from "./breaker-line";

type Props = { target: TargetView; name: string; onClose: () => void };

const isText = isLike<string>("");

/** What a reset forgets and does, and why somebody wants it. */
export function ResetSheet({ target, name, onClose }: Props) {
  const { t } = useWords();
  const { id } = target;
  const save = useSave();
  const typed = useStoredDraft({ name: `reset:${id}`, initial: "", isKind: isText });
  const said = useSaid({ name: id, isGrave: false, reason: typed.value, onReason: typed.set });
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const { reason } = said;
    const path = `/api/targets/${encodeURIComponent(id)}/breaker`;
    const body = { action: "reset", ...(reason !== null && { reason }) };
    save.run(
      t("reset.name", { name }),
      () => sendChange({ method: "POST", path, body }),
      () => {
        typed.forget();
        onClose();
      },
      null,
    );
  };
  return (
    <Dialog labelledBy="reset-title" shape="sheet" onClose={onClose}>
      <form onSubmit={submit} noValidate>
        <h2 id="reset-title" className="text-title font-strong break-words">
          {t("reset.title", { name })}
        </h2>
        <p className="run mt-2 flex gap-2">
          <Glyph state={shownState(target)} className="mt-1 shrink-0" />
          <WhyText target={target} />
        </p>
        <BreakerLine target={target} />
        <p className="run mt-2 text-fg-2">{t("reset.lead")}</p>
        <div className="mt-4 grid gap-2.5">
          <DraftNote draft={typed} />
          {said.fields}
        </div>
        {save.problem !== null && (
          <p role="alert" className="run mt-3 break-words">
            {save.problem.text}
          </p>
        )}
        <div className="mt-4 flex flex-wrap justify-end gap-2">
          <Button
            data-autofocus=""
            onClick={() => {
              typed.discard();
              onClose();
            }}
          >
            {t("confirm.cancel")}
          </Button>
          <Button type="submit" tone="primary" disabled={save.isBusy}>
            {t("reset.do")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
