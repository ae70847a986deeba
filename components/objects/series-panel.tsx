"use client";

import dynamic from "next/dynamic";
import { useState } from "react";
import {
  scaleFromZero,
  scaleOfShares,
  type SeriesLine,
  type SeriesRow,
} from "@/components/charts/series";
import { WhenNear } from "@/components/charts/when-near";
import { useWords } from "@/components/lib/i18n/provider";
import { Button } from "@/components/ui/button";
import { Panel } from "@/components/ui/panel";
import { Skeleton } from "@/components/ui/skeleton";
import { noValue } from "@/lib/shared/format";

const SeriesChart = dynamic(
  () => import("@/components/charts/series-chart").then((module) => module.SeriesChart),
  { ssr: false, loading: () => <Skeleton className="h-full" /> },
);

type Props = {
  id: string;
  title: string;
  subtitle: string;
  rows: readonly SeriesRow[];
  lines: readonly SeriesLine[];
  shape: "lines" | "stack";
  scale?: "zero" | "share";
  formatTime: (atMs: number) => string;
  formatTick: (atMs: number) => string;
  formatValue: (value: number) => string;
  /** What is said where there is no value at all. */
  empty: string;
};

/** A question, its chart and the same numbers as a table. */
export function SeriesPanel(props: Props) {
  const { id, title, subtitle, rows, lines, shape, scale = "zero", empty } = props;
  const { formatTime, formatTick, formatValue } = props;
  const { t } = useWords();
  const [isTable, setTable] = useState(false);
  const keys = lines.map(({ key }) => key);
  const isEmpty = rows.every((row) => keys.every((key) => (row[key] ?? null) === null));
  const { domain, ticks } =
    scale === "share" ? scaleOfShares(rows, keys) : scaleFromZero(rows, keys, shape);
  return (
    <Panel
      id={id}
      title={title}
      subtitle={subtitle}
      aside={
        <Button
          tone="ghost"
          size="sm"
          aria-pressed={isTable}
          onClick={() => {
            setTable(!isTable);
          }}
        >
          {t(isTable ? "outcome.asChart" : "outcome.asTable")}
        </Button>
      }
    >
      <ul className="-mt-0.5 mb-2 flex flex-wrap gap-x-3.5 gap-y-1 text-small text-fg-2">
        {lines.map(({ key, label, color, dash }) => (
          <li key={key} className="inline-flex items-center gap-1.5 whitespace-nowrap">
            <svg width="18" height="10" aria-hidden="true">
              {shape === "stack" ? (
                <rect x="4" width="10" height="10" rx="2" fill={color} />
              ) : (
                <path d="M0 5h18" stroke={color} strokeWidth="2" strokeDasharray={dash} />
              )}
            </svg>
            {label}
          </li>
        ))}
      </ul>
      {isEmpty && <p className="run py-10 text-center text-fg-2">{empty}</p>}
      {!isEmpty && !isTable && (
        <figure className="h-[220px]" aria-label={title}>
          <WhenNear>
            <SeriesChart
              rows={rows}
              lines={lines}
              shape={shape}
              domain={domain}
              ticks={ticks}
              formatTime={formatTime}
              formatTick={formatTick}
              formatValue={formatValue}
              none={noValue}
            />
          </WhenNear>
        </figure>
      )}
      {!isEmpty && isTable && (
        <SeriesTable
          rows={rows}
          lines={lines}
          formatTime={formatTime}
          formatValue={formatValue}
          title={title}
        />
      )}
    </Panel>
  );
}

type TableProps = Pick<Props, "rows" | "lines" | "formatTime" | "formatValue" | "title">;

function SeriesTable({ rows, lines, formatTime, formatValue, title }: TableProps) {
  const { t, f } = useWords();
  return (
    <div className="h-[220px] overflow-auto" tabIndex={0} role="region" aria-label={title}>
      <table className="data-table">
        <thead>
          <tr>
            <th scope="col">{t("outcome.time", { zone: f.zone(rows.at(-1)?.t ?? 0) })}</th>
            {lines.map(({ key, label }) => (
              <th key={key} scope="col" className="num">
                {label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.toReversed().map((row) => (
            <tr key={row.t}>
              <td className="mono">{formatTime(row.t)}</td>
              {lines.map(({ key }) => (
                <td key={key} className="num">
                  {row[key] === null || row[key] === undefined ? noValue : formatValue(row[key])}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
