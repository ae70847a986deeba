"use client";

import { clsx } from "clsx";
import dynamic from "next/dynamic";
import { useCallback, useMemo, useState } from "react";
import { ChartLegend } from "@/components/charts/chart-legend";
import { ChartTools } from "@/components/charts/chart-tools";
import { LineSwatch } from "@/components/charts/line-swatch";
import { csvText } from "@/components/charts/csv";
import { laneMarks } from "@/components/charts/marks";
import { OutcomeChart } from "@/components/charts/outcome-chart";
import {
  callsBefore,
  outcomeKeys,
  type OutcomeRow,
  outcomeRows,
} from "@/components/charts/outcome-rows";
import { callsLink } from "@/components/lib/calls/link";
import { useWords } from "@/components/lib/i18n/provider";
import { type Against, shiftsMs } from "@/components/lib/against";
import { useAgainst, useApp, useHealth, useMetrics, useRange } from "@/components/lib/live/views";
import { useOpenMark } from "@/components/lib/open-change";
import { QueryState } from "@/components/shell/query-state";
import { Link } from "@/components/ui/link";
import { LoadBoundary } from "@/components/ui/load-boundary";
import { Panel } from "@/components/ui/panel";
import { Tag } from "@/components/ui/tag";
import type { MetricsView } from "@/lib/shared/contract";
import { GapLines } from "./gap-lines";
import { outcomeColumns, OutcomeTable } from "./outcome-table";

const LastCall = dynamic(
  () => import("@/components/lib/calls/last-call").then((module) => module.LastCall),
  { ssr: false },
);

/** Were calls answered, and how? */
export function OutcomeView() {
  const { t, f } = useWords();
  const metrics = useMetrics();
  const app = useApp();
  const isDemo = useHealth().data?.demo === "only";
  const [isTable, setTable] = useState(false);
  const view = metrics.data;
  const compared = useAgainst();
  const [against, then] = [compared?.against ?? null, compared?.view];
  const rows = useMemo(
    () =>
      view === undefined
        ? []
        : outcomeRows(
            view.series,
            view.partialFrom,
            against === null || then === undefined
              ? undefined
              : callsBefore(then, shiftsMs[against], view.bucketMs),
          ),
    [view, against, then],
  );
  const subtitle =
    view &&
    [
      t("outcome.subtitle", {
        minutes: Math.round(view.bucketMs / 60_000),
        n: f.count(view.totals.calls),
      }),
      ...(app === null ? [] : [t("facts.ofApp", { app })]),
    ].join(" · ");
  return (
    <Panel
      id="traffic"
      title={t("outcome.title")}
      subtitle={subtitle}
      aside={
        <div className="flex items-center gap-2">
          {isDemo && <Tag>{t("demo.tag")}</Tag>}
          {view !== undefined && (
            <ChartTools
              name="outcome"
              from={view.from}
              to={view.to}
              isTable={isTable}
              onTable={setTable}
              csv={() => outcomeCsv(rows, against !== null)}
            />
          )}
        </div>
      }
    >
      <QueryState query={metrics} skeleton="h-[348px]" />
      {view !== undefined && (
        <Outcome view={view} rows={rows} against={against} isTable={isTable} />
      )}
    </Panel>
  );
}

type OutcomeProps = {
  view: MetricsView;
  rows: readonly OutcomeRow[];
  against: Against | null;
  isTable: boolean;
};

function Outcome({ view, rows, against, isTable }: OutcomeProps) {
  const { t, f } = useWords();
  const openMark = useOpenMark();
  const [range, app] = [useRange(), useApp()];
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const marks = useMemo(() => laneMarks(view.annotations, view.to, t, f), [view, t, f]);
  const words = useMemo(
    () => ({
      firstTry: t("outcome.firstTry"),
      rescued: t("outcome.rescued"),
      refused: t("outcome.refused"),
      failed: t("outcome.failed"),
      cancelled: t("outcome.cancelled"),
      running: t("outcome.running"),
      none: t("outcome.none"),
      before: against === null ? null : t(`outcome.before.${against}`),
    }),
    [t, against],
  );
  const from = view.series[0]?.t ?? view.from;
  const { bucketMs } = view;
  const spanMs = view.to - from;
  const formatBucket = useCallback(
    (at: number): string => f.bucketTime(at, bucketMs, spanMs),
    [f, bucketMs, spanMs],
  );
  const formatTick = useCallback((at: number): string => f.axisTime(at, spanMs), [f, spanMs]);
  return (
    <>
      <Legend view={view} before={words.before} hidden={hidden} onHidden={setHidden} />
      <GapLines gaps={view.gaps} />
      {view.totals.calls === 0 && (
        <p className="run mb-2 flex flex-wrap items-center gap-x-3 gap-y-2 text-small text-fg-2">
          <LoadBoundary fallback={null}>
            <LastCall filter={app === null ? {} : { app }} range={range} isDemo={view.demo} />
          </LoadBoundary>
        </p>
      )}
      {isTable ? (
        <OutcomeTable rows={rows} words={words} formatTime={formatBucket} />
      ) : (
        <figure className="chart relative h-[312px]" aria-label={t("outcome.title")}>
          <OutcomeChart
            title={t("outcome.title")}
            rows={rows}
            from={from}
            to={Math.max(view.series.at(-1)?.t ?? from, from + 1)}
            bucketMs={bucketMs}
            marks={marks}
            onOpenMark={openMark}
            hidden={hidden}
            words={words}
            formatTime={formatBucket}
            formatTick={formatTick}
            formatCount={f.count}
            zone={f.zone(view.to)}
          />
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

const swatches = {
  firstTry: "bg-(--c-first) shadow-[inset_0_0_0_1px_var(--c-first-line)]",
  rescued: "bg-(--c-rescued)",
  refused: "bg-(--c-client)",
} as const;

type LegendProps = {
  view: MetricsView;
  before: string | null;
  hidden: ReadonlySet<string>;
  onHidden: (hidden: ReadonlySet<string>) => void;
};

/** Each series with its total. Failures are never hidden, and lead to their calls. */
function Legend({ view, before, hidden, onHidden }: LegendProps) {
  const { t, f } = useWords();
  const [range, app] = [useRange(), useApp()];
  const { totals } = view;
  const sums = {
    firstTry: totals.served - totals.rescued,
    rescued: totals.rescued,
    refused: totals.refused,
  };
  return (
    <ChartLegend
      hidden={hidden}
      onHidden={onHidden}
      entries={outcomeKeys.map((key) => ({
        key,
        label: t(`outcome.${key}`),
        value: f.count(sums[key]),
        swatch: <i className={clsx("size-2.5 rounded-[2px]", swatches[key])} />,
      }))}
    >
      <Link
        href={callsLink({ outcome: "failed", ...(app !== null && { app }) }, range)}
        className="inline-flex min-h-6 items-center gap-1.5 whitespace-nowrap hover:underline touch:min-h-11"
        data-testid="failed-calls"
      >
        <i className="mx-0.5 size-1.5 bg-(--c-failed)" />
        {t("outcome.failed")}
        <b className="font-medium text-fg">{f.count(totals.failed)}</b>
      </Link>
      {before !== null && (
        <span className="inline-flex min-h-6 items-center gap-1.5 whitespace-nowrap">
          <LineSwatch color="var(--fg-3)" dash="5 3" width={1} />
          {before}
        </span>
      )}
    </ChartLegend>
  );
}

function outcomeCsv(rows: readonly OutcomeRow[], isCompared: boolean): string {
  return csvText(
    ["time_utc", ...outcomeColumns, ...(isCompared ? ["before"] : [])],
    rows.map(({ t, bucket, before }) => [
      new Date(t).toISOString(),
      ...outcomeColumns.map((key) => (bucket.gap ? null : bucket[key])),
      ...(isCompared ? [before === null ? null : Math.round(before)] : []),
    ]),
  );
}
