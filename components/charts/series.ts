import { countTicks } from "./outcome-rows";

/** One line of a chart: its key in the rows, its name, and how it is drawn. */
export interface SeriesLine {
  readonly key: string;
  readonly label: string;
  readonly color: string;
  readonly dash?: string;
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

/** The scale of counts or durations: from zero to a round number. */
export function scaleFromZero(
  rows: readonly SeriesRow[],
  keys: readonly string[],
  shape: "lines" | "stack",
): { readonly domain: [number, number]; readonly ticks: number[] } {
  const highest = rows.reduce((max, row) => {
    const values = keys.map((key) => row[key] ?? 0);
    const top = shape === "stack" ? values.reduce((sum, one) => sum + one, 0) : Math.max(...values);
    return Math.max(max, top);
  }, 0);
  const ticks = countTicks(highest);
  return { domain: [0, ticks.at(-1) ?? 1], ticks };
}

/** The scale of shares: the upper tenth where all of them lie there, else all of it. */
export function scaleOfShares(
  rows: readonly SeriesRow[],
  keys: readonly string[],
): { readonly domain: [number, number]; readonly ticks: number[] } {
  const lowest = Math.min(1, ...rows.flatMap((row) => keys.flatMap((key) => row[key] ?? [])));
  return lowest >= 0.9
    ? { domain: [0.9, 1], ticks: [0.9, 0.925, 0.95, 0.975, 1] }
    : { domain: [0, 1], ticks: [0, 0.25, 0.5, 0.75, 1] };
}
