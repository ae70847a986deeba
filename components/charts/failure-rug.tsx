import type { Frame } from "./frame";
import type { OutcomeRow } from "./outcome-rows";

type Props = { frame: Frame; rows: readonly OutcomeRow[] };

/**
 * What an area cannot show: a square under the axis for every bucket with a failed call, whatever the scale, and a stem
 * for a bucket that stands alone between gaps.
 */
export function FailureRug({ frame: { base, xOf, yOf }, rows }: Props) {
  return (
    <g>
      {rows.map(({ t, failed }) =>
        failed > 0 ? (
          <rect
            key={t}
            x={xOf(t) - 3}
            y={base + 6}
            width="6"
            height="6"
            fill="var(--c-failed)"
            data-rug={failed}
          />
        ) : null,
      )}
      {rows.map((row) => {
        const sum = row.partial ?? (row.firstTry ?? 0) + (row.rescued ?? 0) + (row.refused ?? 0);
        return row.isIsolated ? (
          <path
            key={row.t}
            d={`M${xOf(row.t)} ${base}V${Math.min(yOf(sum), base - 2)}`}
            stroke={(row.rescued ?? 0) > 0 ? "var(--c-rescued)" : "var(--c-first-line)"}
            strokeWidth="3"
            strokeDasharray={row.partial === null ? undefined : "2 3"}
          />
        ) : null;
      })}
    </g>
  );
}
