/** The ground of a cell: one hue, from the panel's own on; text in ink stays readable on each. */
export function scaleColor(step: number): string {
  return `color-mix(in oklab, var(--accent) ${4 + step * 6.5}%, var(--surface))`;
}
