/** Times that no route sets; tests shorten them. */
export type Timing = {
  /** A caller of a stream who waits this long for the next byte gets a comment, so that nobody on the way gives up. */
  readonly keepAliveMs: number;
  /** A caller whose buffer stays full this long, reading less than `slowReaderBytesPerSecond`, is cut off. */
  readonly slowReaderMs: number;
  readonly slowReaderBytesPerSecond: number;
  /** A timer that fires this late says that our own loop stood still, and nothing about the provider. */
  readonly stallMs: number;
};

export const defaultTiming: Timing = {
  keepAliveMs: 10_000,
  slowReaderMs: 60_000,
  slowReaderBytesPerSecond: 1_024,
  stallMs: 1_000,
};
