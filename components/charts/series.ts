import { countTicks } from "./outcome-rows";

/** One line of a chart: its key in the rows, its name, and how it is drawn. */
export interface SeriesLine {
  readonly key: string;
  readonly label: string;
  readonly color: string;
  readonly dash?: string;
  /** In a stack: from zero down. */
  readonly goesDown?: boolean;
}

/** The values of one bucket by line; null where nothing was measured. */
export interface SeriesRow {
  readonly t: number;
  readonly [key: string]: number | null;
}

/** One blue family, told apart by dash too; what is left is grey. */
const looks: readonly Pick<SeriesLine, "color" | "dash">[] = [
  { color: "var(--accent)" },
  { color: "var(--fg)", dash: "4 3" },
  { color: "var(--c-first-line)", dash: "2 2" },
  { color: "var(--fg-3)", dash: "6 2" },
  { color: "var(--c-client)", dash: "1 3" },
  { color: "var(--st-off)", dash: "8 3 2 3" },
];

/** How the line at `index` is drawn. */
export function lineLook(index: number): Pick<SeriesLine, "color" | "dash"> {
  return looks[index % looks.length] ?? { color: "var(--fg-3)" };
}

/** Areas on top of each other are told apart by how strong they are: black would be the loudest of them. */
const areas = [
  "var(--accent)",
  "color-mix(in oklch, var(--accent) 50%, var(--surface))",
  "var(--fg-3)",
  "color-mix(in oklch, var(--accent) 25%, var(--surface))",
  "var(--c-client)",
  "var(--st-off)",
];

/** How the area at `index` is drawn. */
export function areaLook(index: number): Pick<SeriesLine, "color"> {
  return { color: areas[index % areas.length] ?? "var(--fg-3)" };
}

/** What a line ends with: its value in the last bucket that is over, or in the one that runs; null where it has neither. */
export function lastValue(
  rows: readonly SeriesRow[],
  key: string,
  partialFrom: number,
): number | null {
  const last = rows.findLastIndex((row) => row.t < partialFrom);
  return rows.slice(last).find((row) => (row[key] ?? null) !== null)?.[key] ?? null;
}

/** Whether something was counted since the last value of a line, and not enough for another. */
export function isTooFew(
  rows: readonly SeriesRow[],
  counts: readonly SeriesRow[],
  key: string,
): boolean {
  const since = rows.findLastIndex((row) => (row[key] ?? null) !== null) + 1;
  return counts.slice(since).some((row) => (row[key] ?? row["all"] ?? 0) > 0);
}

/** Lines by their last value, highest first; those without one come behind. */
export function byLastValue(
  rows: readonly SeriesRow[],
  lines: readonly SeriesLine[],
  partialFrom: number,
): SeriesLine[] {
  const rank = ({ key }: SeriesLine): number => lastValue(rows, key, partialFrom) ?? -Infinity;
  return lines.toSorted((a, b) => (rank(a) === rank(b) ? 0 : rank(b) - rank(a)));
}

/** A value of one bucket; in a stack its upper edge, and where it begins. */
interface SeriesPoint {
  readonly t: number;
  readonly value: number;
  readonly from: number;
}

/**
 * What a line of whole buckets leaves out: those that stand alone between gaps, and the one that is not over with the one
 * that it goes on from. `below` are the series that a stack puts between it and zero, and `sign`
 * is −1 where it goes down.
 */
export function seriesEnds(
  rows: readonly SeriesRow[],
  key: string,
  below: readonly string[],
  partialFrom: number,
  sign: 1 | -1 = 1,
): {
  readonly alone: readonly SeriesPoint[];
  readonly running: { readonly from: SeriesPoint | null; readonly to: SeriesPoint } | null;
} {
  const pointAt = (index: number): SeriesPoint | null => {
    const row = rows[index];
    const value = row?.[key] ?? null;
    if (row === undefined || value === null) {
      return null;
    }
    const from = sign * below.reduce((sum, one) => sum + (row[one] ?? 0), 0);
    return { t: row.t, value: from + sign * value, from };
  };
  const isWhole = (index: number): boolean => (rows[index]?.t ?? Infinity) < partialFrom;
  const wholeAt = (index: number): SeriesPoint | null => (isWhole(index) ? pointAt(index) : null);
  const alone = rows.flatMap((_, index) =>
    wholeAt(index - 1) === null && wholeAt(index + 1) === null ? (wholeAt(index) ?? []) : [],
  );
  const last = rows.length - 1;
  const to = isWhole(last) ? null : pointAt(last);
  return { alone, running: to === null ? null : { from: wholeAt(last - 1), to } };
}

interface Scale {
  readonly domain: [number, number];
  readonly ticks: number[];
}

/** The scale of counts or durations: from zero to a round number, and down to another where some go down. */
export function scaleFromZero(
  rows: readonly SeriesRow[],
  lines: readonly Pick<SeriesLine, "key" | "goesDown">[],
  shape: "lines" | "steps" | "stack",
): Scale {
  const highestOf = (keys: readonly string[]): number =>
    rows.reduce((max, row) => {
      const values = keys.map((key) => row[key] ?? 0);
      const top =
        shape === "stack" ? values.reduce((sum, one) => sum + one, 0) : Math.max(0, ...values);
      return Math.max(max, top);
    }, 0);
  const keysOf = (isDown: boolean): string[] =>
    lines.filter(({ goesDown = false }) => goesDown === isDown).map(({ key }) => key);
  const [up, down] = [highestOf(keysOf(false)), highestOf(keysOf(true))];
  const steps = countTicks(Math.max(up, down));
  const step = steps[1] ?? 1;
  const ticksTo = (highest: number): number[] =>
    steps.filter((tick) => tick > 0 && tick < highest + step);
  const [above, below] = [down === 0 ? steps.slice(1) : ticksTo(up), ticksTo(down)];
  const ticks = [...below.map((tick) => -tick).reverse(), 0, ...above];
  return { domain: [ticks[0] ?? 0, ticks.at(-1) ?? 1], ticks };
}

/**
 * A scale on which ten times as much is as far everywhere: from and to one, two or five of a power of ten. Null where
 * nothing is above zero, which has no place on it.
 */
export function logScale(rows: readonly SeriesRow[], keys: readonly string[]): Scale | null {
  const values = rows.flatMap((row) => keys.flatMap((key) => row[key] ?? []));
  const [least, most] = [Math.min(...values), Math.max(...values)];
  if (values.length === 0 || least <= 0) {
    return null;
  }
  const powers = [Math.floor(Math.log10(least)), Math.floor(Math.log10(most)) + 1] as const;
  const round = Array.from({ length: powers[1] - powers[0] + 1 }, (_, index) => index + powers[0])
    .flatMap((power) => [1, 2, 5].map((one) => one * 10 ** power))
    .map((tick) => Number(tick.toPrecision(1)));
  const from = round.findLast((tick) => tick <= least) ?? least;
  const to = round.find((tick) => tick >= most && tick > from) ?? most;
  const within = round.filter((tick) => tick >= from && tick <= to);
  // Over more than two powers of ten, their own lines are enough.
  const isWide = to / from > 100;
  const ticks = within.filter(
    (tick) => !isWide || tick === from || tick === to || String(tick).replace(/[0.]/g, "") === "1",
  );
  return { domain: [from, to], ticks };
}

const shareFloors = [0.99, 0.98, 0.95, 0.9, 0.8, 0.5];

/** The scale of shares: as much of its upper end as all of them need; those of a lesser kind only where there are no others. */
export function scaleOfShares(
  rows: readonly SeriesRow[],
  keys: readonly string[],
  lesser: readonly SeriesRow[] = [],
): Scale {
  const valuesOf = (some: readonly SeriesRow[]): number[] =>
    some.flatMap((row) => keys.flatMap((key) => row[key] ?? []));
  const values = valuesOf(rows);
  const lowest = Math.min(1, ...(values.length > 0 ? values : valuesOf(lesser)));
  const from = shareFloors.find((floor) => lowest >= floor) ?? 0;
  const ticks = [0, 1, 2, 3, 4].map((quarter) => 1 - (1 - from) * (1 - quarter / 4));
  return { domain: [from, 1], ticks: ticks.map((tick) => Math.round(tick * 1e6) / 1e6) };
}
