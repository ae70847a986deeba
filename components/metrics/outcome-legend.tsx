import { clsx } from "clsx";
import { type OutcomeKey, outcomeKeys } from "@/components/charts/outcome-rows";
import { useWords } from "@/components/lib/i18n/provider";
import { type MetricsBucket } from "@/components/lib/metrics-bucket";
import { type MetricsView } from "@/lib/shared/contract";

type Props = {
  totals: MetricsView["totals"];
  series: readonly MetricsBucket[];
  hidden: ReadonlySet<OutcomeKey>;
  onToggle: (key: OutcomeKey) => void;
};

const swatches = {
  firstTry: "bg-(--c-first) shadow-[inset_0_0_0_1px_var(--c-first-line)]",
  rescued: "bg-(--c-rescued)",
  refused: "bg-(--c-client)",
} as const;

/** Each series with its total; pressing hides and shows it. Failures are never hidden. */
export function OutcomeLegend({ totals, series, hidden, onToggle }: Props) {
  const { t, f } = useWords();
  const sums = {
    firstTry: series.reduce((total, bucket) => total + bucket.firstTry, 0),
    rescued: totals.rescued,
    refused: totals.refused,
  };
  return (
    <div className="-mt-0.5 mb-2 flex flex-wrap gap-x-3.5 text-small text-fg-2">
      {outcomeKeys.map((key) => (
        <button
          key={key}
          type="button"
          aria-pressed={!hidden.has(key)}
          onClick={() => {
            onToggle(key);
          }}
          className={clsx(
            "inline-flex min-h-6 items-center gap-1.5 whitespace-nowrap touch:min-h-11",
            hidden.has(key) && "line-through",
          )}
        >
          <i className={clsx("size-2.5 rounded-[2px]", swatches[key])} />
          {t(`outcome.${key}`)}
          <b className="font-medium text-fg">{f.count(sums[key])}</b>
        </button>
      ))}
      <span className="inline-flex min-h-6 items-center gap-1.5 whitespace-nowrap">
        <i className="mx-0.5 size-1.5 bg-(--c-failed)" />
        {t("outcome.failed")}
        <b className="font-medium text-fg">{f.count(totals.failed)}</b>
      </span>
    </div>
  );
}
