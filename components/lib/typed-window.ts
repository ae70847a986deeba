/** What is wrong with a window that somebody typed, and in which field. */
interface WindowProblem {
  readonly field: "from" | "to";
  readonly kind: "missing" | "future" | "order" | "long";
}

const minuteMs = 60_000;
const longestMs = 400 * 24 * 60 * minuteMs;

/** An instant as a field for day and time shows it, on the clock of the page: UTC, or the browser's own. */
export function localText(atMs: number, timeZone: string): string {
  const shiftMs = timeZone === "UTC" ? 0 : new Date(atMs).getTimezoneOffset() * minuteMs;
  return new Date(atMs - shiftMs).toISOString().slice(0, 16);
}

/** The instant that such a field says; NaN for none. */
export function typedInstant(text: string, timeZone: string): number {
  return Date.parse(timeZone === "UTC" ? `${text}Z` : text);
}

/** The window between two fields of day and time; one that ends in the future ends now. Or what is wrong with it. */
export function typedWindow(
  from: string,
  to: string,
  nowMs: number,
  timeZone: string,
): { readonly fromMs: number; readonly toMs: number } | { readonly problem: WindowProblem } {
  const fromMs = typedInstant(from, timeZone);
  const toMs = Math.min(typedInstant(to, timeZone), nowMs - (nowMs % minuteMs));
  if (Number.isNaN(fromMs) || Number.isNaN(toMs)) {
    return { problem: { field: Number.isNaN(fromMs) ? "from" : "to", kind: "missing" } };
  }
  if (fromMs >= nowMs - minuteMs) {
    return { problem: { field: "from", kind: "future" } };
  }
  if (fromMs >= toMs) {
    return { problem: { field: "to", kind: "order" } };
  }
  return toMs - fromMs > longestMs
    ? { problem: { field: "from", kind: "long" } }
    : { fromMs, toMs };
}
