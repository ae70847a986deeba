"use client";

import { useClockChoice, useWords } from "@/components/lib/i18n/provider";
import { useMinute } from "@/components/lib/live/provider";

/** Which clock the page's times are of; UTC, or the browser's own again, with a click. */
export function ZoneSwitch() {
  const { t, f } = useWords();
  const { browserZone, isUtc, choose } = useClockChoice();
  const nowMs = useMinute();
  const shown = f.zone(nowMs);
  if (browserZone === "UTC") {
    return (
      <span className="px-2 text-small text-fg-2" title={f.timeZone}>
        {shown}
      </span>
    );
  }
  const label = t("zone.switch", { shown: f.timeZone, other: isUtc ? browserZone : "UTC" });
  return (
    <button
      type="button"
      title={label}
      data-testid="zone"
      onClick={() => {
        choose(!isUtc);
      }}
      className="h-7 rounded-control px-1.5 text-small text-fg-2 hover:bg-hover touch:h-11"
    >
      <span aria-hidden="true">{shown}</span>
      <span className="sr-only">{label}</span>
    </button>
  );
}
