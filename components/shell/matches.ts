import { getChoseong } from "es-hangul";

const onlyInitials = /^[ㄱ-ㅎ]+$/;

/**
 * How well `text` is what somebody looks for with `query`: 0 not at all, 1 when it begins with it. Every word of the query has
 * to be there; Korean initials stand for their syllables (`ㅁㄷ` finds 모델).
 */
export function matchScore(text: string, query: string): number {
  const have = text.toLowerCase();
  const words = query.toLowerCase().trim().split(/\s+/);
  if (!words.every((word) => have.includes(word) || hasInitials(have, word))) {
    return 0;
  }
  const [first = ""] = words;
  if (have.startsWith(first)) {
    return 1;
  }
  return new RegExp(`[\\s/.:-]${escaped(first)}`).test(have) ? 0.8 : 0.5;
}

function hasInitials(text: string, word: string): boolean {
  return onlyInitials.test(word) && getChoseong(text).replaceAll(" ", "").includes(word);
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
