/** `chain` with the entry at `from` at the place `to`; the same chain when the place does not exist. */
export function reordered(chain: readonly string[], from: number, to: number): readonly string[] {
  const entry = chain[from];
  if (entry === undefined || to < 0 || to >= chain.length || from === to) {
    return chain;
  }
  const rest = chain.filter((_, index) => index !== from);
  return [...rest.slice(0, to), entry, ...rest.slice(to)];
}

/** `chain` with `model` in it: above the last resort, or behind an only one. */
export function withModel(chain: readonly string[], model: string): readonly string[] {
  const place = chain.length < 2 ? chain.length : chain.length - 1;
  return chain.includes(model) ? chain : [...chain.slice(0, place), model, ...chain.slice(place)];
}

/** `chain` with `model` as its last. */
export function withLast(chain: readonly string[], model: string): readonly string[] {
  return [...chain.filter((one) => one !== model), model];
}

export function isSameOrder(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((entry, index) => entry === b[index]);
}

/** How many entries stand at another place than before, came, or went. */
export function movedCount(before: readonly string[], after: readonly string[]): number {
  const gone = before.filter((entry) => !after.includes(entry)).length;
  return gone + after.filter((entry, index) => before[index] !== entry).length;
}
