import { type Text } from "@/components/lib/i18n/messages";
import { shownRatio } from "@/components/lib/targets/availability";
import { type MetricsView } from "@/lib/shared/contract";
import { type Format } from "@/lib/shared/format";

/** The line under the verdict: how often providers failed, and what callers noticed of it. */
export function verdictFacts(metrics: MetricsView, f: Format): Text[] {
  const { totals, series } = metrics;
  if (totals.calls === 0) {
    return [];
  }
  const ratio = shownRatio(totals.availability);
  const facts: Text[] = [
    { key: "facts.calls", values: { n: totals.calls } },
    { key: "facts.rescued", values: { n: totals.rescued } },
  ];
  if (ratio !== null) {
    const values = { percent: f.percent(ratio), n: f.count(totals.availability.n) };
    facts.push({ key: "facts.providers", values });
  }
  const lastFailure = series.findLast((bucket) => bucket.failed > 0);
  facts.push(
    lastFailure === undefined
      ? { key: "facts.noneFailed" }
      : {
          key: "facts.failed",
          values: { n: totals.failed, at: f.hourMinute(lastFailure.t) },
        },
  );
  return facts;
}
