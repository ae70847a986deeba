"use client";

import { useSearchParams } from "next/navigation";
import { useWords } from "@/components/lib/i18n/provider";
import { useRange } from "@/components/lib/live/views";
import { type Range, ranges } from "@/components/lib/range";
import { Segments } from "@/components/ui/segments";

/** The range of all numbers on the page; it lives in the address. */
export function RangeSwitch() {
  const { t } = useWords();
  const range = useRange();
  const search = useSearchParams();
  const choose = (next: Range): void => {
    const params = new URLSearchParams(search);
    params.set("r", next);
    window.history.replaceState(null, "", `?${params.toString()}`);
  };
  return (
    <Segments
      label={t("range.label")}
      value={range}
      onChange={choose}
      options={ranges.map((value) => ({ value, label: t(`range.${value}`) }))}
    />
  );
}
