"use client";

import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { ApiFailure } from "@/components/lib/api";
import { laneMarks } from "@/components/charts/marks";
import { areaLook, lineLook, type SeriesLine, type SeriesRow } from "@/components/charts/series";
import { SeriesPanel } from "@/components/charts/series-panel";
import type { SeriesData } from "@/components/charts/series-texts";
import type { Translate } from "@/components/lib/i18n/messages";
import { useWords } from "@/components/lib/i18n/provider";
import { useRange } from "@/components/lib/live/views";
import { useOpenMark } from "@/components/lib/open-change";
import type { ObjectKind } from "@/components/lib/object-kinds";
import { figuresQueries } from "@/components/lib/queries";
import { minSamples } from "@/components/lib/targets/availability";
import { QueryState } from "@/components/shell/query-state";
import { RangeRow } from "@/components/shell/range-row";
import type { ObjectBucket, ObjectView } from "@/lib/shared/contract";
import { availabilityOf } from "./availability";
import { errorClassText } from "./errors-text";
import { FlowTable } from "./flow-table";
import { otherName, topNames } from "./top-names";

type Props = { kind: ObjectKind; id: string };

/** One model, or region: what it came to in the range. Nothing where it does not exist: its head says so. */
export function ObjectCharts({ kind, id }: Props) {
  const range = useRange();
  const query = useQuery(figuresQueries.one(kind, id, range));
  const isUnknown = query.error instanceof ApiFailure && query.error.status === 404;
  return isUnknown ? null : (
    <>
      <RangeRow />
      <QueryState query={query} skeleton="h-96" />
      {query.data !== undefined && <Charts view={query.data} />}
    </>
  );
}

function Charts({ view }: { view: ObjectView }) {
  const { t, f } = useWords();
  const openMark = useOpenMark();
  const marks = useMemo(() => laneMarks(view.annotations, view.to, t, f), [view, t, f]);
  const per = t("objects.per", { bucket: f.bucket(view.bucketMs) });
  const { rows, lines, counts, availability } = useMemo(() => namedCharts(view, t), [view, t]);
  const goal = view.sloServedPercent;
  const threshold = useMemo(
    () => ({ value: goal / 100, label: t("servedRate.slo", { percent: `${goal} %` }) }),
    [t, goal],
  );
  const attempts = view.series.reduce((sum, bucket) => sum + bucket.attempts, 0);
  const failedProbes = view.series.reduce((sum, bucket) => sum + failedProbesIn(bucket), 0);
  const judged = view.series.reduce((sum, bucket) => sum + judgedIn(bucket), 0);
  const noAnswers = t(attempts === 0 ? "objects.nothing" : "objects.noAnswers");
  const n = (of: (bucket: ObjectBucket) => number): string =>
    t("chart.n", { n: f.count(view.series.reduce((sum, bucket) => sum + of(bucket), 0)) });
  const shared = {
    span: view,
    marks,
    onOpenMark: openMark,
    empty: noAnswers,
  };
  return (
    <div className="grid gap-5 xl:grid-cols-2">
      <SeriesPanel
        {...shared}
        id="availability"
        title={t("objects.charts.availability")}
        subtitle={`${t("objects.charts.availabilityNote", { per, n: minSamples })} · ${t("chart.n", { n: f.count(judged) })}`}
        {...availability}
        threshold={threshold}
        lines={lines.availability}
        shape="steps"
        scale="share"
        formatValue={f.percent}
        empty={t(judged === 0 ? "objects.nothing" : "objects.tooFew", { n: minSamples })}
      />
      <SeriesPanel
        {...shared}
        id="errors"
        title={t("objects.charts.errors")}
        subtitle={`${per} · ${n(({ failed }) => failed)}`}
        rows={rows.errors}
        lines={lines.errors}
        shape="stack"
        formatValue={f.count}
        empty={
          t(attempts === 0 ? "objects.nothing" : "objects.noErrors") +
          (failedProbes === 0 ? "" : ` ${t("objects.failedProbes", { n: failedProbes })}`)
        }
      />
      <SeriesPanel
        {...shared}
        id="ttft"
        title={t("objects.charts.ttft")}
        subtitle={`${t("objects.charts.ttftNote", { per })} · ${n(({ ttftN }) => ttftN)}`}
        rows={rows.ttft}
        counts={counts.ttft}
        lines={lines.quantiles}
        shape="lines"
        scale="either"
        formatValue={f.ms}
      />
      <SeriesPanel
        {...shared}
        id="total"
        title={t("objects.charts.total")}
        subtitle={`${per} · ${n(({ totalN }) => totalN)}`}
        rows={rows.total}
        counts={counts.total}
        lines={lines.quantiles}
        shape="lines"
        scale="either"
        formatValue={f.ms}
      />
      <SeriesPanel
        {...shared}
        id="speed"
        title={t("objects.charts.speed")}
        subtitle={t("objects.charts.speedNote", { per })}
        rows={rows.speed}
        lines={lines.speed}
        shape="lines"
        formatValue={f.count}
      />
      <SeriesPanel
        {...shared}
        id="moved"
        title={t("objects.charts.moved")}
        subtitle={`${t("objects.charts.movedNote", { per })} · ${n(({ movedIn, movedOut }) => movedIn + movedOut)}`}
        rows={rows.moved}
        lines={lines.moved}
        shape="stack"
        formatValue={f.count}
        empty={t(attempts === 0 ? "objects.nothing" : "objects.noFlows")}
      />
      <FlowTable view={view} />
    </div>
  );
}

/** More lines than this nobody can tell apart. */
const mostLines = 6;

type ChartName = "errors" | "ttft" | "total" | "speed" | "moved";

interface ChartsOf {
  readonly rows: Readonly<Record<ChartName, SeriesRow[]>>;
  readonly lines: Readonly<
    Record<"availability" | "errors" | "quantiles" | "speed" | "moved", SeriesLine[]>
  >;
  /** How many samples the values are of. */
  readonly counts: Readonly<Record<"ttft" | "total", SeriesRow[]>>;
  readonly availability: Omit<SeriesData, "lines">;
}

function namedCharts(view: ObjectView, t: Translate): ChartsOf {
  const { lines, ...charts } = chartsOf(view);
  return {
    ...charts,
    lines: {
      availability: lines.availability.map((line) => ({
        ...line,
        label: line.key === otherName ? errorClassText(otherName, t) : line.label,
      })),
      errors: lines.errors.map((line) => ({ ...line, label: errorClassText(line.key, t) })),
      quantiles: lines.quantiles,
      speed: lines.speed,
      moved: lines.moved.map(({ label, ...line }) => {
        const name = label === otherName ? errorClassText(otherName, t) : label;
        return {
          ...line,
          label: t(line.goesDown === true ? "objects.lines.to" : "objects.lines.from", { name }),
        };
      }),
    },
  };
}

function chartsOf({ series, partialFrom }: ObjectView): ChartsOf {
  const rowsOf = (valuesOf: (bucket: ObjectBucket) => Record<string, number | null>): SeriesRow[] =>
    series.map((bucket) => ({ ...valuesOf(bucket), t: bucket.t }));
  const linesOf = (keys: readonly string[], look = lineLook): SeriesLine[] =>
    keys.map((key, index) => ({ key, label: key, ...look(index) }));
  const parts = topNames(
    series.map((bucket) =>
      Object.fromEntries(Object.entries(bucket.parts).map(([name, { n }]) => [name, n])),
    ),
    mostLines,
  );
  const errors = topNames(
    series.map((bucket) => bucket.errors),
    mostLines,
  );
  const moves = [...movesOf(series, "movedFrom"), ...movesOf(series, "movedTo")];
  // Who stands on both sides looks the same there.
  const partners = [...new Set(moves.map(({ label }) => label))];
  const namesOf = ({ shown, rest }: typeof parts): readonly string[] =>
    rest.length === 0 ? shown : [...shown, otherName];
  return {
    rows: {
      errors: rowsOf((bucket) => {
        const count = (names: readonly string[]): number | null =>
          bucket.gap ? null : names.reduce((sum, name) => sum + (bucket.errors[name] ?? 0), 0);
        return {
          ...Object.fromEntries(errors.shown.map((name) => [name, count([name])])),
          ...(errors.rest.length > 0 && { [otherName]: count(errors.rest) }),
        };
      }),
      ttft: rowsOf(({ ttftP50Ms, ttftP95Ms, ttftP99Ms }) => ({
        p50: ttftP50Ms,
        p95: ttftP95Ms,
        p99: ttftP99Ms,
      })),
      total: rowsOf(({ p50Ms, p95Ms, p99Ms }) => ({ p50: p50Ms, p95: p95Ms, p99: p99Ms })),
      speed: rowsOf((bucket) =>
        Object.fromEntries(
          parts.shown.map((part) => [part, bucket.parts[part]?.tokensPerSecond ?? null]),
        ),
      ),
      moved: rowsOf((bucket) => {
        const isGap = bucket.gap && bucket.movedIn === 0 && bucket.movedOut === 0;
        const values = moves.map(({ key, names, of }): [string, number | null] => [
          key,
          isGap ? null : names.reduce((sum, name) => sum + (bucket[of][name] ?? 0), 0),
        ]);
        return Object.fromEntries(values);
      }),
    },
    availability: availabilityOf(series, partialFrom, {
      ...Object.fromEntries(parts.shown.map((part) => [part, [part]])),
      ...(parts.rest.length > 0 && { [otherName]: parts.rest }),
    }),
    counts: {
      ttft: rowsOf(({ ttftN }) => ({ all: ttftN })),
      total: rowsOf(({ totalN }) => ({ all: totalN })),
    },
    lines: {
      availability: linesOf(namesOf(parts)),
      errors: linesOf(namesOf(errors), areaLook),
      quantiles: linesOf(["p50", "p95", "p99"]),
      // Probes tell no speed.
      speed: linesOf(parts.shown).filter(({ key }) =>
        series.some((bucket) => (bucket.parts[key]?.tokensPerSecond ?? null) !== null),
      ),
      moved: moves.map(({ key, label, of }) => ({
        key,
        label,
        ...areaLook(partners.indexOf(label)),
        goesDown: of === "movedTo",
      })),
    },
  };
}

/** Partners of each side that are told apart. */
const mostPartners = 3;

interface Move {
  readonly key: string;
  readonly label: string;
  readonly names: readonly string[];
  readonly of: "movedFrom" | "movedTo";
}

/** Whose calls came here, or who took over those of here, as series of a stack. */
function movesOf(series: readonly ObjectBucket[], of: Move["of"]): Move[] {
  const { shown, rest } = topNames(
    series.map((bucket) => bucket[of]),
    mostPartners,
  );
  const all = [...shown.map((name) => [name, [name]] as const), [otherName, rest] as const];
  return all
    .filter(([, names]) => names.length > 0)
    .map(([label, names]) => ({ key: `${of}:${label}`, label, names, of }));
}

/** Attempts that an availability is of. */
function judgedIn({ parts }: ObjectBucket): number {
  return Object.values(parts).reduce((sum, { n }) => sum + n, 0);
}

function failedProbesIn({ parts }: ObjectBucket): number {
  return Object.values(parts).reduce((sum, part) => sum + part.probes - part.probesPassed, 0);
}
