import { isReference } from "@/lib/config/secret-names";

const secretName =
  /["']?([\w.-]*(?:key|token|secret|auth|cookie|password)[\w.-]*)["']?[ \t]*:(.*)/i;
const secretWord = /\b(?:sk-|bw_(?:live|demo)_)/;
/** What an exported file says of a secret that stays as it is. */
const keptWord = "kept";

/** Whether a configuration may hold a key in the clear: rather too often than too seldom. */
export function mayHoldSecret(text: string): boolean {
  return (
    secretWord.test(text) ||
    text
      .split(/\n|[{},]/)
      .map((part) => secretName.exec(part))
      .some((found) => found !== null && !isHarmless(found[1] ?? "", found[2] ?? ""))
  );
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
