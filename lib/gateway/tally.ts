/** What one attempt has generated so far, as far as it was told; what was not told is counted. */
import type { Chunk, Usage } from "../dialects/openai";

/** Characters per token of usual text. */
const charsPerToken = 4;
/** Pieces up to this size are taken for one token each, as most providers send them. */
const maxCharsOfOneToken = 8;

/** Tokens of a text, by its length. */
export function estimatedTokens(chars: number): number {
  return Math.ceil(chars / charsPerToken);
}

/** Tokens of a text that came in `pieces`: one each, unless they are too large for that. */
export function countedTokens(chars: number, pieces: number): number {
  return chars <= pieces * maxCharsOfOneToken ? pieces : estimatedTokens(chars);
}

export class Tally {
  /** As the provider told it; null when it has not. */
  usage: Usage | null = null;
  chars = 0;
  pieces = 0;
  /** Choices that have told why they ended. */
  finishes = 0;
  finishReason: string | null = null;
  /** Events that were dropped because nobody could read them. */
  malformed = 0;
  /** The answer came in one piece although a stream was asked for. */
  isPlain = false;

  /** Something of the answer is there: content, or the reason why there is none. */
  get hasBegun(): boolean {
    return this.pieces > 0 || this.finishes > 0;
  }

  add(chunk: Chunk): void {
    this.usage = chunk.usage ?? this.usage;
    this.chars += chunk.chars;
    this.finishes += chunk.finishes;
    this.finishReason = chunk.finishReason ?? this.finishReason;
    if (chunk.hasContent) {
      this.pieces += 1;
    }
  }
}
