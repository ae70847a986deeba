import { useWords } from "@/components/lib/i18n/provider";
import { shownRatio } from "@/components/lib/targets/availability";
import { shownState, stateKey } from "@/components/lib/targets/state";
import { type TargetView } from "@/lib/shared/contract";

/** What a screen reader says of a cell after its name: "degraded, 97.2 % of 1,204, since 03:02". */
export function useTargetReading(target: TargetView): string {
  const { t, f } = useWords();
  const { n } = target.availability;
  const ratio = shownRatio(target.availability);
  const parts = [
    t(stateKey(shownState(target))),
    ratio === null
      ? t("matrix.tooFew")
      : t("matrix.availabilityOf", { percent: f.percent(ratio), n: f.count(n) }),
    ...(target.since === null ? [] : [t("matrix.since", { at: f.hourMinute(target.since) })]),
  ];
  return parts.join(", ");
}
