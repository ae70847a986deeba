"use client";

import { usePlotArea, useXAxisScale, useYAxisScale } from "recharts";
import type { OutcomeRow } from "./outcome-rows";

type Props = { rows: readonly OutcomeRow[] };

/**
 * What an area cannot show: a square under the axis for every bucket with a failed call, whatever the scale, and a stem
 * for a bucket that stands alone between gaps.
 */
export function FailureRug({ rows }: Props) {
  const plot = usePlotArea();
  const xScale = useXAxisScale();
  const yScale = useYAxisScale();
  if (plot === undefined || xScale === undefined || yScale === undefined) {
    return null;
  }
  const base = plot.y + plot.height;
  return (
    <g>
      {rows.map((row) => {
        const x = xScale(row.t) ?? 0;
        return row.failed > 0 ? (
          <rect
            key={row.t}
            x={x - 3}
            y={base + 6}
            width="6"
            height="6"
            fill="var(--c-failed)"
            data-rug={row.failed}
          />
        ) : null;
      })}
      {rows.map((row) => {
        const x = xScale(row.t) ?? 0;
        const sum = row.partial ?? (row.firstTry ?? 0) + (row.rescued ?? 0) + (row.refused ?? 0);
        const top = yScale(sum) ?? base;
        return row.isIsolated ? (
          <path
            key={row.t}
            d={`M${x} ${base}V${Math.min(top, base - 2)}`}
            stroke={(row.rescued ?? 0) > 0 ? "var(--c-rescued)" : "var(--c-first-line)"}
            strokeWidth="3"
            strokeDasharray={row.partial === null ? undefined : "2 3"}
          />
        ) : null;
      })}
    </g>
  );
}
