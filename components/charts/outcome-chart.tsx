"use client";

import { memo, useCallback, useMemo } from "react";
import { FailureRug } from "./failure-rug";
import type { Frame } from "./frame";
import type { LaneMark } from "./marks";
import { countTicks, outcomeKeys, type OutcomeRow, type OutcomeWords } from "./outcome-rows";
import { OutcomeTooltip } from "./outcome-tooltip";
import { Plot } from "./plot";
import { areaPath, linePath, stacked } from "./series-paths";

type Props = {
  title: string;
  rows: readonly OutcomeRow[];
  from: number;
  to: number;
  bucketMs: number;
  marks: readonly LaneMark[];
  onOpenMark: (mark: LaneMark) => void;
  hidden: ReadonlySet<string>;
  words: OutcomeWords;
  formatTime: (atMs: number) => string;
  formatTick: (atMs: number) => string;
  formatCount: (n: number) => string;
  zone: string;
};

const looks = {
  firstTry: { fill: "var(--c-first)", stroke: "var(--c-first-line)", strokeWidth: 1.4 },
  rescued: { fill: "var(--c-rescued)", stroke: "var(--c-rescued)", strokeWidth: 1 },
  refused: { fill: "var(--c-client)", stroke: "var(--c-client)", strokeWidth: 1 },
} as const;

const height = 312;
/** Above: the lane of marks. Below: failed calls between the axis and its hours. */
const edges = { top: 26, bottom: 38, hours: 31 };

/** Calls by outcome over time. Colours are tokens, segments are straight, nothing moves by itself. */
export const OutcomeChart = memo(function OutcomeChart(props: Props) {
  const { title, rows, from, to, bucketMs, marks, onOpenMark, hidden, words, zone } = props;
  const { formatTime, formatTick, formatCount } = props;
  const shown = useMemo(() => outcomeKeys.filter((key) => !hidden.has(key)), [hidden]);
  const stack = useMemo(() => stacked(rows, shown, (row, key) => row[key]), [rows, shown]);
  const ticks = useMemo(() => countTicks(highest(rows, hidden)), [rows, hidden]);
  const domain = useMemo(() => [0, ticks.at(-1) ?? 1] as const, [ticks]);
  const readLines = useMemo(
    () =>
      shown.map((key, index) => ({ key, color: looks[key].stroke, points: stack[index] ?? [] })),
    [shown, stack],
  );
  const running = useMemo(
    () => rows.map(({ t, partial }) => (partial === null ? null : { t, value: partial })),
    [rows],
  );
  const before = useMemo(
    () => rows.map((row) => (row.before === null ? null : { t: row.t, value: row.before })),
    [rows],
  );
  const series = useCallback(
    (frame: Frame) => (
      <>
        {shown.map((key, index) => {
          const points = stack[index] ?? [];
          const { fill, ...line } = looks[key];
          return (
            <g key={key}>
              <path d={areaPath(points, "linear", frame)} fill={fill} />
              <path d={linePath(points, "linear", frame)} fill="none" {...line} />
            </g>
          );
        })}
        <path
          d={linePath(before, "linear", frame)}
          fill="none"
          stroke="var(--fg-3)"
          strokeDasharray="5 3"
          data-before
        />
        <path
          d={linePath(running, "linear", frame)}
          fill="none"
          stroke="var(--c-first-line)"
          strokeDasharray="2 3"
          strokeWidth={1.4}
        />
      </>
    ),
    [shown, stack, running, before],
  );
  return (
    <Plot
      title={title}
      rows={rows}
      from={from}
      to={to}
      bucketMs={bucketMs}
      domain={domain}
      ticks={ticks}
      formatTime={formatTick}
      formatValue={formatCount}
      zone={zone}
      height={height}
      edges={edges}
      marks={marks}
      onOpenMark={onOpenMark}
      readLines={readLines}
      tooltip={<OutcomeTooltip words={words} formatTime={formatTime} formatCount={formatCount} />}
      series={series}
      over={(frame) => <FailureRug frame={frame} rows={rows} />}
    />
  );
});

function highest(rows: readonly OutcomeRow[], hidden: ReadonlySet<string>): number {
  return rows.reduce((max, { bucket, before }) => {
    const sum = outcomeKeys.reduce((total, key) => total + (hidden.has(key) ? 0 : bucket[key]), 0);
    return Math.max(max, sum, before ?? 0);
  }, 0);
}
