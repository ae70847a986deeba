export const ranges = ["15m", "1h", "6h", "24h", "7d", "30d", "90d"] as const;
export type RangeName = (typeof ranges)[number];

/** A range that ends now, by its name; or both instants of one that stays: `2026-…Z/2026-…Z`. */
export type Range = RangeName | `${string}/${string}`;

/** The range that the stream carries; the others are polled. */
export const streamedRange: RangeName = "1h";

/** The range of this name; the default when there is none. */
export function parseRange(text: string | readonly string[] | null | undefined): RangeName {
  return ranges.find((range) => range === text) ?? streamedRange;
}

/** The range that an address asks for: `?from=&to=`, where both are instants in order, else `?r=`. */
export function rangeIn(search: {
  get: (name: string) => string | readonly string[] | null | undefined;
}): Range {
  const [from, to] = [instantOf(search.get("from")), instantOf(search.get("to"))];
  return from === null || to === null || from >= to
    ? parseRange(search.get("r"))
    : rangeBetween(from, to);
}

function instantOf(text: string | readonly string[] | null | undefined): number | null {
  const atMs = typeof text === "string" && text.includes("T") ? Date.parse(text) : Number.NaN;
  return Number.isNaN(atMs) ? null : atMs;
}

/** What lies between two instants. */
export function rangeBetween(fromMs: number, toMs: number): Range {
  return `${new Date(fromMs).toISOString()}/${new Date(toMs).toISOString()}`;
}

/** Both instants of a range that stays; null for one that moves with the clock. */
export function instantsOf(
  range: Range,
): { readonly fromMs: number; readonly toMs: number } | null {
  const [from, to] = range.split("/");
  return from === undefined || to === undefined
    ? null
    : { fromMs: Date.parse(from), toMs: Date.parse(to) };
}

/** A range as the operator API asks for it: `range=6h`, or `from=…&to=…`. */
export function rangeQuery(range: Range): URLSearchParams {
  const [from, to] = range.split("/");
  return from === undefined || to === undefined
    ? new URLSearchParams({ range })
    : new URLSearchParams({ from, to });
}

/** An address of the room with another range; what else it says stays. */
export function withRange(search: URLSearchParams, range: Range): URLSearchParams {
  const next = new URLSearchParams(search);
  for (const name of ["r", "from", "to"]) {
    next.delete(name);
  }
  const [from, to] = range.split("/");
  if (from === undefined || to === undefined) {
    next.set("r", range);
  } else {
    next.set("from", from);
    next.set("to", to);
  }
  return next;
}
