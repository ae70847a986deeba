"use client";

import type { MouseEvent } from "react";
import { usePlotArea, useXAxisScale } from "recharts";
import type { LaneMark } from "./marks";
import { clustered } from "./outcome-rows";

type Props = {
  marks: readonly LaneMark[];
  bucketMs: number;
  onOpen: (mark: LaneMark) => void;
};

/** What is pressed is as wide as a finger's least target: marks that would overlap are one. */
const targetPx = 24;

const shapes = {
  degraded: "M0 -4.6 5 4H-5Z",
  config: "M0 -4.6 4.6 0 0 4.6 -4.6 0Z",
  opened: "M-3.8 -3.8h7.6v7.6h-7.6z",
  closed: "M-4 0a4 4 0 1 0 8 0a4 4 0 1 0 -8 0",
} as const;

/** What happened, as glyphs above the plot with a dotted line through it. Each is a link to what it stands for. */
export function AnnotationLane({ marks, bucketMs, onOpen }: Props) {
  const plot = usePlotArea();
  const scale = useXAxisScale();
  if (plot === undefined || scale === undefined) {
    return null;
  }
  const pxPerBucket = (scale(bucketMs) ?? 0) - (scale(0) ?? 0);
  const gapMs = pxPerBucket > 0 ? (targetPx / pxPerBucket) * bucketMs : bucketMs;
  const end = plot.x + plot.width;
  const inside = marks.filter(({ t }) => isWithin(scale(t), scale(t - bucketMs), plot));
  return (
    <g>
      {clustered(inside, gapMs).map((group) => {
        const [first] = group;
        const at = first && scale(first.t);
        // The bucket that is not over has no width: what happened in it stands at the end.
        const x = at && Math.min(at, end);
        const worst = group.find(({ kind }) => kind === "opened") ?? first;
        if (x === undefined || worst === undefined) {
          return null;
        }
        const label = group.map(({ title }) => title).join("\n");
        return (
          <g key={worst.id}>
            <a
              href={worst.href}
              aria-label={label}
              data-testid="mark"
              onClick={(event: MouseEvent) => {
                if (!event.metaKey && !event.ctrlKey) {
                  event.preventDefault();
                  onOpen(worst);
                }
              }}
            >
              <title>{label}</title>
              <path
                d={`M${x} ${plot.y - 6}V${plot.y + plot.height}`}
                stroke="var(--annotation)"
                strokeDasharray="1 3"
                pointerEvents="none"
              />
              <rect
                x={x - targetPx / 2}
                y={plot.y - 14 - targetPx / 2}
                width={targetPx}
                height={targetPx}
                fill="transparent"
              />
              <path
                d={shapes[worst.kind]}
                transform={`translate(${x} ${plot.y - 14})`}
                fill={worst.kind === "opened" ? "var(--fg-2)" : "var(--surface)"}
                stroke="var(--fg-2)"
                strokeWidth="1.2"
              />
            </a>
            {group.length > 1 && (
              <text
                x={isAtEnd(x, plot) ? x - 7 : x + 7}
                y={plot.y - 10}
                textAnchor={isAtEnd(x, plot) ? "end" : "start"}
                aria-hidden="true"
              >
                {group.length}
              </text>
            )}
          </g>
        );
      })}
    </g>
  );
}

/** No room for figures to the right. */
function isAtEnd(x: number, plot: Plot): boolean {
  return x > plot.x + plot.width - targetPx;
}

type Plot = { readonly x: number; readonly width: number };

function isWithin(at: number | undefined, aBucketBefore: number | undefined, plot: Plot): boolean {
  return (
    at !== undefined &&
    at >= plot.x &&
    aBucketBefore !== undefined &&
    aBucketBefore <= plot.x + plot.width
  );
}
