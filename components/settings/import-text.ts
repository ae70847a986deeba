import { isReference } from "@/lib/config/secret-names";

const secretName = /key|token|secret|auth|cookie|password/i;
/** Of what stands before a colon only its end is looked at: a word may have megabytes. */
const longestName = 200;
const secretWord = /\b(?:sk-|bw_(?:live|demo)_)/;
/** What an exported file says of a secret that stays as it is. */
const keptWord = "kept";

/** Whether a configuration may hold a key in the clear: rather too often than too seldom. */
export function mayHoldSecret(text: string): boolean {
  return secretWord.test(text) || text.split(/\n|[{},]/).some(namesSecret);
}

function namesSecret(part: string): boolean {
  const pieces = part.split(":");
  return pieces.slice(0, -1).some((piece, index) => {
    const [, name = ""] = /([\w.-]*)["']?[ \t]*$/.exec(piece.slice(-longestName)) ?? [];
    return secretName.test(name) && !isHarmless(name, pieces.slice(index + 1).join(":"));
  });
}

function isHarmless(name: string, rest: string): boolean {
  const value = rest.replace(/\s#.*$/, "").replace(/[\s"'\]]/g, "");
  return (
    (name === "keys" && /^\[?$/.test(value)) ||
    value === keptWord ||
    isReference(value) ||
    /^(?:\d+(?:\.\d+)?|true|false|null|~)$/.test(value)
  );
}
