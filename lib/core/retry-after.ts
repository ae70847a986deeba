/** When a provider wants to be asked again (RFC 9110 §10.2.3; OpenAI's and Azure's `retry-after-ms`; Gemini's body). */

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

const unitMs: Readonly<Record<string, number>> = {
  d: 86_400_000,
  h: 3_600_000,
  m: 60_000,
  s: 1_000,
  ms: 1,
  us: 0.001,
  µs: 0.001,
  ns: 0.000_001,
};

/** RFC 9110 §5.6.7: the fixed form and the two old ones. `Date.parse` alone takes `banana 5` for a day in May. */
const httpDate =
  /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? (?:\d\d[ -][A-Z][a-z]{2}[ -]\d{2,4} \d\d:\d\d:\d\d GMT|[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4})$/;

/**
 * Milliseconds that the provider asks us to wait, or null when it says nothing that can be used.
 *
 * Reads `retry-after-ms`, `x-ms-retry-after-ms`, then `retry-after` as seconds, as a duration (`1m30s`) or as an HTTP
 * date; of several values the longest. Never negative; a date that is past means now, a negative number means nothing.
 */
export function retryAfterMs(headers: Headers, wallClockMs: number): number | null {
  return (
    longest(headers["retry-after-ms"], millisMs) ??
    longest(headers["x-ms-retry-after-ms"], millisMs) ??
    longest(headers["retry-after"], (text) => secondsMs(text) ?? dateMs(text, wallClockMs))
  );
}

/** The length of a duration such as `12ms`, `1.5s` or `6m0s` (Go, protobuf), or null when it is none. */
export function durationMs(text: string): number | null {
  let totalMs = 0;
  let rest = text.trim();
  if (rest === "") {
    return null;
  }
  while (rest !== "") {
    const part = /^(\d+(?:\.\d+)?)(ms|us|µs|ns|[dhms])/.exec(rest);
    const [whole, value, unit] = part ?? [];
    const factorMs = unit === undefined ? undefined : unitMs[unit];
    if (whole === undefined || factorMs === undefined) {
      return null;
    }
    totalMs += Number(value) * factorMs;
    rest = rest.slice(whole.length);
  }
  return bounded(totalMs);
}

/** A plain decimal number ≥ 0, such as `2` or `0.5`, or null: neither `-1` nor `1e9` nor `0x10` is one. */
export function decimal(text: string): number | null {
  return /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : null;
}

function millisMs(text: string): number | null {
  const millis = decimal(text);
  return millis === null ? null : bounded(millis);
}

function secondsMs(text: string): number | null {
  const seconds = decimal(text);
  return seconds === null ? durationMs(text) : bounded(seconds * 1_000);
}

function dateMs(text: string, wallClockMs: number): number | null {
  if (!httpDate.test(text)) {
    return null;
  }
  // The asctime form has no zone and means GMT.
  const atMs = Date.parse(text.endsWith("GMT") ? text : `${text} GMT`);
  return Number.isNaN(atMs) ? null : Math.max(0, Math.round(atMs - wallClockMs));
}

/** The longest of the values of a header, which may have been sent twice or joined by commas, as dates are inside. */
function longest(
  header: string | readonly string[] | undefined,
  read: (text: string) => number | null,
): number | null {
  if (header === undefined) {
    return null;
  }
  let longestMs: number | null = null;
  for (const value of typeof header === "string" ? [header] : header) {
    const wholeMs = read(value.trim());
    const parts = wholeMs === null ? value.split(",").map((part) => read(part.trim())) : [wholeMs];
    for (const ms of parts) {
      longestMs = ms === null ? longestMs : Math.max(ms, longestMs ?? 0);
    }
  }
  return longestMs;
}

/** Sums of digits can exceed what a number counts exactly; such a wait is for ever. */
function bounded(ms: number): number {
  return Math.min(Math.round(ms), Number.MAX_SAFE_INTEGER);
}
