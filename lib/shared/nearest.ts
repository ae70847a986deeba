/** The names that a person may have meant, nearest first: at most `limit`, each within a third of its length. */
export function nearestNames(
  wanted: string,
  names: Iterable<string>,
  limit = 3,
): readonly string[] {
  const sought = wanted.slice(0, 200).toLowerCase();
  return [...new Set(names)]
    .map((name) => ({ name, distance: closeness(sought, name.toLowerCase()) }))
    .filter(({ name, distance }) => distance <= Math.max(2, name.length / 3))
    .sort((left, right) => left.distance - right.distance)
    .slice(0, limit)
    .map(({ name }) => name);
}

/** A part of a name counts as one typing mistake: `gpt` is near `gpt-4.1`. */
function closeness(sought: string, name: string): number {
  return sought.length >= 3 && (name.includes(sought) || sought.includes(name))
    ? 1
    : editDistance(sought, name);
}

function editDistance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let index = 0; index < left.length; index += 1) {
    const next = [index + 1];
    for (let column = 0; column < right.length; column += 1) {
      const swap = (row[column] ?? 0) + (left[index] === right[column] ? 0 : 1);
      next.push(Math.min(swap, (row[column + 1] ?? 0) + 1, (next[column] ?? 0) + 1));
    }
    row = next;
  }
  return row[right.length] ?? 0;
}
