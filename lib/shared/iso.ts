let secondMs = Number.NaN;
let second = "";

/** ISO 8601 of `atMs`, epoch milliseconds, cut to whole ones; what is alike within a second is written out once. */
export function isoAt(atMs: number): string {
  const wholeMs = Math.floor(atMs);
  const startMs = Math.floor(wholeMs / 1_000) * 1_000;
  if (startMs !== secondMs) {
    secondMs = startMs;
    second = new Date(startMs).toISOString().slice(0, -4);
  }
  return `${second}${String(wholeMs - startMs).padStart(3, "0")}Z`;
}
