"use client";

import { memo, useMemo } from "react";
import { Area, Line } from "recharts";
import { AnnotationLane } from "./annotation-lane";
import { FailureRug } from "./failure-rug";
import { InTurn } from "./in-turn";
import type { LaneMark } from "./marks";
import { countTicks, outcomeKeys, type OutcomeRow, type OutcomeWords } from "./outcome-rows";
import { OutcomeTooltip } from "./outcome-tooltip";
import { Plot } from "./plot";

type Props = {
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
  firstTry: { fill: "var(--c-first)", stroke: "var(--c-first-line)" },
  rescued: { fill: "var(--c-rescued)", stroke: "var(--c-rescued)" },
  refused: { fill: "var(--c-client)", stroke: "var(--c-client)" },
} as const;

/** Above: the lane of marks. Below: failed calls between the axis and its hours. */
const edges = { top: 26, bottom: 38, hours: 31 };

/** Calls by outcome over time. Colours are tokens, segments are straight, nothing moves by itself. */
export function OutcomeChart(props: Props) {
  return (
    <InTurn>
      <Chart {...props} />
    </InTurn>
  );
}

const Chart = memo(function Chart(props: Props) {
  const { rows, from, to, bucketMs, marks, onOpenMark, hidden, words, zone } = props;
  const { formatTime, formatTick, formatCount } = props;
  const counts = useMemo(() => countTicks(highest(rows, hidden)), [rows, hidden]);
  const domain = useMemo(() => [0, counts.at(-1) ?? 1] as const, [counts]);
  const shown = outcomeKeys.filter((key) => !hidden.has(key));
  return (
    <Plot
      rows={rows}
      from={from}
      to={to}
      domain={domain}
      ticks={counts}
      formatTime={formatTick}
      formatValue={formatCount}
      zone={zone}
      edges={edges}
      tooltip={<OutcomeTooltip words={words} formatTime={formatTime} formatCount={formatCount} />}
    >
      {shown.map((key) => (
        <Area
          key={key}
          dataKey={key}
          stackId="calls"
          type="linear"
          {...looks[key]}
          fillOpacity={1}
          strokeWidth={key === "firstTry" ? 1.4 : 1}
          dot={false}
          activeDot={false}
          isAnimationActive={false}
        />
      ))}
      <Line
        dataKey="partial"
        type="linear"
        stroke="var(--c-first-line)"
        strokeDasharray="2 3"
        strokeWidth={1.4}
        dot={false}
        activeDot={false}
        isAnimationActive={false}
        tooltipType="none"
      />
      <FailureRug rows={rows} />
      <AnnotationLane marks={marks} bucketMs={bucketMs} onOpen={onOpenMark} />
    </Plot>
  );
});

function highest(rows: readonly OutcomeRow[], hidden: ReadonlySet<string>): number {
  return rows.reduce((max, { bucket }) => {
    const sum = outcomeKeys.reduce((total, key) => total + (hidden.has(key) ? 0 : bucket[key]), 0);
    return Math.max(max, sum);
  }, 0);
}
