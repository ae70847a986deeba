import { besidePx } from "./frame";

/** Pixels beside the plot: for the longest value, and for the zone below it to stand clear of the first hour. */
export function valueAxisWidth(longestValue: number, zone: string): number {
  return 18 + 7 * Math.max(longestValue, zone.length);
}

/** A digit of the axes, and a syllable of Hangul, in pixels. */
const [digitPx, syllablePx] = [6.5, 11];
const gapPx = 16;

interface Tick {
  readonly x: number;
  readonly text: string;
}

/** The ticks whose words have room beside each other, and where these stand: within the chart, whose right edge is `end`. */
export function shownTicks(ticks: readonly Tick[], end: number): (Tick & { textX: number })[] {
  const shown: (Tick & { textX: number })[] = [];
  let takenTo = 0;
  for (const tick of ticks) {
    const half = textPx(tick.text) / 2;
    const textX = Math.min(tick.x, end + besidePx - half);
    if (textX - half >= takenTo) {
      shown.push({ ...tick, textX });
      takenTo = textX + half + gapPx;
    }
  }
  return shown;
}

function textPx(text: string): number {
  const syllables = text.match(/[\u1100-\uffff]/g)?.length ?? 0;
  return (text.length - syllables) * digitPx + syllables * syllablePx;
}
