"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { sendJson } from "@/components/lib/api";
import { useWords } from "@/components/lib/i18n/provider";
import { useNow } from "@/components/lib/live/provider";
import { keysQueries } from "@/components/lib/queries";
import { InlineError } from "@/components/shell/inline-error";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Segments } from "@/components/ui/segments";
import type { CreatedKey, KeyView } from "@/lib/shared/contract";
import { Secret } from "./secret";
import { usedTexts } from "./used-text";

type Props = { row: KeyView; onClose: () => void };

const hourMs = 3_600_000;
const overlaps = {
  none: 0,
  hour: hourMs,
  day: 24 * hourMs,
  week: 168 * hourMs,
  month: 720 * hourMs,
};
type Overlap = keyof typeof overlaps;

/** Another secret for the same key, while the old one stays good for a time: nobody has to change all at once. */
export function RotateKey({ row, onClose }: Props) {
  const { t, f } = useWords();
  const client = useQueryClient();
  const nowMs = useNow();
  const [overlap, setOverlap] = useState<Overlap>("day");
  const [made, setMade] = useState<CreatedKey | null>(null);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const overlapLabel = t("apps.rotate.overlap", { last4: row.last4 });
  const rotate = (): void => {
    setBusy(true);
    setError(null);
    const until = overlap === "none" ? null : Math.round(nowMs + overlaps[overlap]);
    const path = `/api/keys/${encodeURIComponent(row.id)}/rotate`;
    sendJson<CreatedKey>({ method: "POST", path, body: { until } })
      .then(async (key) => {
        setMade(key);
        await client.invalidateQueries({ queryKey: keysQueries.all() });
      })
      .catch((reason: unknown) => {
        setBusy(false);
        setError(reason);
      });
  };
  return (
    <Dialog
      labelledBy="rotate-key"
      shape="sheet"
      onClose={() => {
        // A slip of the hand must not lose the only sight of the secret.
        if (made === null) {
          onClose();
        }
      }}
    >
      <h2 id="rotate-key" className="text-title font-strong">
        {t("apps.rotate.title", { id: row.id })}
      </h2>
      {made === null ? (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            rotate();
          }}
        >
          <p className="run mt-2 text-fg-2">{t("apps.rotate.lead")}</p>
          <div className="mt-3">
            <p className="mb-1 text-small text-fg-2">{overlapLabel}</p>
            <Segments
              label={overlapLabel}
              options={(Object.keys(overlaps) as Overlap[]).map((value) => ({
                value,
                label: t(`apps.rotate.for.${value}`),
              }))}
              value={overlap}
              onChange={setOverlap}
            />
          </div>
          <p className="run mt-2 text-small text-fg-3">
            {overlap === "none"
              ? [t("apps.rotate.atOnce"), ...usedTexts(row, t, f, nowMs)].join(" ")
              : t("apps.rotate.until", { at: f.moment(nowMs + overlaps[overlap], nowMs) })}
          </p>
          {error !== null && (
            <div className="mt-3">
              <InlineError error={error} onRetry={rotate} />
            </div>
          )}
          <div className="mt-5 flex flex-wrap justify-end gap-2">
            <Button onClick={onClose} data-autofocus="">
              {t("confirm.cancel")}
            </Button>
            <Button type="submit" tone="primary" disabled={isBusy}>
              {t("apps.rotate.do")}
            </Button>
          </div>
        </form>
      ) : (
        <Secret secret={made.secret} onClose={onClose} />
      )}
    </Dialog>
  );
}
