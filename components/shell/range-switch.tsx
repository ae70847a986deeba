"use client";

import { X } from "lucide-react";
import { useWords } from "@/components/lib/i18n/provider";
import { useRange } from "@/components/lib/live/views";
import { instantsOf, presetOf, ranges, showRange, streamedRange } from "@/components/lib/range";
import { Button } from "@/components/ui/button";
import { Segments } from "@/components/ui/segments";

/** The range of all numbers on the page; it lives in the address. */
export function RangeSwitch() {
  const { t, f } = useWords();
  const range = useRange();
  const fixed = instantsOf(range);
  return (
    <span
      data-time
      className="inline-flex max-w-full flex-wrap items-center justify-end gap-x-2 gap-y-1"
    >
      {fixed !== null && (
        <Button
          size="sm"
          title={t("range.live")}
          aria-keyshortcuts="0"
          aria-label={`${f.between(fixed.fromMs, fixed.toMs)}, ${t("range.live")}`}
          data-testid="fixed-range"
          onClick={() => {
            showRange(presetOf(fixed.toMs - fixed.fromMs) ?? streamedRange);
          }}
        >
          {f.between(fixed.fromMs, fixed.toMs)}
          <X size={12} aria-hidden="true" />
        </Button>
      )}
      <Segments
        label={t("range.label")}
        value={range}
        onChange={showRange}
        options={ranges.map((value) => ({ value, label: t(`range.${value}`) }))}
      />
    </span>
  );
}
