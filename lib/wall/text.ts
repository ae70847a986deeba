// Escapes, accents, Hangul and an emoji are here on purpose: relays must pass them unharmed.
const words = (
  "the bell rings and every flock turns toward home before rain reaches the northern hill while " +
  "careful shepherds count each lamb twice, then close one gate after another. A quiet dog keeps " +
  'watch: nothing moves without its "consent" although wind carries naïve songs from 서울 to the ' +
  "coast 🔔 where lanterns burn all night, and morning finds the path clear again."
).split(" ");

const openings = words.map((word) => JSON.stringify(word));
const followers = words.map((word) => JSON.stringify(` ${word}`));

/**
 * The JSON string literals of `count` tokens of the endless text of a seed, from index `from` on.
 *
 * One token is one word; all but the first of the text start with a space.
 */
export function tokensOf(seed: number, from: number, count: number): string[] {
  const tokens = new Array<string>(count);
  for (let i = 0; i < count; i += 1) {
    const index = scrambled(seed, from + i) % words.length;
    tokens[i] = (from + i === 0 ? openings : followers)[index] ?? '""';
  }
  return tokens;
}

/** The JSON string literal of tokens joined to one text. */
export function joinedTokens(tokens: readonly string[]): string {
  let joined = '"';
  for (const token of tokens) {
    joined += token.slice(1, -1);
  }
  return `${joined}"`;
}

/** The number of tokens in a text that `tokensOf` made. */
export function tokenCountOf(text: string): number {
  const trimmed = text.trim();
  return trimmed === "" ? 0 : trimmed.split(/\s+/).length;
}

/** A 32-bit hash of a text continued from `from` (FNV-1a). */
export function hashOf(text: string, from = 0x811c9dc5): number {
  let hash = from;
  for (let i = 0; i < text.length; i += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  }
  return hash >>> 0;
}

function scrambled(seed: number, index: number): number {
  let hash = Math.imul((seed + Math.imul(index, 0x9e3779b1)) | 0, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35);
  return (hash ^ (hash >>> 13)) >>> 0;
}
