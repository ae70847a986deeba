"use client";

import type { TooltipContentProps } from "recharts";
import { useWords } from "@/components/lib/i18n/provider";
import type { SeriesLine, SeriesRow } from "./series";
import type { ReadRow } from "./reader";
import { TooltipFrame } from "./tooltip-frame";

type Props = Partial<TooltipContentProps> & {
  lines: readonly SeriesLine[];
  counts: readonly SeriesRow[] | undefined;
  partialFrom: number;
  formatTime: (atMs: number) => string;
  formatValue: (value: number) => string;
  none: string;
};

/** The values of one bucket. */
export function SeriesTooltip(props: Props) {
  const { active, payload, lines, counts, partialFrom, formatTime, formatValue, none } = props;
  const { t, f } = useWords();
  const read = payload?.[0]?.payload as ReadRow | undefined;
  const row = read?.row as SeriesRow | undefined;
  if (active !== true || row === undefined) {
    return null;
  }
  const n = counts?.find(({ t: at }) => at === row.t);
  return (
    <TooltipFrame atMs={row.t} time={formatTime(row.t)}>
      <dl className="grid grid-cols-[auto_auto] gap-x-4">
        {lines.map(({ key, label }) => (
          <div key={key} className="contents">
            <dt className="text-fg-2">{label}</dt>
            <dd className="text-right font-medium">
              {row[key] === null || row[key] === undefined ? none : formatValue(row[key])}
              {(n?.[key] ?? null) !== null && (
                <span className="ml-2 font-normal text-fg-3">
                  {t("chart.n", { n: f.count(n?.[key] ?? 0) })}
                </span>
              )}
            </dd>
          </div>
        ))}
      </dl>
      {(n?.["all"] ?? null) !== null && (
        <p className="text-fg-3">{t("chart.n", { n: f.count(n?.["all"] ?? 0) })}</p>
      )}
      {row.t >= partialFrom && <p className="text-fg-3">{t("outcome.running")}</p>}
    </TooltipFrame>
  );
}
