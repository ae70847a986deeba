/** When a provider wants to be asked again (RFC 9110 §10.2.3; OpenAI's and Azure's `retry-after-ms`). */

type Headers = Readonly<Record<string, string | undefined>>;

/**
 * Milliseconds that the provider asks us to wait, or null when it says nothing that can be used.
 *
 * Reads `retry-after-ms`, `x-ms-retry-after-ms`, then `retry-after` as seconds or as an HTTP date. Never negative.
 */
export function retryAfterMs(headers: Headers, wallClockMs: number): number | null {
  for (const name of ["retry-after-ms", "x-ms-retry-after-ms"]) {
    const millis = Number(headers[name] ?? Number.NaN);
    if (Number.isFinite(millis)) {
      return Math.max(0, Math.round(millis));
    }
  }
  const value = headers["retry-after"]?.trim() ?? "";
  if (value === "") {
    return null;
  }
  const seconds = Number(value);
  if (Number.isFinite(seconds)) {
    return Math.max(0, Math.round(seconds * 1_000));
  }
  const atMs = Date.parse(value);
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - wallClockMs);
}
