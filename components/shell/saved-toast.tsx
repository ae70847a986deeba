"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { sendChange } from "@/components/lib/api";
import { useWords } from "@/components/lib/i18n/provider";
import { useHealth } from "@/components/lib/live/views";
import { showToast } from "@/components/lib/toast";
import { undoMs } from "@/components/lib/writes/model";
import { Button } from "@/components/ui/button";
import type { WriteResult } from "@/lib/shared/contract";

/** Says what was saved, how many nodes obey it, and takes it back. */
export function announceSaved(name: string, result: WriteResult): void {
  showToast(() => <SavedToast name={name} result={result} />, {
    id: `saved-${result.revision}`,
    duration: undoMs,
  });
}

function SavedToast({ name, result }: { name: string; result: WriteResult }) {
  const { t } = useWords();
  const client = useQueryClient();
  const nodes = (useHealth().data?.nodes ?? result.nodes).filter(({ live }) => live);
  const [state, setState] = useState<"saved" | "undone" | "kept">("saved");
  const applied = nodes.filter(({ appliedRevision }) => appliedRevision >= result.revision).length;
  const undo = (): void => {
    sendChange({ method: "POST", path: `/api/changes/${result.revision}/revert`, body: {} })
      .then(async () => {
        setState("undone");
        await client.invalidateQueries();
      })
      .catch(() => {
        setState("kept");
      });
  };
  return (
    <div
      role="status"
      data-testid="saved"
      className="flex w-92 max-w-[calc(100vw-32px)] items-center gap-3 rounded-[10px] bg-raised py-2.5 pr-2.5 pl-4 shadow-pop"
    >
      <div className="min-w-0 flex-1">
        <p className="font-medium break-words">
          {t(`saved.${state}`, { name, revision: result.revision })}
        </p>
        <p className="run text-small text-fg-2">
          {t("saved.applied", { n: applied, of: nodes.length })}
        </p>
      </div>
      {state === "saved" && (
        <Button size="sm" onClick={undo}>
          {t("toast.undo")}
        </Button>
      )}
    </div>
  );
}
