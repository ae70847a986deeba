"use client";

import { type ReactElement, useMemo } from "react";
import { ComposedChart, Line, Tooltip, XAxis, YAxis } from "recharts";
import type { Frame } from "./frame";
import type { SeriesPoint } from "./series-paths";

/** A series that the cursor touches: it is drawn already. */
export interface ReadLine {
  readonly key: string;
  readonly color: string;
  /** Of each row where the cursor touches it: in a stack its upper edge. */
  readonly points: readonly (SeriesPoint | null)[];
}

/** What a tooltip is given of the row at the cursor. */
export interface ReadRow {
  readonly t: number;
  readonly row: unknown;
  readonly at: readonly (number | null)[];
}

type Props = {
  title: string;
  rows: readonly { readonly t: number }[];
  lines: readonly ReadLine[];
  domain: readonly [number, number];
  isLog: boolean;
  width: number;
  height: number;
  frame: Frame;
  tooltip: ReactElement;
  /** Told of what hears the arrow keys as soon as it is there. Stays the same, or it would be told again and again. */
  onReady: (surface: SVGSVGElement | null) => void;
};

/** All charts of a page show the same instant under one pointer, or the same arrow keys. */
const cursorGroup = { syncId: "page", syncMethod: "value" } as const;

/**
 * The cursor of a chart with what is said at it. It lies over what is drawn, on the same scales.
 *
 * Recharts begins anew for each object or function that is not the one of before: what it gets stays the same until the
 * figures change.
 */
export function Reader(props: Props) {
  const { title, rows, lines, domain, isLog, width, height, frame, tooltip, onReady } = props;
  const { left, right, top, base } = frame;
  const margin = useMemo(
    () => ({ left, right: width - right, top, bottom: height - base }),
    [left, right, top, base, width, height],
  );
  const span = useMemo(() => [rows[0]?.t ?? 0, rows.at(-1)?.t ?? 1], [rows]);
  const scale = useMemo(() => [...domain], [domain]);
  const data = useMemo(
    () =>
      rows.map((row, index): ReadRow => {
        return { t: row.t, row, at: lines.map(({ points }) => points[index]?.value ?? null) };
      }),
    [rows, lines],
  );
  return (
    <div className="absolute inset-0">
      <ComposedChart
        ref={onReady}
        data={data}
        width={width}
        height={height}
        margin={margin}
        accessibilityLayer
        aria-label={title}
        {...cursorGroup}
      >
        <XAxis dataKey="t" type="number" domain={span} niceTicks="none" hide />
        <YAxis domain={scale} scale={isLog ? "log" : "linear"} niceTicks="none" hide />
        {lines.map(({ key, color }, index) => (
          <Line
            key={key}
            dataKey={`at[${index}]`}
            stroke="none"
            dot={false}
            activeDot={{ r: 2.6, fill: color, stroke: "var(--surface)", strokeWidth: 1 }}
            isAnimationActive={false}
          />
        ))}
        <Tooltip
          isAnimationActive={false}
          // A gap says that it is one.
          filterNull={false}
          cursor={{ stroke: "var(--fg-3)", strokeDasharray: "2 3" }}
          content={tooltip}
        />
      </ComposedChart>
    </div>
  );
}
