interface Frame {
  width: number;
  height: number;
  minSpan: number;
}

const inset = 3;

/** The path of a sparkline and the place of its last value. */
export function sparkGeometry(
  values: readonly (number | null)[],
  { width, height, minSpan }: Frame,
): { d: string; last: { x: number; y: number } | null } {
  const known = values.filter((value) => value !== null);
  if (known.length === 0) {
    return { d: "", last: null };
  }
  const low = Math.min(...known);
  const high = Math.max(...known);
  const spare = Math.max(0, minSpan - (high - low)) / 2;
  const span = high - low + 2 * spare || 1;
  const x = (index: number): number =>
    round(inset + (index / Math.max(1, values.length - 1)) * (width - 2 * inset));
  const y = (value: number): number =>
    round(height - inset - ((value - low + spare) / span) * (height - 2 * inset));
  let d = "";
  let last: { x: number; y: number } | null = null;
  values.forEach((value, index) => {
    if (value === null) {
      return;
    }
    last = { x: x(index), y: y(value) };
    const isStart = index === 0 || values[index - 1] === null;
    d += `${isStart ? "M" : "L"}${last.x} ${last.y}${isStart ? "h0.01" : ""}`;
  });
  return { d, last };
}

const round = (value: number): number => Math.round(value * 100) / 100;
