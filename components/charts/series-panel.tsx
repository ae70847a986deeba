"use client";

import { useCallback, useMemo, useState } from "react";
import { useHeldOrder } from "@/components/lib/held-order";
import { useWords } from "@/components/lib/i18n/provider";
import { Panel } from "@/components/ui/panel";
import { noValue } from "@/lib/shared/format";
import { ChartLegend } from "./chart-legend";
import { ChartTools } from "./chart-tools";
import { csvText } from "./csv";
import { LineSwatch } from "./line-swatch";
import type { LaneMark } from "./marks";
import {
  byLastValue,
  lastValue,
  logScale,
  scaleFromZero,
  scaleOfShares,
  type SeriesLine,
  type SeriesRow,
} from "./series";
import { SeriesChart } from "./series-chart";
import { WhenNear } from "./when-near";

/** When the values of a chart are of. */
export interface ChartSpan {
  readonly from: number;
  readonly to: number;
  readonly bucketMs: number;
  readonly partialFrom: number;
}

type Props = {
  id: string;
  title: string;
  subtitle: string;
  span: ChartSpan;
  rows: readonly SeriesRow[];
  lines: readonly SeriesLine[];
  /** How many samples a value is of, by line; under `all` where that is the same for all of them. */
  counts?: readonly SeriesRow[];
  /** Values of a lesser kind, where there are none of the proper one: hollow dots. */
  hollow?: readonly SeriesRow[];
  shape: "lines" | "steps" | "stack";
  /** `zero`: of quantities; `either`: of those that a reader may spread over powers of ten. */
  scale?: "zero" | "either" | "share";
  threshold?: { readonly value: number; readonly label: string };
  marks: readonly LaneMark[];
  onOpenMark: (mark: LaneMark) => void;
  formatValue: (value: number) => string;
  /** What is said where there is no value at all. */
  empty: string;
};

/** Of the chart, and of its table. */
const height = "h-[220px]";

/** A question, its chart and the same numbers as a table. */
export function SeriesPanel(props: Props) {
  const {
    id,
    title,
    subtitle,
    span,
    rows,
    lines,
    counts,
    shape,
    scale = "zero",
    threshold,
  } = props;
  const { marks, onOpenMark, formatValue, empty, hollow } = props;
  const { f } = useWords();
  const [isTable, setTable] = useState(false);
  const [wantsLog, setWantsLog] = useState(false);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const { order, hold, release } = useHeldOrder(
    byLastValue(rows, lines, span.partialFrom).map(({ key }) => key),
  );
  const isStack = shape === "stack";
  const shown = useMemo(() => lines.filter(({ key }) => !hidden.has(key)), [lines, hidden]);
  const all = useMemo(() => [...rows, ...(hollow ?? [])], [rows, hollow]);
  const isEmpty = all.every((row) => lines.every(({ key }) => (row[key] ?? null) === null));
  const log = useMemo(
    () =>
      scale === "either"
        ? logScale(
            rows,
            shown.map(({ key }) => key),
          )
        : null,
    [rows, shown, scale],
  );
  const isLog = wantsLog && log !== null;
  const { domain, ticks } = useMemo(() => {
    if (isLog) {
      return log;
    }
    return scale === "share"
      ? scaleOfShares(
          all,
          shown.map(({ key }) => key),
        )
      : scaleFromZero(rows, shown, shape);
  }, [rows, all, shown, scale, shape, isLog, log]);
  const { bucketMs } = span;
  const spanMs = span.to - span.from;
  const formatTime = useCallback(
    (atMs: number): string => f.bucketTime(atMs, bucketMs, spanMs),
    [f, bucketMs, spanMs],
  );
  const formatTick = useCallback((atMs: number): string => f.axisTime(atMs, spanMs), [f, spanMs]);
  const table = { rows, lines, counts, formatTime, formatValue, title };
  return (
    <Panel
      id={id}
      title={title}
      subtitle={subtitle}
      aside={
        !isEmpty && (
          <ChartTools
            name={id}
            from={span.from}
            to={span.to}
            isTable={isTable}
            onTable={setTable}
            csv={() => seriesCsv(rows, lines, counts)}
            log={log === null ? undefined : { isOn: isLog, onChange: setWantsLog }}
          />
        )
      }
    >
      <div onPointerEnter={hold} onPointerLeave={release} onFocus={hold} onBlur={release}>
        {!isEmpty && (
          <ChartLegend
            hidden={hidden}
            onHidden={setHidden}
            entries={order
              .flatMap((key) => lines.find((line) => line.key === key) ?? [])
              .map((line) => {
                const last = lastValue(rows, line.key, span.partialFrom);
                return {
                  key: line.key,
                  label: line.label,
                  swatch: isStack ? (
                    <StackSwatch color={line.color} />
                  ) : (
                    <LineSwatch color={line.color} dash={line.dash} />
                  ),
                  ...(last !== null && { value: formatValue(last) }),
                };
              })}
          >
            {threshold !== undefined && (
              // In the chart its words would stand on the lines that come near to it.
              <span className="inline-flex min-h-6 items-center gap-1.5 whitespace-nowrap">
                <LineSwatch color="var(--threshold)" dash="4 3" width={1} />
                {threshold.label}
              </span>
            )}
          </ChartLegend>
        )}
        {isEmpty && <p className="run py-10 text-center text-fg-2">{empty}</p>}
        {!isEmpty && !isTable && (
          <figure className={`chart ${height}`} aria-label={title}>
            <WhenNear>
              <SeriesChart
                title={title}
                rows={rows}
                lines={shown}
                counts={counts}
                hollow={hollow}
                shape={shape}
                domain={domain}
                isLog={isLog}
                ticks={ticks}
                bucketMs={bucketMs}
                partialFrom={span.partialFrom}
                {...(threshold !== undefined && { threshold })}
                marks={marks}
                onOpenMark={onOpenMark}
                formatTime={formatTime}
                formatTick={formatTick}
                formatValue={formatValue}
                none={noValue}
                zone={f.zone(span.to)}
              />
            </WhenNear>
          </figure>
        )}
        {!isEmpty && isTable && <SeriesTable {...table} />}
      </div>
    </Panel>
  );
}

function StackSwatch({ color }: { color: string }) {
  return (
    <svg width="18" height="10" aria-hidden="true" className="shrink-0">
      <rect x="4" width="10" height="10" rx="2" fill={color} />
    </svg>
  );
}

function seriesCsv(
  rows: readonly SeriesRow[],
  lines: readonly SeriesLine[],
  counts: readonly SeriesRow[] = [],
): string {
  const counted = countedIn(counts, lines);
  return csvText(
    [
      "time_utc",
      ...lines.map(({ label }) => label),
      ...counted.map(({ label }) => (label === "" ? "n" : `${label} n`)),
    ],
    rows.map((row, index) => [
      new Date(row.t).toISOString(),
      ...lines.map(({ key }) => row[key] ?? null),
      ...counted.map(({ key }) => counts[index]?.[key] ?? null),
    ]),
  );
}

/** Of what there is a number of samples: of all lines together, or of each. */
function countedIn(
  counts: readonly SeriesRow[],
  lines: readonly SeriesLine[],
): readonly { readonly key: string; readonly label: string }[] {
  return [{ key: "all", label: "" }, ...lines].filter(({ key }) =>
    counts.some((row) => (row[key] ?? null) !== null),
  );
}

type TableProps = Pick<Props, "rows" | "lines" | "formatValue" | "title"> & {
  counts: readonly SeriesRow[] | undefined;
  formatTime: (atMs: number) => string;
};

function SeriesTable({ rows, lines, counts = [], formatTime, formatValue, title }: TableProps) {
  const { t, f } = useWords();
  const counted = countedIn(counts, lines);
  return (
    <div className={`${height} overflow-auto`} tabIndex={0} role="region" aria-label={title}>
      <table className="data-table">
        <thead>
          <tr>
            <th scope="col">{t("chart.time", { zone: f.zone(rows.at(-1)?.t ?? 0) })}</th>
            {lines.map(({ key, label }) => (
              <th key={key} scope="col" className="num">
                {label}
              </th>
            ))}
            {counted.map(({ key, label }) => (
              <th key={key} scope="col" className="num">
                {t("chart.nOf", { label })}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows
            .map((row, index) => ({ row, n: counts[index] }))
            .toReversed()
            .map(({ row, n }) => (
              <tr key={row.t}>
                <td className="mono">{formatTime(row.t)}</td>
                {lines.map(({ key }) => (
                  <td key={key} className="num">
                    {row[key] === null || row[key] === undefined ? noValue : formatValue(row[key])}
                  </td>
                ))}
                {counted.map(({ key }) => (
                  <td key={key} className="num text-fg-3">
                    {(n?.[key] ?? null) === null ? noValue : f.count(n?.[key] ?? 0)}
                  </td>
                ))}
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  );
}
