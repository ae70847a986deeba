/** JSON as PostgreSQL takes it. */

const unstorable = /\\u(?:0000|d[89a-f][0-9a-f]{2})/gi;

/**
 * `json`, as `JSON.stringify` wrote it, without NUL and halves of surrogate pairs, which PostgreSQL refuses in texts; each
 * becomes the sign for an unreadable character.
 */
export function storable(json: string): string {
  return json.includes("\\u") ? json.replace(unstorable, "\\ufffd") : json;
}
