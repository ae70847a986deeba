import type { OutcomeRow, OutcomeWords } from "@/components/charts/outcome-rows";
import { useWords } from "@/components/lib/i18n/provider";
import { noValue } from "@/lib/shared/format";

type Props = {
  rows: readonly OutcomeRow[];
  words: OutcomeWords;
  formatTime: (atMs: number) => string;
};

export const outcomeColumns = ["firstTry", "rescued", "refused", "failed", "cancelled"] as const;

/** The same numbers as the chart, newest first. */
export function OutcomeTable({ rows, words, formatTime }: Props) {
  const { t, f } = useWords();
  return (
    <div
      className="h-[312px] overflow-auto"
      tabIndex={0}
      role="region"
      aria-label={t("outcome.title")}
    >
      <table className="data-table">
        <thead>
          <tr>
            <th scope="col">{t("chart.time", { zone: f.zone(rows.at(-1)?.t ?? 0) })}</th>
            {outcomeColumns.map((key) => (
              <th key={key} scope="col" className="num">
                {words[key]}
              </th>
            ))}
            {words.before !== null && (
              <th scope="col" className="num">
                {words.before}
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {rows.toReversed().map(({ t: at, bucket, before }) => (
            <tr key={at}>
              <td className="mono">{formatTime(at)}</td>
              {bucket.gap ? (
                <td colSpan={outcomeColumns.length} className="text-fg-3">
                  {words.none}
                </td>
              ) : (
                outcomeColumns.map((key) => (
                  <td key={key} className="num">
                    {f.count(bucket[key])}
                  </td>
                ))
              )}
              {words.before !== null && (
                <td className="num text-fg-2">
                  {before === null ? noValue : f.count(Math.round(before))}
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
