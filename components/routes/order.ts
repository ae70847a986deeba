/** `chain` with the entry at `from` at the place `to`; the same chain when the place does not exist. */
export function reordered(chain: readonly string[], from: number, to: number): readonly string[] {
  const entry = chain[from];
  if (entry === undefined || to < 0 || to >= chain.length || from === to) {
    return chain;
  }
  const rest = chain.filter((_, index) => index !== from);
  return [...rest.slice(0, to), entry, ...rest.slice(to)];
}

export function isSameOrder(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((entry, index) => entry === b[index]);
}

/** How many entries stand at another place than before. */
export function movedCount(before: readonly string[], after: readonly string[]): number {
  return after.filter((entry, index) => before[index] !== entry).length;
}
