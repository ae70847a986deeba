"use client";

import type { ReactNode } from "react";
import { useWords } from "@/components/lib/i18n/provider";
import { Button } from "@/components/ui/button";
import { LoadBoundary } from "@/components/ui/load-boundary";

/** Around what brings its code later; where that does not come, it says so in its place. */
export function Later({ children }: { children: ReactNode }) {
  return <LoadBoundary fallback={<NotLoaded />}>{children}</LoadBoundary>;
}

/** A browser does not ask again for code that did not come, until the page is loaded anew. */
function NotLoaded() {
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
