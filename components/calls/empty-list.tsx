"use client";

import { useQuery } from "@tanstack/react-query";
import { LastCall } from "@/components/lib/calls/last-call";
import { useWords } from "@/components/lib/i18n/provider";
import { metricsQueries } from "@/components/lib/queries";
import { type Range, showUnbounded, streamedRange } from "@/components/lib/range";
import { rangeText } from "@/components/lib/range-text";
import { Button } from "@/components/ui/button";
import { Link } from "@/components/ui/link";
import { goodNews } from "./good-news";
import type { CallFilter } from "./filter";

type Props = { filter: CallFilter; range: Range | null; onText: (text: string) => void };

/** Why there is nothing to see, and the way to where there is something. */
export function EmptyList({ filter, range, onText }: Props) {
  const { t, f } = useWords();
  const isFiltered = Object.keys(filter).length > 0;
  const good = range === null ? null : goodNews(filter);
  const metrics = useQuery({
    ...metricsQueries.view(range ?? streamedRange),
    enabled: good !== null,
  });
  // Where nobody called, nothing failing is no news.
  const isGood = (metrics.data?.totals.calls ?? 0) > 0;
  if (range === null && !isFiltered) {
    return (
      <p className="run py-6 text-fg-2">
        {t("calls.empty")} <Link href="/setup">{t("setup.open")}</Link>
      </p>
    );
  }
  const nothing = isFiltered ? "requests.noneMatchInRange" : "requests.noneInRange";
  return (
    <div className="run flex flex-wrap items-center gap-x-3 gap-y-2 py-6 text-fg-2">
      <span>
        {range === null && t("requests.noneMatch")}
        {range !== null &&
          (good !== null && isGood
            ? t(`requests.good.${good}`, { range: rangeText(range, t, f) })
            : t(nothing))}
      </span>
      {range !== null && (
        <LastCall filter={filter} range={range}>
          <Button size="sm" onClick={showUnbounded}>
            {t("requests.wholeLog")}
          </Button>
        </LastCall>
      )}
      {isFiltered && (
        <Button
          size="sm"
          onClick={() => {
            onText("");
          }}
        >
          {t("requests.showAll")}
        </Button>
      )}
    </div>
  );
}
