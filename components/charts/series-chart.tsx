"use client";

import { memo, useMemo } from "react";
import { Area, Line, ReferenceLine } from "recharts";
import { AnnotationLane } from "./annotation-lane";
import { InTurn } from "./in-turn";
import type { LaneMark } from "./marks";
import { AxisBreak } from "./axis-break";
import { Plot } from "./plot";
import type { SeriesLine, SeriesRow } from "./series";
import { SeriesEnds } from "./series-ends";
import { SeriesTooltip } from "./series-tooltip";

type Props = {
  rows: readonly SeriesRow[];
  lines: readonly SeriesLine[];
  /** Quantities beside each other, shares of a span, or counts on top of each other. */
  shape: "lines" | "steps" | "stack";
  domain: readonly [number, number];
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
  none: string;
  zone: string;
};

const edges = { top: 8, bottom: 30, hours: 20 };
const edgesUnderLane = { ...edges, top: 26 };

/**
 * Several figures of one thing over time. Segments are straight, gaps stay gaps, nothing moves by itself.
 *
 * Recharts begins anew for each object or function that is not the one of before: what it gets stays the same until the
 * figures change.
 */
export function SeriesChart(props: Props) {
  return (
    <InTurn>
      <Chart {...props} />
    </InTurn>
  );
}

const Chart = memo(function Chart(props: Props) {
  const { rows, lines, shape, domain, ticks, bucketMs, partialFrom, threshold, marks } = props;
  const { onOpenMark, formatTime, formatTick, formatValue, none, zone } = props;
  const from = rows[0]?.t ?? 0;
  const to = Math.max(rows.at(-1)?.t ?? 1, from + 1);
  const values = useMemo(
    () => lines.map((line) => ({ ...line, of: wholeOf(line.key, partialFrom) })),
    [lines, partialFrom],
  );
  const firstKey = lines[0]?.key;
  const missed = useMemo(
    () =>
      threshold === undefined || firstKey === undefined
        ? null
        : missOf(firstKey, threshold.value, partialFrom),
    [threshold, firstKey, partialFrom],
  );
  return (
    <Plot
      rows={rows}
      from={from}
      to={to}
      domain={domain}
      ticks={ticks}
      formatTime={formatTick}
      formatValue={formatValue}
      zone={zone}
      edges={marks.length > 0 ? edgesUnderLane : edges}
      tooltip={
        <SeriesTooltip
          lines={lines}
          partialFrom={partialFrom}
          formatTime={formatTime}
          formatValue={formatValue}
          none={none}
        />
      }
    >
      {missed !== null && (
        <Area
          dataKey={missed}
          type="linear"
          stroke="none"
          fill="var(--c-failed)"
          fillOpacity={0.22}
          dot={false}
          activeDot={false}
          isAnimationActive={false}
          tooltipType="none"
        />
      )}
      {threshold !== undefined && (
        <ReferenceLine y={threshold.value} stroke="var(--threshold)" strokeDasharray="4 3" />
      )}
      {values.map(({ key, color, dash, of }) =>
        shape === "stack" ? (
          <Area
            key={key}
            dataKey={of}
            stackId="all"
            type="step"
            stroke={color}
            fill={color}
            fillOpacity={0.85}
            strokeWidth={1}
            dot={false}
            activeDot={false}
            isAnimationActive={false}
          />
        ) : (
          <Line
            key={key}
            dataKey={of}
            type={shape === "steps" ? "stepAfter" : "linear"}
            stroke={color}
            {...(dash !== undefined && { strokeDasharray: dash })}
            strokeWidth={1.6}
            dot={false}
            activeDot={false}
            isAnimationActive={false}
          />
        ),
      )}
      {domain[0] > 0 && <AxisBreak />}
      <SeriesEnds rows={rows} lines={lines} shape={shape} partialFrom={partialFrom} />
      <AnnotationLane marks={marks} bucketMs={bucketMs} onOpen={onOpenMark} />
    </Plot>
  );
});

/** The values of buckets that are over. */
function wholeOf(key: string, partialFrom: number) {
  return (row: SeriesRow) => (row.t < partialFrom ? row[key] : null);
}

/** From the value up to the line that it misses; of no height where it does not. */
function missOf(key: string, line: number, partialFrom: number) {
  return (row: SeriesRow): [number, number] | null => {
    const value = row.t < partialFrom ? (row[key] ?? null) : null;
    return value === null ? null : [Math.min(value, line), line];
  };
}
