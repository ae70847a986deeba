"use client";

import type { TooltipContentProps } from "recharts";
import { useWords } from "@/components/lib/i18n/provider";
import type { SeriesRow } from "./series";
import type { ReadRow } from "./reader";
import { countText, type SeriesData, valueText } from "./series-texts";
import { TooltipFrame } from "./tooltip-frame";

type Props = Partial<TooltipContentProps> & {
  data: SeriesData;
  bucketMs: number;
  partialFrom: number;
  formatTime: (atMs: number) => string;
  formatValue: (value: number) => string;
};

/** The values of one bucket. */
export function SeriesTooltip(props: Props) {
  const { active, payload, data, bucketMs, partialFrom, formatTime, formatValue } = props;
  const { t, f } = useWords();
  const read = payload?.[0]?.payload as ReadRow | undefined;
  const row = read?.row as SeriesRow | undefined;
  if (active !== true || row === undefined) {
    return null;
  }
  const index = data.rows.findIndex(({ t: at }) => at === row.t);
  const countOf = (key: string): string | null => {
    const n = countText(data, key, index, bucketMs, { f });
    return n && t("chart.n", { n });
  };
  return (
    <TooltipFrame atMs={row.t} time={formatTime(row.t)}>
      <dl className="grid grid-cols-[auto_auto] gap-x-4">
        {data.lines.map(({ key, label }) => (
          <div key={key} className="contents">
            <dt className="text-fg-2">{label}</dt>
            <dd className="text-right font-medium">
              {valueText(data, key, index, { t, f, formatValue })}
              {countOf(key) !== null && (
                <span className="ml-2 font-normal text-fg-3">{countOf(key)}</span>
              )}
            </dd>
          </div>
        ))}
      </dl>
      {countOf("all") !== null && <p className="text-fg-3">{countOf("all")}</p>}
      {row.t >= partialFrom && <p className="text-fg-3">{t("outcome.running")}</p>}
    </TooltipFrame>
  );
}
