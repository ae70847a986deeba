import { timeTicks } from "./outcome-rows";

/** All charts of a page show the same instant under one pointer, or the same arrow keys. */
export const cursorGroup = { syncId: "page", syncMethod: "value" } as const;

/** The axis of time that every chart has: numbers, round places, and the ink of the page. */
export function timeAxis(from: number, to: number, formatTick: (atMs: number) => string) {
  return {
    dataKey: "t",
    type: "number",
    domain: [from, to],
    ticks: timeTicks(from, to),
    tickFormatter: formatTick,
    axisLine: { stroke: "var(--axis)" },
    tickLine: { stroke: "var(--axis)" },
    niceTicks: "none",
    interval: "preserveStartEnd",
    minTickGap: 24,
  } as const;
}

/** Pixels beside the plot: for the longest value, and for the zone below it to stand clear of the first hour. */
export function valueAxisWidth(longestValue: number, zone: string): number {
  return 18 + 7 * Math.max(longestValue, zone.length);
}
