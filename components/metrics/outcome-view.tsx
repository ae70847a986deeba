"use client";

import dynamic from "next/dynamic";
import { useMemo, useState } from "react";
import { type OutcomeKey, outcomeKeys, outcomeRows } from "@/components/charts/outcome-rows";
import { WhenNear } from "@/components/charts/when-near";
import { useWords } from "@/components/lib/i18n/provider";
import { useHealth, useMetrics } from "@/components/lib/live/views";
import { QueryState } from "@/components/shell/query-state";
import { Button } from "@/components/ui/button";
import { Panel } from "@/components/ui/panel";
import { Skeleton } from "@/components/ui/skeleton";
import { Tag } from "@/components/ui/tag";
import { type MetricsView } from "@/lib/shared/contract";
import { GapLines } from "./gap-lines";
import { OutcomeLegend } from "./outcome-legend";
import { OutcomeTable } from "./outcome-table";

const OutcomeChart = dynamic(
  () => import("@/components/charts/outcome-chart").then((module) => module.OutcomeChart),
  { ssr: false, loading: () => <Skeleton className="h-full" /> },
);

/** Were calls answered, and how? */
export function OutcomeView() {
  const { t, f } = useWords();
  const metrics = useMetrics();
  const isDemo = useHealth().data?.demo === "only";
  const [isTable, setTable] = useState(false);
  const view = metrics.data;
  const subtitle =
    view &&
    t("outcome.subtitle", {
      minutes: Math.round(view.bucketMs / 60_000),
      n: f.count(view.totals.calls),
    });
  return (
    <Panel
      id="traffic"
      title={t("outcome.title")}
      subtitle={subtitle}
      aside={
        <div className="flex items-center gap-2">
          {isDemo && <Tag>{t("demo.tag")}</Tag>}
          {view !== undefined && (
            <Button
              tone="ghost"
              size="sm"
              aria-pressed={isTable}
              onClick={() => {
                setTable(!isTable);
              }}
            >
              {t(isTable ? "outcome.asChart" : "outcome.asTable")}
            </Button>
          )}
        </div>
      }
    >
      <QueryState query={metrics} skeleton="h-[348px]" />
      {view !== undefined && <Outcome view={view} isTable={isTable} />}
    </Panel>
  );
}

function Outcome({ view, isTable }: { view: MetricsView; isTable: boolean }) {
  const { t, f } = useWords();
  const [hidden, setHidden] = useState<ReadonlySet<OutcomeKey>>(new Set());
  const rows = useMemo(() => outcomeRows(view.series, view.partialFrom), [view]);
  const marks = view.annotations.map((mark) => ({
    ...mark,
    title: `${f.moment(mark.t, view.to)} · ${t(`annotation.${mark.kind}`)} · ${mark.title}`,
  }));
  const words = {
    firstTry: t("outcome.firstTry"),
    rescued: t("outcome.rescued"),
    refused: t("outcome.refused"),
    failed: t("outcome.failed"),
    cancelled: t("outcome.cancelled"),
    running: t("outcome.running"),
    none: t("outcome.none"),
  };
  const toggle = (key: OutcomeKey): void => {
    const next = new Set(hidden);
    if (!next.delete(key)) {
      next.add(key);
    }
    // Hiding the last one would leave an empty frame: show all again.
    setHidden(next.size === outcomeKeys.length ? new Set() : next);
  };
  const from = view.series[0]?.t ?? view.from;
  const spanMs = view.to - from;
  const formatBucket = (at: number): string => f.bucketTime(at, view.bucketMs, spanMs);
  return (
    <>
      <OutcomeLegend totals={view.totals} series={view.series} hidden={hidden} onToggle={toggle} />
      <GapLines gaps={view.gaps} />
      {isTable ? (
        <OutcomeTable rows={rows} words={words} formatTime={formatBucket} />
      ) : (
        <figure className="relative h-[312px]" aria-label={t("outcome.title")}>
          <WhenNear>
            <OutcomeChart
              rows={rows}
              from={from}
              to={Math.max(view.partialFrom, from + 1)}
              bucketMs={view.bucketMs}
              marks={marks}
              hidden={hidden}
              words={words}
              formatTime={formatBucket}
              formatTick={(at) => f.axisTime(at, spanMs)}
              formatCount={f.count}
              zone={f.zone(view.to)}
            />
          </WhenNear>
          {view.totals.calls === 0 && (
            <figcaption className="absolute inset-x-0 top-28 text-center text-fg-2">
              {t("outcome.empty")}
            </figcaption>
          )}
        </figure>
      )}
    </>
  );
}
