"use client";

import { useQuery } from "@tanstack/react-query";
import type { CallFilter } from "@/components/calls/filter";
import { useWords } from "@/components/lib/i18n/provider";
import { useMinute } from "@/components/lib/live/provider";
import { callsQueries } from "@/components/lib/queries";
import { type Range, rangeEndingWith, showRange, windowOf } from "@/components/lib/range";
import { Button } from "@/components/ui/button";

type Props = {
  filter: CallFilter;
  range: Range;
  /** Of the demo only, or all but them; all where it is not said. */
  isDemo?: boolean;
  /** What there is to do where no call came before the range. */
  children?: React.ReactNode;
};

/** When the last call before an empty range came, and the way there. */
export function LastCall({ filter, range, isDemo, children }: Props) {
  const { t, f } = useWords();
  const nowMs = useMinute();
  const { fromMs, toMs } = windowOf(range, nowMs);
  const before = useQuery(callsQueries.lastBefore(filter, fromMs));
  const last = before.data?.calls[0];
  if (last === undefined || (isDemo !== undefined && last.demo !== isDemo)) {
    return before.isPending ? null : children;
  }
  return (
    <>
      <span>{t("requests.lastBefore", { ago: f.duration(nowMs - last.startedAt) })}</span>
      <Button
        size="sm"
        onClick={() => {
          showRange(rangeEndingWith(last.startedAt, toMs - fromMs));
        }}
      >
        {t("requests.jump")}
      </Button>
    </>
  );
}
