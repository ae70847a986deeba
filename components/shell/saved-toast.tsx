"use client";

import { X } from "lucide-react";
import { useEffect, useRef } from "react";
import { useWords } from "@/components/lib/i18n/provider";
import { hideToast, showToast } from "@/components/lib/toast";
import { LookAgain } from "@/components/lib/writes/look-again";
import { type Saved, undoMs } from "@/components/lib/writes/model";
import { useProgress } from "@/components/lib/writes/proof-line";
import { proofTexts } from "@/components/lib/writes/proof-text";
import { useWrites, useWritesState } from "@/components/lib/writes/provider";
import { Button } from "@/components/ui/button";

/** Says what a form saved, how many nodes obey it, and takes it back. */
export function announceSaved(saved: Saved): void {
  show(saved, undoMs);
}

function show(saved: Saved, duration: number): void {
  showToast(() => <SavedToast saved={saved} />, { id: toastId(saved), duration });
}

const toastId = ({ seq }: Saved): string => `saved-${seq}`;

function SavedToast({ saved }: { saved: Saved }) {
  const { t, f, say } = useWords();
  const writes = useWrites();
  const followed = useWritesState().saves.find(({ seq }) => seq === saved.seq);
  const current = followed ?? saved;
  const { name, outcome, sent } = current;
  const isUndoable = outcome === "saved" && current.takeBack !== null;
  const proof = useProgress(current);
  const progress = followed === undefined ? null : proof;
  const isSilent = progress?.kind === "silent";
  // The library's own clock takes the notice away; while a node is silent a person does.
  const wasSilent = useRef(false);
  useEffect(() => {
    if (isSilent !== wasSilent.current) {
      wasSilent.current = isSilent;
      show(saved, isSilent ? Number.POSITIVE_INFINITY : undoMs);
    }
  }, [isSilent, saved]);
  const undo = (): void => {
    writes.undoSaved(current).catch(() => undefined);
  };
  return (
    <div
      role="status"
      data-testid="saved"
      className="w-92 max-w-[calc(100vw-32px)] rounded-[10px] bg-raised py-2.5 pr-2.5 pl-4 shadow-pop"
    >
      <div className="flex items-center gap-3">
        <div className="min-w-0 flex-1">
          <p className="font-medium break-words">
            {t(`saved.${outcome === "undoing" ? "saved" : outcome}`, {
              name,
              revision: sent.revision,
            })}
          </p>
          <p className="run text-small break-words text-fg-2">
            {progress !== null && proofTexts(progress, null, f).map(say).join(" · ")}
          </p>
        </div>
        {isUndoable && !isSilent && (
          <Button size="sm" onClick={undo}>
            {t("toast.undo")}
          </Button>
        )}
        {isSilent && (
          <Button
            tone="ghost"
            size="icon"
            className="self-start"
            aria-label={t("popover.close")}
            onClick={() => {
              writes.dropSaved(current);
              hideToast(toastId(saved));
            }}
          >
            <X size={16} aria-hidden="true" />
          </Button>
        )}
      </div>
      {isSilent && (
        <div className="mt-2 flex flex-wrap gap-2">
          <LookAgain />
          {isUndoable && (
            <Button size="sm" onClick={undo}>
              {t("proof.revert")}
            </Button>
          )}
        </div>
      )}
    </div>
  );
}
