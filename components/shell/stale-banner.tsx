"use client";

import { useQueryClient } from "@tanstack/react-query";
import { usePathname } from "next/navigation";
import { useEffect } from "react";
import { useWords } from "@/components/lib/i18n/provider";
import { useDataAge, useLiveState } from "@/components/lib/live/provider";
import { freshnessOf } from "@/components/lib/live/state";
import { useTrouble } from "@/components/lib/live/trouble";
import { useHealth } from "@/components/lib/live/views";
import { Button } from "@/components/ui/button";
import { Glyph } from "@/components/ui/glyph";
import { bannerTexts } from "./banner";

/** Nobody should mistake what was read before for the present, on any page. */
export function StaleBanner() {
  const { t, f, say } = useWords();
  const client = useQueryClient();
  const { paused } = useLiveState();
  const isFrozen = freshnessOf(useDataAge()) === "frozen" && !paused;
  const readAtMs = useHealth().data?.generatedAt;
  const trouble = useTrouble();
  // The headline of that page has no button to load it again.
  const isToldBelow = usePathname() === "/overview" && trouble !== "outdated";
  useOldMark(isFrozen || trouble !== null);
  const texts = bannerTexts({ trouble, isToldBelow, isFrozen, readAtMs }, f);
  return (
    <div role="status">
      {texts.length > 0 && (
        <div
          data-testid="stale"
          className="flex items-center gap-2.5 border-b border-line-strong bg-degraded-wash px-6 py-2 phone:px-4"
        >
          <Glyph state="degraded" className="shrink-0" />
          <p className="run min-w-0 flex-1 text-pretty">{texts.map(say).join(" ")}</p>
          <Button
            size="sm"
            onClick={() => {
              if (trouble === "outdated") {
                window.location.reload();
              } else {
                client.refetchQueries().catch(() => undefined);
              }
            }}
          >
            {t(trouble === "outdated" ? "failure.reload" : "failure.retry")}
          </Button>
        </div>
      )}
    </div>
  );
}

/** States that are not known to hold are drawn paler (app/controls.css). */
function useOldMark(isOld: boolean): void {
  useEffect(() => {
    document.documentElement.toggleAttribute("data-old", isOld);
  }, [isOld]);
}
