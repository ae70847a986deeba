"use client";

import { useWords } from "@/components/lib/i18n/provider";
import { useDataAge, useLiveState } from "@/components/lib/live/provider";
import { freshnessOf } from "@/components/lib/live/state";
import { useHealth } from "@/components/lib/live/views";
import { Glyph } from "@/components/ui/glyph";

/** Past a minute without news nobody should mistake the numbers for the present. */
export function StaleBanner() {
  const { t, f } = useWords();
  const { paused } = useLiveState();
  const isFrozen = freshnessOf(useDataAge()) === "frozen";
  const health = useHealth().data;
  return (
    <div role="status">
      {isFrozen && !paused && health !== undefined && (
        <p
          data-testid="frozen"
          className="flex items-center gap-2 border-b border-line-strong bg-degraded-wash px-6 py-2 phone:px-4"
        >
          <Glyph state="degraded" />
          {t("live.frozenBanner", { at: f.clock(health.generatedAt) })}
        </p>
      )}
    </div>
  );
}
