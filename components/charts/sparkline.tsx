import { memo } from "react";
import { sparkGeometry } from "./spark-geometry";

type Props = {
  values: readonly (number | null)[];
  /** Smallest span of the scale, so that noise is not drawn as a mountain. */
  minSpan: number;
  tone?: "quiet" | "accent";
};

const width = 164;
const height = 26;

/** A trend without axes; the tile says the number. Gaps stay gaps. */
export const Sparkline = memo(function Sparkline({ values, minSpan, tone = "quiet" }: Props) {
  const { d, last } = sparkGeometry(values, { width, height, minSpan });
  const stroke = tone === "accent" ? "var(--accent)" : "var(--fg-3)";
  return (
    <svg
      viewBox={`0 0 ${width} ${height}`}
      height={height}
      aria-hidden="true"
      preserveAspectRatio="none"
      className="mt-2.5 block w-full overflow-visible"
    >
      <path
        d={d}
        fill="none"
        stroke={stroke}
        strokeWidth="1.4"
        strokeLinejoin="round"
        vectorEffect="non-scaling-stroke"
      />
      {last && (
        <path
          d={`M${last.x} ${last.y}h0.01`}
          stroke={tone === "accent" ? "var(--accent)" : "var(--fg)"}
          strokeWidth="5"
          strokeLinecap="round"
          vectorEffect="non-scaling-stroke"
        />
      )}
    </svg>
  );
});
