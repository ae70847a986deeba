"use client";

import { usePlotArea } from "recharts";

/** Says that the scale does not begin at zero. */
export function AxisBreak() {
  const plot = usePlotArea();
  if (plot === undefined) {
    return null;
  }
  const base = plot.y + plot.height;
  return (
    <path
      d={`M${plot.x - 5} ${base - 5}l10 -4M${plot.x - 5} ${base - 1}l10 -4`}
      stroke="var(--axis)"
      strokeWidth="1.4"
      data-break
    />
  );
}
