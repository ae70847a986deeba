import type { Translate } from "@/components/lib/i18n/messages";
import { type Format, noValue } from "@/lib/shared/format";
import { csvText } from "./csv";
import type { SeriesLine, SeriesRow } from "./series";

/** What a chart of series shows, and what its values are of. */
export interface SeriesData {
  readonly rows: readonly SeriesRow[];
  readonly lines: readonly SeriesLine[];
  /** How many samples a value is of, by line; under `all` where that is the same for all of them. */
  readonly counts: readonly SeriesRow[];
  /** Over how many buckets together a value and its count are, by line; null where they are of one. */
  readonly spans: readonly SeriesRow[];
  /** Values of a lesser kind, where there are none of the proper one: those of probes, as hollow dots. */
  readonly hollow: readonly SeriesRow[];
}

type Words = { t: Translate; f: Format; formatValue: (value: number) => string };

/** The value of a line in the bucket at `index`, or else the lesser one by its name. */
export function valueText(
  { rows, hollow }: SeriesData,
  key: string,
  index: number,
  { t, formatValue }: Words,
): string {
  const [value, lesser] = [rows[index]?.[key] ?? null, hollow[index]?.[key] ?? null];
  if (value !== null) {
    return formatValue(value);
  }
  return lesser === null ? noValue : t("chart.probes", { value: formatValue(lesser) });
}

/** How many samples the value is of, and in how many buckets where those are several: `24 / 3 × 1 min`. */
export function countText(
  { counts, spans }: SeriesData,
  key: string,
  index: number,
  bucketMs: number,
  { f }: Pick<Words, "f">,
): string | null {
  const [n, buckets] = [counts[index]?.[key] ?? null, spans[index]?.[key] ?? null];
  const within = buckets === null ? "" : ` / ${buckets} × ${f.bucket(bucketMs)}`;
  return n === null ? null : f.count(n) + within;
}

/** Of what `rows` tell something: of all lines together, or of each. */
export function toldIn(
  rows: readonly SeriesRow[],
  lines: readonly SeriesLine[],
): readonly { readonly key: string; readonly label: string }[] {
  return [{ key: "all", label: "" }, ...lines].filter(({ key }) =>
    rows.some((row) => (row[key] ?? null) !== null),
  );
}

/** The same as a file: values that are over several buckets say so, and those of probes stand apart. */
export function seriesCsv({ rows, lines, counts, spans, hollow }: SeriesData): string {
  const columns = [
    ...lines.map(({ key, label }) => ({ name: label, of: rows, key })),
    ...Object.entries({ n: counts, buckets: spans, probes: hollow }).flatMap(([word, of]) =>
      toldIn(of, lines).map(({ key, label }) => ({ name: `${label} ${word}`.trim(), of, key })),
    ),
  ];
  return csvText(
    ["time_utc", ...columns.map(({ name }) => name)],
    rows.map(({ t }, index) => [
      new Date(t).toISOString(),
      ...columns.map(({ of, key }) => of[index]?.[key] ?? null),
    ]),
  );
}
