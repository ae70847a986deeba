import type { Frame } from "./frame";
import type { SeriesRow } from "./series";

/** A value of a series in the bucket that begins at `t`; in a stack with the height that it stands on. */
export interface SeriesPoint {
  readonly t: number;
  readonly value: number;
  readonly floor?: number;
}

/** Straight from value to value; or a value holds around its instant, or from it on. */
export type Curve = "linear" | "step" | "stepAfter";

/** The line through the values; null is a gap, and one value between two gaps has no line. */
export function linePath(
  points: readonly (SeriesPoint | null)[],
  curve: Curve,
  { xOf, yOf }: Frame,
): string {
  return runsOf(points)
    .map(
      (run) =>
        `M${wayOf(
          run.map(({ t, value }) => [xOf(t), yOf(value)]),
          curve,
        )}`,
    )
    .join("");
}

/**
 * One path of all dots of a line: hundreds of elements would cost as much as the rest of the chart. Those under the lowest
 * value of the scale stand at its base.
 */
export function dotsPath(
  rows: readonly SeriesRow[],
  key: string,
  lowest: number,
  { xOf, yOf }: Frame,
): string {
  return rows
    .flatMap((row) => {
      const value = row[key] ?? null;
      const y = yOf(Math.max(value ?? 0, lowest));
      return value === null ? [] : [`M${xOf(row.t) - 2} ${y}a2 2 0 1 0 4 0a2 2 0 1 0-4 0`];
    })
    .join("");
}

/** What lies between the values and their floors, which are zero where they are not said. */
export function areaPath(
  points: readonly (SeriesPoint | null)[],
  curve: Exclude<Curve, "stepAfter">,
  { xOf, yOf }: Frame,
): string {
  return runsOf(points)
    .map((run) => {
      const edge = run.map(({ t, value }): Place => [xOf(t), yOf(value)]);
      const floor = run.map(({ t, floor = 0 }): Place => [xOf(t), yOf(floor)]).reverse();
      return `M${wayOf(edge, curve)}L${wayOf(floor, curve)}Z`;
    })
    .join("");
}

/**
 * The points of each series on top of the ones before it, from zero up; or under the ones before it, from zero down.
 *
 * @param valueOf Null where there is a gap, which is one of the whole stack.
 */
export function stacked<R extends { readonly t: number }, K extends string>(
  rows: readonly R[],
  keys: readonly K[],
  valueOf: (row: R, key: K) => number | null,
  goesDown: (key: K) => boolean = () => false,
): (SeriesPoint | null)[][] {
  const [up, down] = [rows.map(() => 0), rows.map(() => 0)];
  return keys.map((key) => {
    const [floors, sign] = goesDown(key) ? [down, -1] : [up, 1];
    return rows.map((row, index) => {
      const value = valueOf(row, key);
      if (value === null) {
        return null;
      }
      const floor = floors[index] ?? 0;
      const edge = floor + sign * value;
      floors[index] = edge;
      return { t: row.t, value: edge, floor };
    });
  });
}

type Place = readonly [x: number, y: number];

/** The values between gaps, where they are two or more. */
function runsOf(points: readonly (SeriesPoint | null)[]): SeriesPoint[][] {
  const runs: SeriesPoint[][] = [[]];
  for (const point of points) {
    if (point === null) {
      runs.push([]);
    } else {
      runs.at(-1)?.push(point);
    }
  }
  return runs.filter(({ length }) => length > 1);
}

function wayOf(places: readonly Place[], curve: Curve): string {
  return places
    .map(([x, y], index) => {
      const before = places[index - 1];
      switch (before === undefined ? "linear" : curve) {
        case "linear":
          return `${before === undefined ? "" : "L"}${x} ${y}`;
        case "stepAfter":
          return `H${x}V${y}`;
        case "step":
          return `H${((before?.[0] ?? x) + x) / 2}V${y}H${x}`;
      }
    })
    .join("");
}
