import { memo } from "react";
import { sparkGeometry } from "./spark-geometry";

type Props = {
  /** One value a minute; the change happened in the middle one. */
  values: readonly (number | null)[];
  /** Smallest span of the scale, so that noise is not drawn as a mountain. */
  minSpan: number;
};

const width = 96;
const height = 22;

/** Before and after a change, with a line where it happened. Gaps stay gaps, above a line of the whole window; the words beside it say the numbers. */
export const EffectSpark = memo(function EffectSpark({ values, minSpan }: Props) {
  const { d } = sparkGeometry(values, { width, height, minSpan });
  return (
    <svg
      viewBox={`0 0 ${width} ${height}`}
      width={width}
      height={height}
      aria-hidden="true"
      className="block shrink-0"
    >
      <path d={`M3 ${height - 1}H${width - 3}`} stroke="var(--line-strong)" />
      <path d={`M${width / 2} 1V${height - 1}`} stroke="var(--fg-3)" strokeDasharray="1.5 2" />
      <path d={d} fill="none" stroke="var(--fg-2)" strokeWidth="1.4" strokeLinejoin="round" />
    </svg>
  );
});
