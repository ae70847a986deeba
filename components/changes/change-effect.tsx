import { EffectSpark } from "@/components/charts/effect-spark";
import { useWords } from "@/components/lib/i18n/provider";
import type { Effect } from "@/lib/shared/contract";

type Props = {
  /** Undefined until it is read. */
  effect: Effect | undefined;
  isFailed: boolean;
};

/** A tenth of a percent, and fifty milliseconds: less is noise. */
const leastRate = 0.001;
const leastMs = 50;

/** How all calls went in the quarter of an hour before and after a change. That is no proof of a cause. */
export function ChangeEffect({ effect, isFailed }: Props) {
  const { t, f } = useWords();
  if (effect === undefined) {
    return <p className={lineClass}>{isFailed && t("changes.effect.unread")}</p>;
  }
  const { before, after, points } = effect;
  const isKnown = before.servedRate !== null || after.servedRate !== null;
  const counts = { before: f.count(before.n), after: f.count(after.n) };
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
    { name: t("changes.effect.calls"), ...counts },
  ];
  return (
    <div data-testid="effect" title={t("changes.effect.title", counts)} className={lineClass}>
      {isKnown
        ? rows.map(({ name, values, minSpan = 0, ...sides }) => (
            <span key={name} className="inline-flex items-center gap-2 whitespace-nowrap">
              {values !== undefined && <EffectSpark values={values} minSpan={minSpan} />}
              <span>{t("changes.effect.line", { name, ...sides })}</span>
            </span>
          ))
        : t("changes.effect.few")}
    </div>
  );
}

/** Where the effect of a change of the same minute stands. */
export function EffectElsewhere({ revision }: { revision: number }) {
  const { t } = useWords();
  return <p className={lineClass}>{t("changes.effect.see", { revision })}</p>;
}

const lineClass =
  "mt-1.5 flex min-h-5.5 flex-wrap items-center gap-x-5 gap-y-1 text-small text-fg-3";
