import type { Frame } from "./frame";
import { type SeriesLine, type SeriesRow, seriesEnds } from "./series";

type Props = {
  frame: Frame;
  rows: readonly SeriesRow[];
  lines: readonly SeriesLine[];
  shape: "lines" | "steps" | "stack";
  partialFrom: number;
};

/**
 * What a line cannot show: a dot, or in a stack a stem, for a bucket that stands alone between gaps; and the bucket that is
 * not over, as a dashed way to a hollow dot.
 */
export function SeriesEnds({ frame: { xOf, yOf }, rows, lines, shape, partialFrom }: Props) {
  const at = ({ t, value }: { t: number; value: number }): { x: number; y: number } => ({
    x: xOf(t),
    y: yOf(value),
  });
  return (
    <g>
      {lines.map(({ key, color, goesDown = false }, index) => {
        const below = lines
          .slice(0, shape === "stack" ? index : 0)
          .filter((line) => (line.goesDown ?? false) === goesDown)
          .map((line) => line.key);
        const { alone, running } = seriesEnds(rows, key, below, partialFrom, goesDown ? -1 : 1);
        const last = running && at(running.to);
        const before = running?.from && at(running.from);
        return (
          <g key={key}>
            {alone.map((point) => {
              const { x, y } = at(point);
              return shape === "stack" ? (
                <path
                  key={point.t}
                  d={`M${x} ${yOf(point.from)}V${y}`}
                  stroke={color}
                  strokeWidth="3"
                  data-alone={key}
                />
              ) : (
                <circle key={point.t} cx={x} cy={y} r="2.4" fill={color} data-alone={key} />
              );
            })}
            {last && before && (
              <path
                d={`M${before.x} ${before.y}L${last.x} ${last.y}`}
                stroke={color}
                strokeWidth="1.4"
                strokeDasharray="2 3"
                fill="none"
              />
            )}
            {last && (
              <circle
                cx={last.x}
                cy={last.y}
                r="2.6"
                fill="var(--surface)"
                stroke={color}
                strokeWidth="1.4"
                data-partial={key}
              />
            )}
          </g>
        );
      })}
    </g>
  );
}
