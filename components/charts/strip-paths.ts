export type StripState = "healthy" | "degraded" | "down" | "recovering" | "off";

export type StripKind = StripState | "gap" | "halves" | "partial";

/** Width of one minute and of the bar inside it, in user units. */
const step = 4;
const bar = 3;
export const stripHeight = 20;

const rect = (x: number, y: number, height: number): string =>
  `M${x} ${y}h${bar}v${height}h${-bar}z`;

/**
 * One path for each state, so that sixty minutes cost a handful of elements. Height is a channel of its own: healthy is
 * a low line, trouble stands up. The last minute is not over: it is an outline.
 */
export function stripPaths(
  strip: readonly (StripState | null)[],
): Partial<Record<StripKind, string>> {
  const paths: Partial<Record<StripKind, string>> = {};
  const add = (kind: StripKind, d: string): void => {
    paths[kind] = (paths[kind] ?? "") + d;
  };
  strip.forEach((state, index) => {
    const x = index * step;
    const isLast = index === strip.length - 1;
    if (state === null) {
      add("gap", `M${x + 1} 18h1.2v1.2h-1.2z`);
    } else if (isLast && state !== "off") {
      const y = state === "healthy" ? 12 : 2;
      add("partial", `M${x + 0.5} ${y + 0.5}h2v${stripHeight - y - 1}h-2z`);
    } else {
      draw(state, x, add);
    }
  });
  const off = offRuns(strip);
  return off === "" ? paths : { ...paths, off };
}

/** One outline for each run of minutes that somebody had switched it off. */
function offRuns(strip: readonly (StripState | null)[]): string {
  let d = "";
  let start = -1;
  for (let index = 0; index <= strip.length; index += 1) {
    const isOff = strip[index] === "off";
    if (isOff && start === -1) {
      start = index;
    } else if (!isOff && start !== -1) {
      d += `M${start * step + 0.5} 12.5h${(index - start) * step - 2}v7H${start * step + 0.5}z`;
      start = -1;
    }
  }
  return d;
}

function draw(state: StripState, x: number, add: (kind: StripKind, d: string) => void): void {
  switch (state) {
    case "healthy":
      add("healthy", rect(x, 12, 8));
      break;
    case "degraded":
      add("degraded", rect(x, 5, 15));
      break;
    case "down":
      add("down", rect(x, 0, 2) + rect(x, 4, 16));
      break;
    case "recovering":
      add("healthy", rect(x, 12, 8));
      add("halves", `M${x + 0.5} 5.5h2v6h-2z`);
      break;
    case "off":
      // Drawn as one outline for the whole run.
      break;
  }
}

export const stripWidth = (cells: number): number => cells * step - (step - bar);
