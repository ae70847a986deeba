import type { Frame } from "./frame";

/** Says that the scale does not begin at zero. */
export function AxisBreak({ frame: { left, base } }: { frame: Frame }) {
  return (
    <path
      d={`M${left - 5} ${base - 5}l10 -4M${left - 5} ${base - 1}l10 -4`}
      stroke="var(--axis)"
      strokeWidth="1.4"
      data-break
    />
  );
}
