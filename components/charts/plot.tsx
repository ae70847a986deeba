"use client";

import { type ReactElement, type ReactNode, useMemo } from "react";
import { ComposedChart, ResponsiveContainer, Tooltip, XAxis, YAxis } from "recharts";
import { ChartAxes } from "./chart-axes";
import { timeTicks } from "./outcome-rows";
import { besidePx, cursorGroup, valueAxisWidth } from "./time-axis";

type Props = {
  rows: readonly { readonly t: number }[];
  from: number;
  to: number;
  domain: readonly [number, number];
  ticks: readonly number[];
  formatTime: (atMs: number) => string;
  formatValue: (value: number) => string;
  zone: string;
  /** Pixels above and below the plot, and from its axis down to the base line of the hours. */
  edges: { readonly top: number; readonly bottom: number; readonly hours: number };
  tooltip: ReactElement;
  /** What is drawn: areas and lines of Recharts, and what stands over them. */
  children: ReactNode;
};

/** Values over time: scales, axes, the cursor that all charts of a page share, and a tooltip. */
export function Plot(props: Props) {
  const { rows, from, to, domain, ticks, formatTime, formatValue, zone, edges } = props;
  const widest = Math.max(...ticks.map((tick) => formatValue(tick).length));
  const left = valueAxisWidth(widest, zone);
  const { top, bottom, hours } = edges;
  const margin = useMemo(() => ({ top, right: besidePx, bottom, left }), [top, bottom, left]);
  const span = useMemo(() => [from, to], [from, to]);
  const scale = useMemo(() => [...domain], [domain]);
  return (
    <ResponsiveContainer width="100%" height="100%" debounce={150}>
      <ComposedChart data={rows} margin={margin} accessibilityLayer {...cursorGroup}>
        <XAxis dataKey="t" type="number" domain={span} niceTicks="none" hide />
        <YAxis domain={scale} niceTicks="none" hide />
        <ChartAxes
          times={timeTicks(from, to)}
          values={ticks}
          formatTime={formatTime}
          formatValue={formatValue}
          zone={zone}
          below={hours}
        />
        <Tooltip
          isAnimationActive={false}
          // A gap says that it is one.
          filterNull={false}
          cursor={{ stroke: "var(--fg-3)", strokeDasharray: "2 3" }}
          content={props.tooltip}
        />
        {props.children}
      </ComposedChart>
    </ResponsiveContainer>
  );
}
