import { memo } from "react";
import {
  stripHeight,
  type StripKind,
  stripPaths,
  type StripState,
  stripWidth,
} from "./strip-paths";

type Props = { strip: readonly (StripState | null)[] };

const fills: Readonly<Record<StripKind, string>> = {
  healthy: "var(--st-healthy)",
  degraded: "url(#pattern-degraded)",
  down: "var(--st-down)",
  recovering: "var(--st-healthy)",
  gap: "var(--st-none)",
  off: "none",
  halves: "none",
  partial: "none",
};

const strokes: Partial<Record<StripKind, string>> = {
  off: "var(--st-off)",
  halves: "var(--st-healthy)",
};

/** Sixty minutes of one target; decoration beside its words, so hidden from screen readers. */
export const Strip = memo(function Strip({ strip }: Props) {
  const last = strip.at(-1) ?? null;
  const partialStroke = last === "recovering" || last === null ? "healthy" : last;
  return (
    <svg
      viewBox={`0 0 ${stripWidth(strip.length)} ${stripHeight}`}
      height={stripHeight}
      preserveAspectRatio="none"
      aria-hidden="true"
      data-strip=""
      className="block w-full"
    >
      {Object.entries(stripPaths(strip)).map(([kind, d]) => (
        <path
          key={kind}
          d={d}
          fill={fills[kind as StripKind]}
          stroke={kind === "partial" ? `var(--st-${partialStroke})` : strokes[kind as StripKind]}
          vectorEffect="non-scaling-stroke"
        />
      ))}
    </svg>
  );
});
