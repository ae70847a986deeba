/** Takes secrets out of texts that providers wrote: they quote keys back at us. */

const keyShapes =
  /\b(?:bw_live_|sk-ant-|sk-proj-|sk-|AIza|gsk_|xai-)[A-Za-z0-9_*-]{6,}|\bBearer\s+[A-Za-z0-9._*-]{8,}/g;

const known = new Set<string>();
const shortestSecret = 6;

/** From now on `secret` itself is taken out too, whatever its shape. */
export function redactAlways(secret: string): void {
  if (secret.length >= shortestSecret) {
    known.add(secret);
  }
}

/** `text` with everything that has the shape of a key, and every secret that is known, replaced. */
export function redact(text: string): string {
  // Postgres takes neither NUL nor half a surrogate pair.
  let clean = text.toWellFormed().replaceAll("\u0000", "").replace(keyShapes, "[redacted]");
  for (const secret of known) {
    if (clean.includes(secret)) {
      clean = clean.replaceAll(secret, "[redacted]");
    }
  }
  return clean;
}
