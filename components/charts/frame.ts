/** Where a chart draws, in pixels, and which of them an instant and a value are. */
export interface Frame {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  /** The axis of time. */
  readonly base: number;
  readonly xOf: (atMs: number) => number;
  readonly yOf: (value: number) => number;
  /** The instant at a pixel of the plot; of one beside it, the nearest end. */
  readonly atOf: (x: number) => number;
}

/** Pixels that a chart leaves free around its plot, and from its axis down to the base line of the hours. */
export interface Edges {
  readonly top: number;
  readonly bottom: number;
  readonly hours: number;
}

type Sizes = {
  width: number;
  height: number;
  left: number;
  edges: Edges;
  from: number;
  to: number;
  domain: readonly [number, number];
  /** Ten times as much is as far everywhere; all values are above zero. */
  isLog?: boolean;
};

/** What a chart leaves free at its right. */
export const besidePx = 8;

/** Both scales of a chart; that of time is straight. A range or a domain without any width has all at its beginning. */
export function frameOf(sizes: Sizes): Frame {
  const { width, height, left, edges, from, to, domain, isLog = false } = sizes;
  const right = Math.max(left + 1, width - besidePx);
  const { top } = edges;
  const base = height - edges.bottom;
  const place = (value: number): number => (isLog ? Math.log10(value) : value);
  const [low, high] = [place(domain[0]), place(domain[1])];
  const perMs = to > from ? (right - left) / (to - from) : 0;
  const perValue = high > low ? (base - top) / (high - low) : 0;
  return {
    left,
    right,
    top,
    base,
    xOf: (atMs) => tenth(left + (atMs - from) * perMs),
    yOf: (value) => tenth(base - (place(value) - low) * perValue),
    atOf: (x) => (perMs === 0 ? from : from + (Math.min(Math.max(x, left), right) - left) / perMs),
  };
}

/** No screen shows less, and a path is half as long. */
const tenth = (px: number): number => Math.round(px * 10) / 10;
