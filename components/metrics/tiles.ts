import { type Text } from "@/components/lib/i18n/messages";
import { minSamples, shownRatio } from "@/components/lib/targets/availability";
import { type MetricsBucket } from "@/components/lib/metrics-bucket";
import { type MetricsView } from "@/lib/shared/contract";
import { type Format, noValue } from "@/lib/shared/format";

export interface TileModel {
  readonly id: "served" | "rescued" | "fallbacks" | "latency" | "cost" | "costPerMTok";
  readonly title: Text;
  /** What the figure rests on, at the right of the title. */
  readonly basis: Text;
  readonly value: string;
  readonly unit: string;
  readonly lines: readonly Text[];
  readonly spark?: { readonly values: readonly (number | null)[]; readonly minSpan: number };
}

/** The tiles of a range; what rests on fewer than 20 calls is a dash. */
export function tilesOf(metrics: MetricsView, f: Format): TileModel[] {
  return [
    servedTile(metrics, f),
    rescuedTile(metrics, f),
    fallbacksTile(metrics, f),
    latencyTile(metrics, f),
    costTile(metrics, f),
    costPerMTokTile(metrics, f),
  ];
}

function servedTile({ totals, series }: MetricsView, f: Format): TileModel {
  const counted = totals.served + totals.failed;
  const rate = counted < minSamples ? null : totals.servedRate;
  const { n, source } = totals.availability;
  return {
    id: "served",
    title: { key: "tiles.served" },
    basis: { key: "tiles.n", values: { n: f.count(counted) } },
    value: rate === null ? noValue : f.percentValue(rate),
    unit: rate === null ? "" : "%",
    lines: [
      {
        key: source === "probe" ? "tiles.providersProbed" : "tiles.providers",
        values: { percent: f.percent(shownRatio(totals.availability)), n: f.count(n) },
      },
    ],
    spark: { values: series.map(servedShare), minSpan: 0.02 },
  };
}

function rescuedTile({ totals, series }: MetricsView, f: Format): TileModel {
  const share = totals.calls < minSamples ? null : totals.rescued / totals.calls;
  return {
    id: "rescued",
    title: { key: "tiles.rescued" },
    basis: { key: "tiles.of", values: { n: f.count(totals.calls) } },
    value: f.count(totals.rescued),
    unit: "",
    lines: [{ key: "tiles.shareOfCalls", values: { percent: f.percent(share) } }],
    spark: { values: series.map(({ gap, rescued }) => (gap ? null : rescued)), minSpan: 4 },
  };
}

function fallbacksTile({ totals }: MetricsView, f: Format): TileModel {
  return {
    id: "fallbacks",
    title: { key: "tiles.fallbacks" },
    basis: { key: "tiles.of", values: { n: f.count(totals.calls) } },
    value: f.count(totals.fallbacks),
    unit: "",
    lines: [
      { key: "tiles.toOtherModel" },
      { key: "tiles.regionSwitches", values: { n: f.count(totals.regionSwitches) } },
    ],
  };
}

function latencyTile({ totals }: MetricsView, f: Format): TileModel {
  const isKnown = totals.served >= minSamples && totals.p50Ms !== null && totals.p95Ms !== null;
  const ttft = totals.ttftN >= minSamples ? totals.ttftP50Ms : null;
  const overheadMs =
    totals.overheadP50Us === null ? noValue : `${(totals.overheadP50Us / 1000).toFixed(1)} ms`;
  return {
    id: "latency",
    title: { key: "tiles.latency" },
    basis: { key: "tiles.n", values: { n: f.count(totals.served) } },
    value: isKnown ? `${f.count(totals.p50Ms ?? 0)} / ${f.count(totals.p95Ms ?? 0)}` : noValue,
    unit: isKnown ? "ms" : "",
    lines: [
      { key: "tiles.firstToken", values: { ms: f.ms(ttft), n: f.count(totals.ttftN) } },
      { key: "tiles.overhead", values: { ms: overheadMs } },
    ],
  };
}

function costTile({ totals }: MetricsView, f: Format): TileModel {
  const each = totals.served < minSamples ? null : totals.costNanoUsd / totals.served;
  return {
    id: "cost",
    title: { key: "tiles.cost" },
    basis: { key: "tiles.n", values: { n: f.count(totals.served) } },
    value: f.money(totals.costNanoUsd),
    unit: "",
    lines: [
      { key: "tiles.perCall", values: { money: f.money(each) } },
      ...(totals.unpriced > 0
        ? [{ key: "tiles.unpriced", values: { n: f.count(totals.unpriced) } } as const]
        : []),
    ],
  };
}

function costPerMTokTile({ totals }: MetricsView, f: Format): TileModel {
  const tokens = totals.promptTokens + totals.completionTokens;
  return {
    id: "costPerMTok",
    title: { key: "tiles.costPerMTok" },
    basis: { key: "tiles.tokens", values: { n: f.compact(tokens) } },
    value: totals.served < minSamples ? noValue : f.money(totals.costPerMTokNanoUsd),
    unit: "",
    lines: [
      { key: "tiles.tokensIn", values: { n: f.compact(totals.promptTokens) } },
      { key: "tiles.tokensOut", values: { n: f.compact(totals.completionTokens) } },
    ],
  };
}

function servedShare({ firstTry, rescued, failed }: MetricsBucket): number | null {
  const counted = firstTry + rescued + failed;
  return counted === 0 ? null : (firstTry + rescued) / counted;
}
