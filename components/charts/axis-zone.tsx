"use client";

import { usePlotArea } from "recharts";

type Props = {
  zone: string;
  /** From the axis down to the base line of its hours, in pixels. */
  below: number;
};

/** Whose clock the axis of time tells: the zone, at its left end. */
export function AxisZone({ zone, below }: Props) {
  const plot = usePlotArea();
  return plot === undefined ? null : (
    <text x={0} y={plot.y + plot.height + below}>
      {zone}
    </text>
  );
}
