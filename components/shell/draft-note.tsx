"use client";

import { useWords } from "@/components/lib/i18n/provider";
import { useMinute } from "@/components/lib/live/provider";
import type { Typed } from "@/components/lib/use-stored-draft";
import { Button } from "@/components/ui/button";

type Props = {
  draft: Pick<Typed<unknown>, "restoredAtMs" | "discard">;
  /** Something of it was a secret, which is not kept. */
  lacksSecrets?: boolean;
};

/** Says that a form shows what was typed before, and lets it go. */
export function DraftNote({ draft: { restoredAtMs, discard }, lacksSecrets = false }: Props) {
  const { t, f } = useWords();
  const nowMs = useMinute();
  return restoredAtMs === null ? null : (
    <p
      data-testid="draft-note"
      className="run flex flex-wrap items-center gap-x-2 rounded-control bg-sunken px-3 py-1.5 text-small text-fg-2"
    >
      <span>
        {t("typed.from", { at: f.moment(restoredAtMs, nowMs) })}
        {lacksSecrets && ` ${t("typed.noSecrets")}`}
      </span>
      <span aria-hidden="true">·</span>
      <Button size="sm" tone="link" onClick={discard}>
        {t("typed.discard")}
      </Button>
    </p>
  );
}
