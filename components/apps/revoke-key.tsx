"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { revokeKey } from "@/components/lib/api";
import { useWords } from "@/components/lib/i18n/provider";
import { useNow } from "@/components/lib/live/provider";
import { keysQueries } from "@/components/lib/queries";
import { InlineError } from "@/components/shell/inline-error";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import type { KeyView } from "@/lib/shared/contract";

type Props = { row: KeyView; onClose: () => void };

const dayMs = 24 * 3_600_000;

/** It cannot be taken back; a key that was in use today asks for its name. */
export function RevokeKey({ row, onClose }: Props) {
  const { t, f } = useWords();
  const client = useQueryClient();
  const nowMs = useNow();
  const inputId = useId();
  const [typed, setTyped] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const isInUse = row.lastUsedAt !== null && nowMs - row.lastUsedAt < dayMs;
  const isSure = !isInUse || typed.trim() === row.id;
  const revoke = (): void => {
    setBusy(true);
    setError(null);
    revokeKey(row.id)
      .then(async () => {
        await client.invalidateQueries({ queryKey: keysQueries.all() });
        onClose();
      })
      .catch((reason: unknown) => {
        setBusy(false);
        setError(reason);
      });
  };
  return (
    <Dialog labelledBy="revoke-key" shape="sheet" onClose={onClose}>
      <h2 id="revoke-key" className="text-title font-strong">
        {t("apps.revokeTitle", { id: row.id })}
      </h2>
      <p className="run mt-2 text-fg-2">
        {t("apps.revokeLead")}{" "}
        {row.lastUsedAt !== null &&
          t("apps.revokeUsed", {
            ago: f.duration(Math.max(0, nowMs - row.lastUsedAt)),
            n: f.count(row.callsInHour),
          })}
      </p>
      {error !== null && (
        <div className="mt-3">
          <InlineError error={error} onRetry={revoke} />
        </div>
      )}
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (isSure) {
            revoke();
          }
        }}
      >
        {isInUse && (
          <div className="mt-3">
            <label htmlFor={inputId} className="mb-1 block text-small text-fg-2">
              {t("apps.typeName", { id: row.id })}
            </label>
            <input
              id={inputId}
              value={typed}
              autoComplete="off"
              spellCheck={false}
              onChange={(event) => {
                setTyped(event.target.value);
              }}
              className="h-7.5 w-full rounded-control border border-line-control bg-surface px-2.5 touch:h-11"
            />
          </div>
        )}
        <div className="mt-5 flex flex-wrap justify-end gap-2">
          <Button onClick={onClose} autoFocus>
            {t("confirm.cancel")}
          </Button>
          <Button type="submit" tone="primary" disabled={!isSure || isBusy}>
            {t("apps.revoke")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
