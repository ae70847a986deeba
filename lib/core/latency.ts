/** How fast a target answers, by the size of the prompt: an average for choosing, a distribution for judging. */

/** Prompts of one class take about as long to read. */
export type SizeClass = 0 | 1 | 2 | 3;

/** The class of a prompt of so many tokens. */
export function sizeClassOf(promptTokens: number): SizeClass {
  if (promptTokens < 1_000) {
    return 0;
  }
  if (promptTokens < 8_000) {
    return 1;
  }
  return promptTokens < 32_000 ? 2 : 3;
}

/** Samples in buckets that grow by a quarter, from 10 ms to about 6 minutes; old ones fade with a half-life of 8 hours. */
export type Histogram = { readonly counts: number[]; total: number; fadedMs: number };

const bucketCount = 48;
const bucketGrowth = 1.25;
const smallestMs = 10;
const fadeEveryMs = 3_600_000;
const fadePerHour = 0.5 ** (1 / 8);

/** A histogram without samples. */
export function emptyHistogram(): Histogram {
  return { counts: new Array<number>(bucketCount).fill(0), total: 0, fadedMs: 0 };
}

/** Adds a sample. */
export function addSample(histogram: Histogram, ms: number, nowMs: number): void {
  if (nowMs - histogram.fadedMs >= fadeEveryMs) {
    const hours = Math.min(240, Math.floor((nowMs - histogram.fadedMs) / fadeEveryMs));
    const factor = fadePerHour ** hours;
    histogram.total = 0;
    for (let index = 0; index < bucketCount; index += 1) {
      const faded = (histogram.counts[index] ?? 0) * factor;
      histogram.counts[index] = faded;
      histogram.total += faded;
    }
    histogram.fadedMs = nowMs;
  }
  const index = Math.ceil(Math.log(Math.max(ms, smallestMs) / smallestMs) / Math.log(bucketGrowth));
  const bucket = Math.min(bucketCount - 1, index);
  histogram.counts[bucket] = (histogram.counts[bucket] ?? 0) + 1;
  histogram.total += 1;
}

/** The upper edge of the bucket in which the quantile `q` (0..1) lies; null under `minSamples`. */
export function quantileMs(histogram: Histogram, q: number, minSamples: number): number | null {
  if (histogram.total < minSamples) {
    return null;
  }
  let seen = 0;
  for (let index = 0; index < bucketCount - 1; index += 1) {
    seen += histogram.counts[index] ?? 0;
    if (seen >= q * histogram.total) {
      return smallestMs * bucketGrowth ** index;
    }
  }
  return smallestMs * bucketGrowth ** (bucketCount - 1);
}

/** The speed of a target for prompts of one class. */
export type Speed = {
  /** Moving average of the time to first token; null before the first sample. */
  ttftMs: number | null;
  samples: number;
  atMs: number | null;
  /** Of calls while the target was CLOSED and not DEGRADED: what is normal for it. */
  readonly normal: Histogram;
  /** Whole plain answers. */
  readonly durations: Histogram;
  /** The newest samples, newest last. */
  readonly recent: number[];
  /** When any call of this class last got a byte. */
  lastByteMs: number | null;
};

/** Weight of a new sample in the moving average. */
const ttftWeight = 0.2;
const recentKept = 10;
/** A distribution of fewer samples says nothing of its tail. */
const minSamples = 20;

/** The speed of a target that was never measured. */
export function emptySpeed(): Speed {
  return {
    ttftMs: null,
    samples: 0,
    atMs: null,
    normal: emptyHistogram(),
    durations: emptyHistogram(),
    recent: [],
    lastByteMs: null,
  };
}

/** Moves the average. The first samples count alike; from then on the newest one weighs a fifth. */
export function moveAverage(speed: Speed, ttftMs: number, nowMs: number): void {
  speed.samples += 1;
  speed.atMs = nowMs;
  const weight = Math.max(ttftWeight, 1 / speed.samples);
  speed.ttftMs = (speed.ttftMs ?? 0) + weight * (ttftMs - (speed.ttftMs ?? 0));
}

/** Notes the first token of a real call; `isNormal` when the target was well as it came. */
export function measureTtft(speed: Speed, ttftMs: number, isNormal: boolean, nowMs: number): void {
  moveAverage(speed, ttftMs, nowMs);
  speed.recent.push(ttftMs);
  if (speed.recent.length > recentKept) {
    speed.recent.shift();
  }
  if (isNormal) {
    addSample(speed.normal, ttftMs, nowMs);
  }
}

/** What nearly every call of the class stays under; null while unknown. */
export function ttftMsP99(speed: Speed): number | null {
  return quantileMs(speed.normal, 0.99, minSamples);
}

/** The median of the class; null while unknown. */
export function normalTtftMs(speed: Speed): number | null {
  return quantileMs(speed.normal, 0.5, minSamples);
}

/** What nearly every plain answer of the class stays under; null while unknown. */
export function durationMsP99(speed: Speed): number | null {
  return quantileMs(speed.durations, 0.99, minSamples);
}

/** The median of the newest ten samples; null while there are fewer. */
export function recentTtftMs(speed: Speed): number | null {
  if (speed.recent.length < recentKept) {
    return null;
  }
  return speed.recent.toSorted((a, b) => a - b)[recentKept / 2] ?? null;
}
