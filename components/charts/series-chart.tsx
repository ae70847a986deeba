"use client";

import { useMemo } from "react";
import {
  Area,
  CartesianGrid,
  ComposedChart,
  Line,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from "recharts";
import { type SeriesLine, type SeriesRow } from "./series";
import { SeriesTooltip } from "./series-tooltip";
import { timeAxis } from "./time-axis";

type Props = {
  rows: readonly SeriesRow[];
  lines: readonly SeriesLine[];
  /** Lines of quantities beside each other, or counts on top of each other. */
  shape: "lines" | "stack";
  domain: readonly [number, number];
  ticks: readonly number[];
  formatTime: (atMs: number) => string;
  formatTick: (atMs: number) => string;
  formatValue: (value: number) => string;
  none: string;
};

const margin = { top: 8, right: 8, bottom: 0, left: 0 };

/** Several figures of one thing over time. Segments are straight, gaps stay gaps, nothing moves by itself. */
export function SeriesChart(props: Props) {
  const { rows, lines, shape, domain, ticks, formatTime, formatTick, formatValue, none } = props;
  const from = rows[0]?.t ?? 0;
  const to = Math.max(rows.at(-1)?.t ?? 1, from + 1);
  const axis = useMemo(() => timeAxis(from, to, formatTick), [from, to, formatTick]);
  const widest = Math.max(...ticks.map((tick) => formatValue(tick).length));
  return (
    <ResponsiveContainer width="100%" height="100%" debounce={150}>
      <ComposedChart data={rows} margin={margin} accessibilityLayer>
        <CartesianGrid vertical={false} stroke="var(--grid)" />
        <XAxis {...axis} tickMargin={6} />
        <YAxis
          width={18 + 7 * widest}
          ticks={[...ticks]}
          domain={[...domain]}
          tickFormatter={formatValue}
          axisLine={false}
          tickLine={false}
        />
        <Tooltip
          isAnimationActive={false}
          cursor={{ stroke: "var(--fg-3)", strokeDasharray: "2 3" }}
          content={
            <SeriesTooltip
              lines={lines}
              formatTime={formatTime}
              formatValue={formatValue}
              none={none}
            />
          }
        />
        {lines.map(({ key, color, dash }) =>
          shape === "stack" ? (
            <Area
              key={key}
              dataKey={key}
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
              dataKey={key}
              type="linear"
              stroke={color}
              {...(dash !== undefined && { strokeDasharray: dash })}
              strokeWidth={1.6}
              dot={false}
              activeDot={false}
              isAnimationActive={false}
            />
          ),
        )}
      </ComposedChart>
    </ResponsiveContainer>
  );
}
