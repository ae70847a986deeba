"use client";

import { useQuery } from "@tanstack/react-query";
import type { SubmitEvent } from "react";
import { sendChange } from "@/components/lib/api";
import { useWords } from "@/components/lib/i18n/provider";
import { lineText } from "@/components/lib/line-text";
import { useMinute } from "@/components/lib/live/provider";
import { changesQueries, impactQueries } from "@/components/lib/queries";
import { isLike } from "@/components/lib/stored-draft";
import { useStoredDraft } from "@/components/lib/use-stored-draft";
import { useSave } from "@/components/lib/use-save";
import { DraftNote } from "@/components/shell/draft-note";
import { ImpactList } from "@/components/shell/impact-list";
import { QueryState } from "@/components/shell/query-state";
import { useSaid } from "@/components/shell/said-fields";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import type { RevertPreview } from "@/lib/shared/contract";

type Props = { revision: number; onClose: () => void };

const isText = isLike<string>("");

/** What taking a revision back changes of what is in force now, and whose calls that moves; then it is done, or not. */
export function RevertSheet({ revision, onClose }: Props) {
  const { t } = useWords();
  const preview = useQuery(changesQueries.revert(revision));
  const impact = useQuery(impactQueries.of({ type: "revert", revision }));
  const save = useSave();
  const tier = impact.data?.tier;
  const typed = useStoredDraft({ name: `revert:${revision}`, initial: "", isKind: isText });
  const said = useSaid({
    name: `r${revision}`,
    isGrave: tier === "T2",
    reason: typed.value,
    onReason: typed.set,
  });
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (!said.isEnough() || preview.data === undefined) {
      return;
    }
    const { reason } = said;
    const { basedOn } = preview.data;
    save.run(
      t("revert.name", { revision }),
      () =>
        sendChange({
          method: "POST",
          path: `/api/changes/${revision}/revert`,
          body: reason === null ? {} : { reason },
          ifMatch: basedOn,
        }),
      () => {
        typed.forget();
        onClose();
      },
    );
  };
  return (
    <Dialog labelledBy="revert-title" shape="sheet" onClose={onClose}>
      <form onSubmit={submit} noValidate data-tier={tier ?? "unknown"}>
        <h2 id="revert-title" className="text-title font-strong">
          {t("revert.title", { revision })}
        </h2>
        <QueryState query={preview} skeleton="h-24" />
        {preview.data !== undefined && <Lines preview={preview.data} />}
        {!impact.isPending && <ImpactList impact={impact.data ?? null} />}
        <div className="mt-4 grid gap-2.5 border-t border-line pt-3.5">
          <DraftNote draft={typed} />
          {said.fields}
        </div>
        {save.problem !== null && (
          <p role="alert" className="run mt-3 break-words">
            {save.problem.text}
          </p>
        )}
        <p className="run mt-3 text-small text-fg-3">{t("confirm.undo")}</p>
        <div className="mt-4 flex flex-wrap justify-end gap-2">
          <Button
            onClick={() => {
              typed.discard();
              onClose();
            }}
            data-autofocus={tier === "T2" ? undefined : ""}
          >
            {t("confirm.cancel")}
          </Button>
          <Button
            type="submit"
            tone="primary"
            disabled={preview.data === undefined || impact.isPending || save.isBusy}
          >
            {t("people.revert")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function Lines({ preview: { lines, lineCount } }: { preview: RevertPreview }) {
  const { t, f, say } = useWords();
  const nowMs = useMinute();
  return (
    <>
      <h3 className="mt-3 text-small text-fg-3">{t("revert.lines")}</h3>
      <ul
        data-testid="revert-lines"
        tabIndex={0}
        aria-label={t("revert.lines")}
        className="mt-1 grid max-h-48 gap-1 overflow-auto rounded-control bg-sunken px-3 py-2 text-small"
      >
        {lines.map((line) => (
          <li key={`${line.object} ${line.field ?? ""}`} className="run break-words">
            {lineText(line, say, f, nowMs)}
          </li>
        ))}
        {lineCount === 0 && <li>{t("revert.again")}</li>}
        {lineCount > lines.length && <li>{t("people.more", { n: lineCount - lines.length })}</li>}
      </ul>
    </>
  );
}
