/**
 * The number that somebody typed, its thousands with or without commas; null for nothing. What is none is -1, which the
 * server refuses by the field's bounds: a comma before decimals would otherwise make another number of it.
 */
export function typedNumber(typed: string): number | null {
  const text = typed.trim();
  if (text === "") {
    return null;
  }
  const isGrouped = /^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$/.test(text);
  const value = Number(isGrouped ? text.replaceAll(",", "") : text);
  return Number.isFinite(value) ? value : -1;
}
