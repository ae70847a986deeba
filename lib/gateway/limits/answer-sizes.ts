/** How long the answers of each model are, so that no more is set aside for a call than it is likely to need. */
import { type Histogram, addSample, emptyHistogram, quantileMs } from "../../core/latency";

export type AnswerSizes = {
  note(model: string, tokens: number, nowMs: number): void;
  /** What ninety-nine of a hundred recent answers stay under, in tokens; null while too few are known. */
  readonly usual: (model: string) => number | null;
};

const minSamples = 20;
/** More models than a configuration has are names that callers made up. */
const maxModels = 2_000;

/** Sizes by model. The histogram's scale, 10 to 360 000, was made for milliseconds and fits tokens as well. */
export function createAnswerSizes(): AnswerSizes {
  const sizes = new Map<string, Histogram>();
  return {
    note(model, tokens, nowMs) {
      let histogram = sizes.get(model);
      if (histogram === undefined) {
        if (sizes.size >= maxModels) {
          return;
        }
        histogram = emptyHistogram();
        sizes.set(model, histogram);
      }
      addSample(histogram, tokens, nowMs);
    },
    usual(model) {
      const histogram = sizes.get(model);
      return histogram === undefined ? null : quantileMs(histogram, 0.99, minSamples);
    },
  };
}
