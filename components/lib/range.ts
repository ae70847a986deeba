export const ranges = ["15m", "1h", "6h", "24h", "7d", "30d", "90d"] as const;
export type Range = (typeof ranges)[number];

/** The range that the stream carries; the others are polled. */
export const streamedRange: Range = "1h";

/** The range that a link asks for; the default when it asks for none that exists. */
export function parseRange(text: string | readonly string[] | null | undefined): Range {
  return ranges.find((range) => range === text) ?? streamedRange;
}
