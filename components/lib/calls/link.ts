import { type Range, rangeBetween, withRange } from "../range";

/** The address of the calls that began between two instants (epoch ms); `query` is in the words of their filter. */
export function callsLink({
  fromMs,
  toMs,
  query,
}: {
  readonly fromMs: number;
  readonly toMs: number;
  readonly query: string;
}): string {
  return callsLinkIn(rangeBetween(fromMs, toMs), query);
}

/** The address of the calls of a range. */
export function callsLinkIn(range: Range, query: string): string {
  const search = new URLSearchParams(query === "" ? {} : { q: query });
  return `/requests?${withRange(search, range).toString()}`;
}
