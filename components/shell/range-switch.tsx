"use client";

import { CalendarClock, X } from "lucide-react";
import dynamic from "next/dynamic";
import { usePathname, useSearchParams } from "next/navigation";
import { useRef, useState } from "react";
import { useWords } from "@/components/lib/i18n/provider";
import { useRange } from "@/components/lib/live/views";
import {
  instantsOf,
  namedRange,
  presetOf,
  type Range,
  ranges,
  showRange,
  streamedRange,
} from "@/components/lib/range";
import { Button } from "@/components/ui/button";
import { LoadBoundary } from "@/components/ui/load-boundary";
import { Segments } from "@/components/ui/segments";
import { pageAt } from "./nav-links";

/** Fetched when it is opened first. */
const RangePicker = dynamic(() => import("./range-picker").then((module) => module.RangePicker), {
  ssr: false,
});

/** The range of all numbers on the page; it lives in the address. */
export function RangeSwitch() {
  const { t, f } = useWords();
  const range = useRange();
  const fixed = instantsOf(range);
  const opener = useRef<HTMLButtonElement>(null);
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const isNamed = namedRange(useSearchParams()) !== null;
  const isUnbounded = pageAt(usePathname())?.hasRange === "optional" && !isNamed;
  return (
    <span
      data-time
      className="inline-flex max-w-full flex-wrap items-center justify-end gap-x-2 gap-y-1 phone:gap-x-0"
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
      <Segments<Range | "none">
        onPhone="tight"
        label={t("range.label")}
        value={isUnbounded ? "none" : range}
        onChange={(next) => {
          if (next !== "none") {
            showRange(next);
          }
        }}
        options={ranges.map((value) => ({ value, label: t(`range.${value}`) }))}
      />
      <Button
        ref={opener}
        tone="ghost"
        size="icon"
        title={t("range.own")}
        aria-label={t("range.own")}
        aria-haspopup="dialog"
        onClick={() => {
          setAnchor(opener.current);
        }}
      >
        <CalendarClock size={15} aria-hidden="true" />
      </Button>
      {anchor !== null && (
        <LoadBoundary fallback={null}>
          <RangePicker
            range={range}
            anchor={anchor}
            onClose={() => {
              setAnchor(null);
            }}
          />
        </LoadBoundary>
      )}
    </span>
  );
}
