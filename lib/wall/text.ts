// Escapes, accents, Hangul and an emoji are here on purpose: relays must pass them unharmed.
const words = (
  "the bell rings and every flock turns toward home before rain reaches the northern hill while " +
  "careful shepherds count each lamb twice, then close one gate after another. A quiet dog keeps " +
  'watch: nothing moves without its "consent" although wind carries naïve songs from 서울 to the ' +
  "coast 🔔 where lanterns burn all night, and morning finds the path clear again."
).split(" ");

const openings = words.map(jsonEscaped);
const followers = words.map((word) => jsonEscaped(` ${word}`));

/** A text as it stands between the quotes of a JSON string. */
export function jsonEscaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/**
 * The JSON-escaped text of `count` tokens of the endless text of a seed, from index `from` on.
 *
 * One token is one word; all but the first of the text start with a space.
 */
export function tokensOf(seed: number, from: number, count: number): string[] {
  const tokens: string[] = [];
  for (let i = 0; i < count; i += 1) {
    const index = scrambled(seed, from + i) % words.length;
    tokens.push((from + i === 0 ? openings : followers)[index] ?? "");
  }
  return tokens;
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
  let hash = Math.imul((seed | 0) + Math.imul(index, 0x9e3779b1), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35);
  // 31 bits: V8 divides such numbers as integers.
  return (hash ^ (hash >>> 13)) >>> 1;
}
