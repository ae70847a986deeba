import type { Frame } from "./frame";
import { shownTicks } from "./time-axis";

type Props = {
  frame: Frame;
  times: readonly number[];
  values: readonly number[];
  formatTime: (atMs: number) => string;
  formatValue: (value: number) => string;
  /** Whose clock the hours are of. */
  zone: string;
  /** From the axis down to the base line of its hours, in pixels. */
  below: number;
};

/** How long the lines of the hours are, and how far the values stand from the plot. */
const [tickPx, valueGapPx] = [5, 8];

/** Both axes and the lines of the grid. */
export function ChartAxes({ frame, times, values, formatTime, formatValue, zone, below }: Props) {
  const { left, right, base, xOf, yOf } = frame;
  const hours = times.map((at) => ({ x: xOf(at), text: formatTime(at) }));
  return (
    <g>
      {values.map((value) => (
        <g key={value}>
          <path d={`M${left} ${yOf(value)}H${right}`} stroke="var(--grid)" />
          <text x={left - valueGapPx} y={yOf(value)} dy="0.355em" textAnchor="end">
            {formatValue(value)}
          </text>
        </g>
      ))}
      <path d={`M${left} ${base}H${right}`} stroke="var(--axis)" />
      <text x={0} y={base + below}>
        {zone}
      </text>
      {shownTicks(hours, right).map(({ x, textX, text }) => (
        <g key={x}>
          <path d={`M${x} ${base}v${tickPx}`} stroke="var(--axis)" />
          <text x={textX} y={base + below} textAnchor="middle">
            {text}
          </text>
        </g>
      ))}
    </g>
  );
}
