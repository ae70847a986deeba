"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { revokeKey } from "@/components/lib/api";
import { useWords } from "@/components/lib/i18n/provider";
import { useNow } from "@/components/lib/live/provider";
import { keysQueries } from "@/components/lib/queries";
import { InlineError } from "@/components/shell/inline-error";
import { useSaid } from "@/components/shell/said-fields";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import type { KeyView } from "@/lib/shared/contract";
import { usedTexts } from "./used-text";

type Props = { row: KeyView; onClose: () => void };

const dayMs = 24 * 3_600_000;

/** It cannot be taken back; a key that was in use today asks for its name, and why. */
export function RevokeKey({ row, onClose }: Props) {
  const { t, f } = useWords();
  const client = useQueryClient();
  const nowMs = useNow();
  const [reason, setReason] = useState("");
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const isInUse = row.lastUsedAt !== null && nowMs - row.lastUsedAt < dayMs;
  const said = useSaid({ name: row.id, isGrave: isInUse, reason, onReason: setReason });
  const revoke = (): void => {
    setBusy(true);
    setError(null);
    revokeKey(row.id, said.reason)
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
      <h2 id="revoke-key" className="text-title font-strong break-words">
        {t("apps.revokeTitle", { id: row.id })}
      </h2>
      <p className="run mt-2 text-fg-2">
        {[t("apps.revokeLead"), ...usedTexts(row, t, f, nowMs)].join(" ")}
      </p>
      {error !== null && (
        <div className="mt-3">
          <InlineError error={error} onRetry={revoke} />
        </div>
      )}
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (said.isEnough()) {
            revoke();
          }
        }}
      >
        <div className="mt-4 grid gap-2.5">{said.fields}</div>
        <div className="mt-5 flex flex-wrap justify-end gap-2">
          <Button onClick={onClose} data-autofocus={isInUse ? undefined : ""}>
            {t("confirm.cancel")}
          </Button>
          <Button type="submit" tone="primary" disabled={isBusy}>
            {t("apps.revoke")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
