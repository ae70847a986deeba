"use client";

import { useWords } from "@/components/lib/i18n/provider";
import { Button } from "@/components/ui/button";

/** A browser does not ask again for code that did not come, until the page is loaded anew. */
export function NotLoaded() {
  const { t } = useWords();
  return (
    <p data-testid="not-loaded" className="flex flex-wrap items-center gap-3 py-4 text-fg-2">
      {t("failure.part")}
      <Button
        size="sm"
        onClick={() => {
          location.reload();
        }}
      >
        {t("failure.reload")}
      </Button>
    </p>
  );
}
