import { createHash } from "node:crypto";

export interface PromptCache {
  /** The cached tokens of a prompt that opens so; the next prompt with that opening has more. */
  cachedTokens: (place: string, opening: string | null) => number;
}

const cachedOpeningTokens = 1_024;
const openingsKept = 1_000;

/** A prompt cache that remembers openings of 4096 characters, each place for itself. */
export function createPromptCache(): PromptCache {
  const seen = new Set<string>();
  return {
    cachedTokens(place, opening) {
      if (opening === null) {
        return 0;
      }
      const key = createHash("sha1").update(place).update(opening).digest("base64");
      if (seen.has(key)) {
        return cachedOpeningTokens;
      }
      if (seen.size >= openingsKept) {
        seen.clear();
      }
      seen.add(key);
      return 0;
    },
  };
}
