"use client";

import { useWords } from "@/components/lib/i18n/provider";
import { Button } from "@/components/ui/button";
import { PageHead } from "./page-head";

type Props = { id: string | null; onRetry: () => void };

/** A page that could not be drawn. The shell around it goes on, and so do calls. */
export function BrokenView({ id, onRetry }: Props) {
  const { t } = useWords();
  return (
    <div role="alert" data-testid="broken">
      <PageHead title={t("broken.title")}>
        {t("broken.lead")}
        {id !== null && <span className="mono text-fg-3"> {id}</span>}
      </PageHead>
      <div className="flex flex-wrap gap-2">
        <Button onClick={onRetry}>{t("failure.retry")}</Button>
        <Button
          tone="ghost"
          onClick={() => {
            location.reload();
          }}
        >
          {t("failure.reload")}
        </Button>
      </div>
    </div>
  );
}
