/** A piece of a line: how wide it is, and where it came to stand. */
export interface Placed {
  readonly x: number;
  readonly line: number;
}

/** Puts pieces of these widths one after the other, `gap` apart, into lines no wider than `width`. */
export function flowed(widths: readonly number[], gap: number, width: number): Placed[] {
  let x = 0;
  let line = 0;
  return widths.map((own) => {
    if (x > 0 && x + own > width) {
      x = 0;
      line += 1;
    }
    const placed = { x, line };
    x += own + gap;
    return placed;
  });
}

/** The words of a text in lines no wider than `width`, by what `measure` says of them. */
export function wrapped(text: string, width: number, measure: (text: string) => number): string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    const longer = `${last ?? ""} ${word}`;
    if (last === undefined || measure(longer) > width) {
      lines.push(word);
    } else {
      lines[lines.length - 1] = longer;
    }
  }
  return lines;
}
