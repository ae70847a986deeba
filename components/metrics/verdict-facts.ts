import type { Text } from "@/components/lib/i18n/messages";
import { shownRatio } from "@/components/lib/targets/availability";
import type { MetricsView } from "@/lib/shared/contract";
import type { Format } from "@/lib/shared/format";

/** The line under the verdict: how often providers failed, and what callers noticed of it. */
export function verdictFacts(metrics: MetricsView, f: Format): Text[] {
  const { totals, series } = metrics;
  if (totals.calls === 0) {
    return [];
  }
  const ratio = totals.availability.source === "live" ? shownRatio(totals.availability) : null;
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

const appsNamed = 3;

/** Whom the failures of the last five minutes reached, most first; null when they reached nobody. */
export function reachedApps(
  { failing }: MetricsView["apps"],
  f: Format,
): { readonly apps: Text[]; readonly more: number } | null {
  return failing.length === 0
    ? null
    : {
        apps: failing.slice(0, appsNamed).map(({ id, failed, calls }) => ({
          key: "facts.app",
          values: { id, failed: f.count(failed), calls: f.count(calls) },
        })),
        more: Math.max(0, failing.length - appsNamed),
      };
}
