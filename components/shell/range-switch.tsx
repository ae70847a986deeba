"use client";

import { X } from "lucide-react";
import { useSearchParams } from "next/navigation";
import { useWords } from "@/components/lib/i18n/provider";
import { useRange } from "@/components/lib/live/views";
import { instantsOf, type Range, ranges, streamedRange, withRange } from "@/components/lib/range";
import { Button } from "@/components/ui/button";
import { Segments } from "@/components/ui/segments";

/** The range of all numbers on the page; it lives in the address. */
export function RangeSwitch() {
  const { t, f } = useWords();
  const range = useRange();
  const search = useSearchParams();
  const fixed = instantsOf(range);
  const choose = (next: Range): void => {
    const params = withRange(new URLSearchParams(search), next);
    window.history.replaceState(null, "", `?${params.toString()}`);
  };
  return (
    <span className="inline-flex max-w-full flex-wrap items-center justify-end gap-x-2 gap-y-1">
      {fixed !== null && (
        <Button
          size="sm"
          title={t("range.live")}
          aria-label={`${f.between(fixed.fromMs, fixed.toMs)}, ${t("range.live")}`}
          data-testid="fixed-range"
          onClick={() => {
            choose(streamedRange);
          }}
        >
          {f.between(fixed.fromMs, fixed.toMs)}
          <X size={12} aria-hidden="true" />
        </Button>
      )}
      <Segments
        label={t("range.label")}
        value={range}
        onChange={choose}
        options={ranges.map((value) => ({ value, label: t(`range.${value}`) }))}
      />
    </span>
  );
}
