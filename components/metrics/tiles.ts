import type { Text } from "@/components/lib/i18n/messages";
import { minSamples, shownRatio } from "@/components/lib/targets/availability";
import type { MetricsBucket } from "@/components/lib/metrics-bucket";
import type { CallTotals, MetricsView } from "@/lib/shared/contract";
import { type Format, noValue } from "@/lib/shared/format";
import { deltaText } from "./delta";

export interface TileModel {
  readonly id: "served" | "rescued" | "p95" | "ttft" | "cost" | "costPerMTok";
  readonly title: Text;
  /** What the figure rests on, at the right of the title. */
  readonly basis: Text;
  readonly value: string;
  readonly unit: string;
  /** How far it is from what it was in the hours that it is compared with; null where those had too few calls. */
  readonly delta: Text | null;
  readonly lines: readonly Text[];
  readonly spark: { readonly values: readonly (number | null)[]; readonly minSpan: number };
}

/** The tiles of a range; what rests on fewer than 20 calls is a dash. */
export function tilesOf(metrics: MetricsView, f: Format): TileModel[] {
  const isCompared = metrics.former.totals.calls >= minSamples;
  // The bucket that is not over would draw a fall.
  const series = metrics.series.filter(({ t }) => t < metrics.partialFrom);
  return [servedTile, rescuedTile, p95Tile, ttftTile, costTile, costPerMTokTile]
    .map((tile) => tile({ ...metrics, series }, f))
    .map((tile) => (isCompared ? tile : { ...tile, delta: null }));
}

/** What the deltas are against. */
export function againstText({ former }: MetricsView, f: Format): Text {
  const isWeek = former.shiftMs === weekMs;
  const isCompared = former.totals.calls >= minSamples;
  return {
    key: `tiles.${isCompared ? "against" : "notAgainst"}.${isWeek ? "week" : "before"}`,
    values: { span: f.duration(former.shiftMs) },
  };
}

const weekMs = 7 * 86_400_000;

function servedTile({ totals, former, series }: MetricsView, f: Format): TileModel {
  const of = (one: CallTotals): Sampled => ({
    value: one.servedRate,
    n: one.served + one.failed,
  });
  const now = of(totals);
  const rate = now.n < minSamples ? null : now.value;
  const { n, source } = totals.availability;
  return {
    id: "served",
    title: { key: "tiles.served" },
    basis: { key: "tiles.n", values: { n: f.count(now.n) } },
    value: rate === null ? noValue : f.percentValue(rate),
    unit: rate === null ? "" : "%",
    delta: deltaText("share", now, of(former.totals), f),
    lines: [
      {
        key: source === "probe" ? "tiles.providersProbed" : "tiles.providers",
        values: { percent: f.percent(shownRatio(totals.availability)), n: f.count(n) },
      },
    ],
    spark: { values: series.map(servedShare), minSpan: 0.02 },
  };
}

function rescuedTile({ totals, former, series }: MetricsView, f: Format): TileModel {
  const of = ({ rescued, calls }: CallTotals): Sampled => ({ value: rescued, n: calls });
  return {
    id: "rescued",
    title: { key: "tiles.rescued" },
    basis: { key: "tiles.of", values: { n: f.count(totals.calls) } },
    value: f.count(totals.rescued),
    unit: "",
    delta: deltaText("amount", of(totals), of(former.totals), f),
    lines: [
      { key: "tiles.otherModel", values: { n: f.count(totals.fallbacks) } },
      { key: "tiles.otherRegion", values: { n: f.count(totals.regionSwitches) } },
    ],
    spark: { values: series.map(({ gap, rescued }) => (gap ? null : rescued)), minSpan: 4 },
  };
}

function p95Tile({ totals, former, series }: MetricsView, f: Format): TileModel {
  const of = ({ p95Ms, served }: CallTotals): Sampled => ({ value: p95Ms, n: served });
  const isKnown = totals.served >= minSamples;
  const overhead =
    totals.overheadP50Us === null ? noValue : `${(totals.overheadP50Us / 1000).toFixed(1)} ms`;
  return {
    id: "p95",
    title: { key: "tiles.p95" },
    basis: { key: "tiles.n", values: { n: f.count(totals.served) } },
    ...milliseconds(isKnown ? totals.p95Ms : null, f),
    delta: deltaText("time", of(totals), of(former.totals), f),
    lines: [
      { key: "tiles.p50", values: { p50: f.ms(isKnown ? totals.p50Ms : null) } },
      { key: "tiles.overhead", values: { overhead } },
    ],
    spark: { values: series.map(({ p95Ms }) => p95Ms), minSpan: 100 },
  };
}

function ttftTile({ totals, former, series }: MetricsView, f: Format): TileModel {
  const of = ({ ttftP50Ms, ttftN }: CallTotals): Sampled => ({ value: ttftP50Ms, n: ttftN });
  return {
    id: "ttft",
    title: { key: "tiles.ttft" },
    basis: { key: "tiles.n", values: { n: f.count(totals.ttftN) } },
    ...milliseconds(totals.ttftN < minSamples ? null : totals.ttftP50Ms, f),
    delta: deltaText("time", of(totals), of(former.totals), f),
    lines: [{ key: "tiles.streamed" }],
    spark: { values: series.map(({ ttftP50Ms }) => ttftP50Ms), minSpan: 50 },
  };
}

function costTile({ totals, former, series }: MetricsView, f: Format): TileModel {
  const of = ({ costNanoUsd, served }: CallTotals): Sampled => ({ value: costNanoUsd, n: served });
  const each = totals.served < minSamples ? null : totals.costNanoUsd / totals.served;
  return {
    id: "cost",
    title: { key: "tiles.cost" },
    basis: { key: "tiles.n", values: { n: f.count(totals.served) } },
    value: f.money(totals.costNanoUsd),
    unit: "",
    delta: deltaText("amount", of(totals), of(former.totals), f),
    lines: [
      { key: "tiles.perCall", values: { money: f.money(each) } },
      ...(totals.unpriced > 0
        ? [{ key: "tiles.unpriced", values: { n: f.count(totals.unpriced) } } as const]
        : []),
    ],
    spark: {
      values: series.map(({ gap, costNanoUsd }) => (gap ? null : costNanoUsd)),
      minSpan: 1_000,
    },
  };
}

function costPerMTokTile({ totals, former, series }: MetricsView, f: Format): TileModel {
  const of = ({ costPerMTokNanoUsd, served }: CallTotals): Sampled => ({
    value: costPerMTokNanoUsd,
    n: served,
  });
  const tokens = totals.promptTokens + totals.completionTokens;
  return {
    id: "costPerMTok",
    title: { key: "tiles.costPerMTok" },
    basis: { key: "tiles.tokens", values: { n: f.compact(tokens) } },
    value: totals.served < minSamples ? noValue : f.money(totals.costPerMTokNanoUsd),
    unit: "",
    delta: deltaText("amount", of(totals), of(former.totals), f),
    lines: [
      {
        key: "tiles.tokensBoth",
        values: { in: f.compact(totals.promptTokens), out: f.compact(totals.completionTokens) },
      },
    ],
    spark: {
      values: series.map(({ costNanoUsd, pricedTokens }) =>
        pricedTokens === 0 ? null : costNanoUsd / pricedTokens,
      ),
      minSpan: 1,
    },
  };
}

type Sampled = Parameters<typeof deltaText>[1];

function milliseconds(ms: number | null, f: Format): Pick<TileModel, "value" | "unit"> {
  return ms === null ? { value: noValue, unit: "" } : { value: f.count(ms), unit: "ms" };
}

function servedShare({ firstTry, rescued, failed }: MetricsBucket): number | null {
  const counted = firstTry + rescued + failed;
  return counted === 0 ? null : (firstTry + rescued) / counted;
}
