"use client";

import type { MouseEvent } from "react";
import type { Frame } from "./frame";
import type { LaneMark } from "./marks";
import { clustered } from "./outcome-rows";

type Props = {
  frame: Frame;
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
export function AnnotationLane({ frame, marks, bucketMs, onOpen }: Props) {
  const { left, right, top, base, xOf, atOf } = frame;
  const gapMs = atOf(left + targetPx) - atOf(left);
  const inside = marks.filter(({ t }) => xOf(t) >= left && xOf(t - bucketMs) <= right);
  return (
    <g>
      {clustered(inside, gapMs).map((group) => {
        const [first] = group;
        // The bucket that is not over has no width: what happened in it stands at the end.
        const x = first && Math.min(xOf(first.t), right);
        const worst = group.find(({ kind }) => kind === "opened") ?? first;
        if (x === undefined || worst === undefined) {
          return null;
        }
        const label = group.map(({ title }) => title).join("\n");
        // No room for figures to the right.
        const isAtEnd = x > right - targetPx;
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
                d={`M${x} ${top - 6}V${base}`}
                stroke="var(--annotation)"
                strokeDasharray="1 3"
                pointerEvents="none"
              />
              <rect
                x={x - targetPx / 2}
                y={top - 14 - targetPx / 2}
                width={targetPx}
                height={targetPx}
                fill="transparent"
              />
              <path
                d={shapes[worst.kind]}
                transform={`translate(${x} ${top - 14})`}
                fill={worst.kind === "opened" ? "var(--fg-2)" : "var(--surface)"}
                stroke="var(--fg-2)"
                strokeWidth="1.2"
              />
            </a>
            {group.length > 1 && (
              <text
                x={isAtEnd ? x - 7 : x + 7}
                y={top - 10}
                textAnchor={isAtEnd ? "end" : "start"}
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
