"use client";

import { usePlotArea, useXAxisScale } from "recharts";
import { clustered } from "./outcome-rows";

export interface LaneMark {
  readonly id: string;
  readonly t: number;
  readonly kind: "config" | "opened" | "closed" | "degraded";
  readonly title: string;
}

type Props = { marks: readonly LaneMark[]; bucketMs: number };

const minGapPx = 12;

const shapes = {
  degraded: "M0 -4.6 5 4H-5Z",
  config: "M0 -4.6 4.6 0 0 4.6 -4.6 0Z",
  opened: "M-3.8 -3.8h7.6v7.6h-7.6z",
  closed: "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0",
} as const;

/** What happened, as glyphs above the plot with a dotted line through it; the words are in the title. */
export function AnnotationLane({ marks, bucketMs }: Props) {
  const plot = usePlotArea();
  const scale = useXAxisScale();
  if (plot === undefined || scale === undefined) {
    return null;
  }
  const pxPerBucket = (scale(bucketMs) ?? 0) - (scale(0) ?? 0);
  const gapMs = pxPerBucket > 0 ? (minGapPx / pxPerBucket) * bucketMs : bucketMs;
  return (
    <g>
      {clustered(marks, gapMs).map((group) => {
        const [first] = group;
        const x = first && scale(first.t);
        if (x === undefined) {
          return null;
        }
        const worst = group.find(({ kind }) => kind === "opened") ?? first;
        return (
          <g key={first?.id}>
            <title>{group.map(({ title }) => title).join("\n")}</title>
            <path
              d={`M${x} ${plot.y - 6}V${plot.y + plot.height}`}
              stroke="var(--annotation)"
              strokeDasharray="1 3"
            />
            <path
              d={shapes[worst?.kind ?? "config"]}
              transform={`translate(${x} ${plot.y - 14})`}
              fill={worst?.kind === "opened" ? "var(--fg-2)" : "var(--surface)"}
              stroke="var(--fg-2)"
              strokeWidth="1.2"
            />
          </g>
        );
      })}
    </g>
  );
}
