"use client";

import { usePlotArea, useXAxisScale, useYAxisScale } from "recharts";
import { shownTicks } from "./time-axis";

type Props = {
  times: readonly number[];
  values: readonly number[];
  formatTime: (atMs: number) => string;
  formatValue: (value: number) => string;
  /** Whose clock the hours are of. */
  zone: string;
  /** From the axis down to the base line of its hours, in pixels. */
  below: number;
};

/** How long the lines of the hours are, and how far the values stand from the plot. */
const [tickPx, valueGapPx] = [5, 8];

/**
 * Both axes and the lines of the grid. Recharts' own take half of the time of a whole chart: they measure every word in the
 * page and begin anew with what they found.
 */
export function ChartAxes({ times, values, formatTime, formatValue, zone, below }: Props) {
  const plot = usePlotArea();
  const xScale = useXAxisScale();
  const yScale = useYAxisScale();
  if (plot === undefined || xScale === undefined) {
    return null;
  }
  const base = plot.y + plot.height;
  const end = plot.x + plot.width;
  const hours = times.map((at) => ({ x: xScale(at) ?? 0, text: formatTime(at) }));
  return (
    <g>
      {values.map((value) => {
        // Without a figure there is no scale of figures.
        const y = yScale?.(value);
        return y === undefined ? null : (
          <g key={value}>
            <path d={`M${plot.x} ${y}H${end}`} stroke="var(--grid)" />
            <text x={plot.x - valueGapPx} y={y} dy="0.355em" textAnchor="end">
              {formatValue(value)}
            </text>
          </g>
        );
      })}
      <path d={`M${plot.x} ${base}H${end}`} stroke="var(--axis)" />
      <text x={0} y={base + below}>
        {zone}
      </text>
      {shownTicks(hours, end).map(({ x, textX, text }) => (
        <g key={x}>
          <path d={`M${x} ${base}v${tickPx}`} stroke="var(--axis)" />
          <text x={textX} y={base + below} textAnchor="middle">
            {text}
          </text>
        </g>
      ))}
    </g>
  );
}
