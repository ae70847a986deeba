/**
 * Which series are hidden after a press on `key`: the first press shows it alone, a press on the only one shows all, any
 * other shows or hides it. Never all of them.
 */
export function hiddenAfter(
  hidden: ReadonlySet<string>,
  key: string,
  keys: readonly string[],
): ReadonlySet<string> {
  const shown = keys.filter((one) => !hidden.has(one));
  const isAlone = shown.length === 1 && shown[0] === key;
  if (isAlone) {
    return new Set();
  }
  if (shown.length === keys.length) {
    return new Set(keys.filter((one) => one !== key));
  }
  const next = new Set(hidden);
  if (!next.delete(key)) {
    next.add(key);
  }
  return next;
}
