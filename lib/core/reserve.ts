/** What a call may cost before anybody knows what it will. */
import type { Candidate } from "./plan";

/** An answer of a model of which nothing is known, when the caller sets no limit either. */
const unknownAnswerTokens = 4_096;
/** Room for the one in a hundred that is longer than what all others stay under. */
const answerMargin = 2;

/** What is known of a call before it is sent. */
export type CallSize = {
  readonly promptTokens: number;
  /** Bytes of its text: no tokenizer makes more tokens out of it. Counted only when a strict budget asks. */
  readonly promptBytes: () => number;
  /** The caller's own limit for one answer; null for none. */
  readonly maxTokens: number | null;
  /** Answers side by side. */
  readonly choices: number;
};

/**
 * Tokens that the answers of a call are expected to stay under: the caller's limit, or twice what nearly every recent answer
 * of that model stayed under, if that is less. `recentTokens` is null while nothing is known.
 */
export function expectedAnswerTokens(size: CallSize, recentTokens: number | null): number {
  const expected = recentTokens === null ? null : answerMargin * recentTokens;
  const one = Math.min(
    size.maxTokens ?? Number.POSITIVE_INFINITY,
    expected ?? size.maxTokens ?? unknownAnswerTokens,
  );
  return one * size.choices;
}

/**
 * What the dearest of `candidates` would charge for an answer as long as is expected of it; 0 where no price is known.
 * `recentTokensOf` tells what nearly every recent answer of a model stayed under.
 */
export function expectedCostNanoUsd(
  candidates: readonly Candidate[],
  size: CallSize,
  recentTokensOf: (model: string) => number | null,
): number {
  let dearest = 0;
  for (const { target } of candidates) {
    if (target.price !== null) {
      const answer = expectedAnswerTokens(size, recentTokensOf(target.model));
      const { inputNanoUsd, outputNanoUsd } = target.price;
      dearest = Math.max(dearest, size.promptTokens * inputNanoUsd + answer * outputNanoUsd);
    }
  }
  return Math.ceil(dearest);
}

/** Why nobody can say what a call costs at most. */
export type Unbounded = { readonly why: "no_price" | "no_answer_limit"; readonly model: string };

/**
 * What any of `candidates` can charge at most for the call: every byte of the request a token, and every answer as long as the
 * caller's limit allows, or the model's own. Says so when one of them has no price or no limit.
 */
export function greatestCostNanoUsd(
  candidates: readonly Candidate[],
  size: CallSize,
): number | Unbounded {
  let dearest = 0;
  for (const { target } of candidates) {
    const { price, capabilities, model } = target;
    if (price === null) {
      return { why: "no_price", model };
    }
    const one = size.maxTokens ?? capabilities.outputTokens ?? capabilities.contextTokens;
    if (one === null) {
      return { why: "no_answer_limit", model };
    }
    const promptTokens = size.promptTokens + size.promptBytes();
    const inputNanoUsd = Math.max(price.inputNanoUsd, price.cachedInputNanoUsd);
    dearest = Math.max(
      dearest,
      promptTokens * inputNanoUsd + one * size.choices * price.outputNanoUsd,
    );
  }
  return Math.ceil(dearest);
}
