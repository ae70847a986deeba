import { useWords } from "@/components/lib/i18n/provider";
import { shownRatio } from "@/components/lib/targets/availability";
import { shownState, stateKey } from "@/components/lib/targets/state";
import type { TargetView } from "@/lib/shared/contract";
import { type MatrixMetric, metricFigure, metricValue } from "./metric";

/** What a screen reader says of a cell after its name: "degraded, 97.2 % of 1,204, since 03:02". */
export function useTargetReading(target: TargetView, metric: MatrixMetric): string {
  const { t, f } = useWords();
  const { n, source } = target.availability;
  const state = shownState(target);
  const ratio = shownRatio(target.availability);
  const availability =
    ratio === null
      ? t("matrix.tooFew")
      : t(`matrix.availabilityOf${source === "probe" ? "Probes" : ""}`, {
          percent: f.percent(ratio),
          n: f.count(n),
        });
  const { value, unit } = metricFigure(metricValue(target, metric), metric, f);
  const figure = unit === "" ? value : `${value} ${unit}`;
  const parts = [
    t(stateKey(state)),
    ...(metric === "availability" ? [availability] : [`${t(`matrix.metric.${metric}`)} ${figure}`]),
    // On its way back it is not since then.
    ...(target.since === null || state === "recovering"
      ? []
      : [t("matrix.since", { at: f.hourMinute(target.since) })]),
  ];
  return parts.join(", ");
}
