type FilterName = "model" | "region" | "app";

/** The page of requests, narrowed to these: in the words that its own filter reads. */
export function requestsLink(words: Readonly<Partial<Record<FilterName, string>>>): string {
  const text = Object.entries(words)
    .map(([name, value]) => `${name}:${value}`)
    .join(" ");
  return `/requests?${new URLSearchParams({ q: text }).toString()}`;
}
