"use client";

import { memo, useMemo } from "react";
import { AxisBreak } from "./axis-break";
import type { Frame } from "./frame";
import type { LaneMark } from "./marks";
import { Plot } from "./plot";
import type { SeriesLine, SeriesRow } from "./series";
import { SeriesEnds } from "./series-ends";
import { areaPath, dotsPath, linePath, type SeriesPoint, stacked } from "./series-paths";
import type { SeriesData } from "./series-texts";
import { SeriesTooltip } from "./series-tooltip";

type Props = SeriesData & {
  title: string;
  /** Quantities beside each other, shares of a span, or counts on top of each other. */
  shape: "lines" | "steps" | "stack";
  domain: readonly [number, number];
  isLog: boolean;
  ticks: readonly number[];
  bucketMs: number;
  /** Start of the bucket that is not over; behind the last one when all are. */
  partialFrom: number;
  /** A line to keep above; what falls under it is shaded in the first line. */
  threshold?: { readonly value: number };
  marks: readonly LaneMark[];
  onOpenMark: (mark: LaneMark) => void;
  formatTime: (atMs: number) => string;
  formatTick: (atMs: number) => string;
  formatValue: (value: number) => string;
  zone: string;
};

const height = 220;
const edges = { top: 8, bottom: 30, hours: 20 };
const edgesUnderLane = { ...edges, top: 26 };

/** Several figures of one thing over time. Segments are straight, gaps stay gaps, nothing moves by itself. */
export const SeriesChart = memo(function SeriesChart(props: Props) {
  const { title, rows, lines, counts, spans, hollow, shape, domain, isLog, ticks, bucketMs } =
    props;
  const { partialFrom, threshold } = props;
  const { marks, onOpenMark, formatTime, formatTick, formatValue, zone } = props;
  const from = rows[0]?.t ?? 0;
  const to = Math.max(rows.at(-1)?.t ?? 1, from + 1);
  const drawn = useMemo(
    () => pointsOf(rows, lines, shape === "stack", partialFrom),
    [rows, lines, shape, partialFrom],
  );
  const readLines = useMemo(
    () => lines.map(({ key, color }, index) => ({ key, color, points: drawn[index] ?? [] })),
    [lines, drawn],
  );
  return (
    <Plot
      title={title}
      rows={rows}
      from={from}
      to={to}
      bucketMs={bucketMs}
      domain={domain}
      isLog={isLog}
      ticks={ticks}
      formatTime={formatTick}
      // What goes down is as much as what goes up.
      formatValue={(value) => formatValue(Math.abs(value))}
      zone={zone}
      height={height}
      edges={marks.length > 0 ? edgesUnderLane : edges}
      marks={marks}
      onOpenMark={onOpenMark}
      readLines={readLines}
      tooltip={
        <SeriesTooltip
          data={{ rows, lines, counts, spans, hollow }}
          bucketMs={bucketMs}
          partialFrom={partialFrom}
          formatTime={formatTime}
          formatValue={formatValue}
        />
      }
      series={(frame) => (
        <Series frame={frame} lines={lines} drawn={drawn} shape={shape} threshold={threshold} />
      )}
      over={(frame) => (
        <>
          {domain[0] > 0 && !isLog && <AxisBreak frame={frame} />}
          {domain[0] < 0 && (
            <path d={`M${frame.left} ${frame.yOf(0)}H${frame.right}`} stroke="var(--axis)" />
          )}
          {lines.map(({ key, color }) => (
            <path
              key={key}
              d={dotsPath(hollow, key, domain[0], frame)}
              fill="var(--surface)"
              stroke={color}
              data-hollow={key}
            />
          ))}
          <SeriesEnds
            frame={frame}
            rows={rows}
            lines={lines}
            shape={shape}
            partialFrom={partialFrom}
          />
        </>
      )}
    />
  );
});

type Points = readonly (SeriesPoint | null)[];

type SeriesProps = Pick<Props, "lines" | "shape"> & {
  frame: Frame;
  drawn: readonly Points[];
  threshold: Props["threshold"];
};

function Series({ frame, lines, drawn, shape, threshold }: SeriesProps) {
  const [first] = drawn;
  return (
    <>
      {threshold !== undefined && first !== undefined && shape === "lines" && (
        <path
          d={areaPath(missed(first, threshold.value), "linear", frame)}
          fill="var(--c-failed)"
          fillOpacity={0.22}
        />
      )}
      {threshold !== undefined && (
        <path
          d={`M${frame.left} ${frame.yOf(threshold.value)}H${frame.right}`}
          stroke="var(--threshold)"
          strokeDasharray="4 3"
        />
      )}
      {lines.map(({ key, color, dash }, index) => {
        const points = drawn[index] ?? [];
        return shape === "stack" ? (
          <g key={key} stroke={color} fill={color}>
            <path d={areaPath(points, "step", frame)} fillOpacity={0.85} stroke="none" />
            <path d={linePath(points, "step", frame)} fill="none" />
          </g>
        ) : (
          <path
            key={key}
            d={linePath(points, shape === "steps" ? "stepAfter" : "linear", frame)}
            fill="none"
            stroke={color}
            strokeDasharray={dash}
            strokeWidth={1.6}
          />
        );
      })}
    </>
  );
}

/** The values of buckets that are over, of each line. */
function pointsOf(
  rows: readonly SeriesRow[],
  lines: readonly SeriesLine[],
  isStack: boolean,
  partialFrom: number,
): Points[] {
  const value = (row: SeriesRow, key: string) => valueOf(row, key, partialFrom);
  return isStack
    ? stacked(
        rows,
        lines.map(({ key }) => key),
        value,
        (key) => lines.some((line) => line.key === key && line.goesDown === true),
      )
    : lines.map(({ key }) =>
        rows.map((row) => {
          const one = value(row, key);
          return one === null ? null : { t: row.t, value: one };
        }),
      );
}

function valueOf(row: SeriesRow, key: string, partialFrom: number): number | null {
  return row.t < partialFrom ? (row[key] ?? null) : null;
}

/** From the value up to the line that it misses; of no height where it does not. */
function missed(points: Points, line: number): Points {
  return points.map(
    (point) => point && { t: point.t, value: line, floor: Math.min(point.value, line) },
  );
}
