import { EffectSpark } from "@/components/charts/effect-spark";
import { useWords } from "@/components/lib/i18n/provider";
import type { Effect } from "@/lib/shared/contract";

type Props = { effect: Effect | undefined };

/** A tenth of a percent, and fifty milliseconds: less is noise. */
const leastRate = 0.001;
const leastMs = 50;

/** How all calls went in the quarter of an hour before and after a change. That is no proof of a cause. */
export function ChangeEffect({ effect }: Props) {
  const { t, f } = useWords();
  if (effect === undefined) {
    return null;
  }
  const { before, after, points } = effect;
  const isKnown = before.servedRate !== null || after.servedRate !== null;
  const rows = [
    {
      name: t("changes.effect.served"),
      values: points.map(({ servedRate }) => servedRate),
      minSpan: leastRate,
      before: f.percent(before.servedRate),
      after: f.percent(after.servedRate),
    },
    {
      name: "p95",
      values: points.map(({ p95Ms }) => p95Ms),
      minSpan: leastMs,
      before: f.ms(before.p95Ms),
      after: f.ms(after.p95Ms),
    },
  ];
  return (
    <div
      data-testid="effect"
      title={t("changes.effect.title", { before: f.count(before.n), after: f.count(after.n) })}
      className="mt-1.5 flex flex-wrap gap-x-5 gap-y-1 text-small text-fg-3"
    >
      {rows.map((row) => (
        <span key={row.name} className="inline-flex items-center gap-2 whitespace-nowrap">
          {isKnown && <EffectSpark values={row.values} minSpan={row.minSpan} />}
          <span>
            {t("changes.effect.line", { name: row.name, before: row.before, after: row.after })}
          </span>
        </span>
      ))}
    </div>
  );
}
