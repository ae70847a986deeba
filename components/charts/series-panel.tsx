"use client";

import { useCallback, useMemo, useState } from "react";
import { useHeldOrder } from "@/components/lib/held-order";
import { useWords } from "@/components/lib/i18n/provider";
import { Panel } from "@/components/ui/panel";
import { noValue } from "@/lib/shared/format";
import { ChartLegend } from "./chart-legend";
import { ChartTools } from "./chart-tools";
import { LineSwatch } from "./line-swatch";
import type { LaneMark } from "./marks";
import {
  byLastValue,
  isTooFew,
  lastValue,
  logScale,
  scaleFromZero,
  scaleOfShares,
  type SeriesRow,
} from "./series";
import { SeriesChart } from "./series-chart";
import { countText, seriesCsv, type SeriesData, toldIn, valueText } from "./series-texts";
import { WhenNear } from "./when-near";

/** When the values of a chart are of. */
export interface ChartSpan {
  readonly from: number;
  readonly to: number;
  readonly bucketMs: number;
  readonly partialFrom: number;
}

type Props = Pick<SeriesData, "rows" | "lines"> &
  Partial<SeriesData> & {
    id: string;
    title: string;
    subtitle: string;
    span: ChartSpan;
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

const noRows: readonly SeriesRow[] = [];

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
    counts = noRows,
    spans = noRows,
    hollow = noRows,
    shape,
    scale = "zero",
    threshold,
  } = props;
  const { marks, onOpenMark, formatValue, empty } = props;
  const { t, f } = useWords();
  const [isTable, setTable] = useState(false);
  const [wantsLog, setWantsLog] = useState(false);
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const { order, hold, release } = useHeldOrder(
    byLastValue(rows, lines, span.partialFrom).map(({ key }) => key),
  );
  const isStack = shape === "stack";
  const shown = useMemo(() => lines.filter(({ key }) => !hidden.has(key)), [lines, hidden]);
  const isEmpty = [...rows, ...hollow].every((row) =>
    lines.every(({ key }) => (row[key] ?? null) === null),
  );
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
          rows,
          shown.map(({ key }) => key),
          hollow,
        )
      : scaleFromZero(rows, shown, shape);
  }, [rows, hollow, shown, scale, shape, isLog, log]);
  const { bucketMs } = span;
  const spanMs = span.to - span.from;
  const formatTime = useCallback(
    (atMs: number): string => f.bucketTime(atMs, bucketMs, spanMs),
    [f, bucketMs, spanMs],
  );
  const formatTick = useCallback((atMs: number): string => f.axisTime(atMs, spanMs), [f, spanMs]);
  const data = { rows, lines, counts, spans, hollow };
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
            csv={() => seriesCsv(data)}
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
                const missing = isTooFew(rows, counts, line.key) ? t("chart.tooFew") : noValue;
                return {
                  key: line.key,
                  label: line.label,
                  swatch: isStack ? (
                    <StackSwatch color={line.color} />
                  ) : (
                    <LineSwatch color={line.color} dash={line.dash} />
                  ),
                  value: last === null ? missing : formatValue(last),
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
                {...data}
                lines={shown}
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
                zone={f.zone(span.to)}
              />
            </WhenNear>
          </figure>
        )}
        {!isEmpty && isTable && (
          <SeriesTable {...{ data, bucketMs, formatTime, formatValue, title }} />
        )}
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

type TableProps = Pick<Props, "formatValue" | "title"> & {
  data: SeriesData;
  bucketMs: number;
  formatTime: (atMs: number) => string;
};

function SeriesTable({ data, bucketMs, formatTime, formatValue, title }: TableProps) {
  const { t, f } = useWords();
  const { rows, lines } = data;
  const counted = toldIn(data.counts, lines);
  const words = { t, f, formatValue };
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
            .map((row, index) => ({ row, index }))
            .toReversed()
            .map(({ row, index }) => (
              <tr key={row.t}>
                <td className="mono">{formatTime(row.t)}</td>
                {lines.map(({ key }) => (
                  <td key={key} className="num">
                    {valueText(data, key, index, words)}
                  </td>
                ))}
                {counted.map(({ key }) => (
                  <td key={key} className="num text-fg-3">
                    {countText(data, key, index, bucketMs, words) ?? noValue}
                  </td>
                ))}
              </tr>
            ))}
        </tbody>
      </table>
    </div>
  );
}
