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

/** The range that an address names; null when it names none. */
export function namedRange(search: Parameters<typeof rangeIn>[0]): Range | null {
  const range = rangeIn(search);
  return range.includes("/") || range === search.get("r") ? range : null;
}

function instantOf(text: string | readonly string[] | null | undefined): number | null {
  const atMs = typeof text === "string" && text.includes("T") ? Date.parse(text) : Number.NaN;
  return Number.isNaN(atMs) ? null : atMs;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const spansMs: Readonly<Record<RangeName, number>> = {
  "15m": 15 * minuteMs,
  "1h": hourMs,
  "6h": 6 * hourMs,
  "24h": 24 * hourMs,
  "7d": 7 * 24 * hourMs,
  "30d": 30 * 24 * hourMs,
  "90d": 90 * 24 * hourMs,
};

/** How far a span may be off and still be the same: a bucket of it, which is a minute at least. */
export function slackMsOf(spanMs: number): number {
  return Math.max(minuteMs, spanMs / 60);
}

/** The range of this length that ends now, if there is one. */
export function presetOf(spanMs: number): RangeName | null {
  return ranges.find((name) => Math.abs(spansMs[name] - spanMs) <= slackMsOf(spanMs)) ?? null;
}

/** Both instants of any range, as of `nowMs`; of one that moves, in whole minutes. */
export function windowOf(
  range: Range,
  nowMs: number,
): { readonly fromMs: number; readonly toMs: number } {
  const toMs = nowMs - (nowMs % minuteMs);
  return instantsOf(range) ?? { fromMs: toMs - spansMs[parseRange(range)], toMs };
}

/** What lies between two instants. */
export function rangeBetween(fromMs: number, toMs: number): Range {
  return `${new Date(fromMs).toISOString()}/${new Date(toMs).toISOString()}`;
}

/** A range of this length that ends with the minute of an instant. */
export function rangeEndingWith(atMs: number, spanMs: number): Range {
  const endMs = Math.floor(atMs / minuteMs + 1) * minuteMs;
  return rangeBetween(endMs - spanMs, endMs);
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

/** The router may write an older address over a newer one for so long. */
const settledMs = 1_000;
let asked: { readonly range: Range; readonly atMs: number } | null = null;

/** The range that the page shows, or is about to show. */
export function rangeShown(): Range {
  return asked !== null && performance.now() - asked.atMs < settledMs
    ? asked.range
    : rangeIn(new URLSearchParams(window.location.search));
}

/** Shows another range; what else the address says stays. */
export function showRange(range: Range): void {
  asked = { range, atMs: performance.now() };
  showSearch(withRange(new URLSearchParams(window.location.search), range));
}

/** Shows what no range bounds; what else the address says stays. */
export function showUnbounded(): void {
  asked = null;
  showSearch(withoutRange(new URLSearchParams(window.location.search)));
}

/** `search` with one word of its own; without it, where it says nothing. */
export function withWord(
  search: URLSearchParams,
  name: string,
  value: string | null,
): URLSearchParams {
  if (value === null || value === "") {
    search.delete(name);
  } else {
    search.set(name, value);
  }
  return search;
}

/** Writes another question into the address of this page. */
export function showSearch(search: URLSearchParams): void {
  const query = search.toString();
  window.history.replaceState(null, "", query === "" ? window.location.pathname : `?${query}`);
}

/** The address of this page with what lies between two instants. */
export function linkToWindow(fromMs: number, toMs: number): string {
  const { origin, pathname, search } = window.location;
  const range = rangeBetween(fromMs, toMs);
  return `${origin}${pathname}?${withRange(new URLSearchParams(search), range).toString()}`;
}

/** An address of the room with another range; what else it says stays. */
export function withRange(search: URLSearchParams, range: Range): URLSearchParams {
  const next = withoutRange(search);
  const [from, to] = range.split("/");
  if (from === undefined || to === undefined) {
    next.set("r", range);
  } else {
    next.set("from", from);
    next.set("to", to);
  }
  return next;
}

function withoutRange(search: URLSearchParams): URLSearchParams {
  const next = new URLSearchParams(search);
  for (const name of ["r", "from", "to"]) {
    next.delete(name);
  }
  return next;
}
