"use client";

import { useMemo } from "react";
import { laneMarks } from "@/components/charts/marks";
import { SeriesPanel } from "@/components/charts/series-panel";
import { useWords } from "@/components/lib/i18n/provider";
import { useMetrics } from "@/components/lib/live/views";
import { useOpenMark } from "@/components/lib/open-change";
import { minSamples } from "@/components/lib/targets/availability";
import type { MetricsView } from "@/lib/shared/contract";
import { servedRate } from "./served-rate";

/** How often was there an answer: to callers, and from providers before anything was healed? */
export function ServedRateView() {
  const view = useMetrics().data;
  return view === undefined ? null : <ServedRate view={view} />;
}

function ServedRate({ view }: { view: MetricsView }) {
  const { t, f } = useWords();
  const openMark = useOpenMark();
  const data = useMemo(() => servedRate(view), [view]);
  const marks = useMemo(() => laneMarks(view.annotations, view.to, t, f), [view, t, f]);
  const slo = view.sloServedPercent;
  const lines = useMemo(
    () => [
      { key: "served", label: t("servedRate.served"), color: "var(--accent)" },
      { key: "providers", label: t("servedRate.providers"), color: "var(--fg-3)", dash: "4 3" },
    ],
    [t],
  );
  const threshold = useMemo(
    () => ({ value: slo / 100, label: t("servedRate.slo", { percent: `${slo} %` }) }),
    [t, slo],
  );
  return (
    <SeriesPanel
      id="served-rate"
      title={t("servedRate.title")}
      subtitle={t("servedRate.subtitle", { bucket: f.bucket(view.bucketMs), n: minSamples })}
      span={view}
      {...data}
      lines={lines}
      shape="lines"
      scale="share"
      threshold={threshold}
      marks={marks}
      onOpenMark={openMark}
      formatValue={f.percent}
      empty={view.totals.calls === 0 ? t("outcome.empty") : t("servedRate.few", { n: minSamples })}
    />
  );
}
