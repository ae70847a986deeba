"use client";

import type { TooltipContentProps } from "recharts";
import type { OutcomeRow, OutcomeWords } from "./outcome-rows";
import type { ReadRow } from "./reader";
import { TooltipFrame } from "./tooltip-frame";

type Props = Partial<TooltipContentProps> & {
  words: OutcomeWords;
  formatTime: (atMs: number) => string;
  formatCount: (n: number) => string;
};

const lines = ["firstTry", "rescued", "refused", "failed", "cancelled"] as const;

/** The counts of one bucket. */
export function OutcomeTooltip({ active, payload, words, formatTime, formatCount }: Props) {
  const read = payload?.[0]?.payload as ReadRow | undefined;
  const row = read?.row as OutcomeRow | undefined;
  if (active !== true || row === undefined) {
    return null;
  }
  return (
    <TooltipFrame atMs={row.t} time={formatTime(row.t)}>
      {row.bucket.gap ? (
        <p>{words.none}</p>
      ) : (
        <dl className="grid grid-cols-[auto_auto] gap-x-4">
          {lines.map((key) => (
            <div key={key} className="contents">
              <dt className="text-fg-2">{words[key]}</dt>
              <dd className="text-right font-medium">{formatCount(row.bucket[key])}</dd>
            </div>
          ))}
          {words.before !== null && row.before !== null && (
            <div className="contents text-fg-3">
              <dt>{words.before}</dt>
              <dd className="text-right">{formatCount(Math.round(row.before))}</dd>
            </div>
          )}
        </dl>
      )}
      {row.firstTry === null && !row.bucket.gap && <p className="text-fg-3">{words.running}</p>}
    </TooltipFrame>
  );
}
