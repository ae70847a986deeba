import { type Range, withRange } from "../range";

type Word = "model" | "region" | "app" | "outcome";

/** The page of requests, narrowed to these in the words that its own filter reads: of a range, or the newest. */
export function callsLink(words: Readonly<Partial<Record<Word, string>>>, range?: Range): string {
  const text = Object.entries(words)
    .map(([name, value]) => `${name}:${value}`)
    .join(" ");
  const search = new URLSearchParams(text === "" ? {} : { q: text });
  return `/requests?${(range === undefined ? search : withRange(search, range)).toString()}`;
}
