/** One probe of a model target or of a region, on connections of its own. */
import type { ProbeResult } from "../core/health";
import { retryAfterMs } from "../core/retry-after";
import { readError, readPlainAnswer } from "../dialects/openai";

export type ProbeRequest = {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  readonly timeoutMs: number;
};

export type ProbeAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: string;
};

/** The smallest chat that a model answers. */
export function modelProbeBody(upstreamModel: string, isReasoning: boolean): string {
  const message = { role: "user", content: "health" };
  // Reasoning models spend their first tokens on thought and refuse `max_tokens`.
  const limit = isReasoning ? { max_completion_tokens: 16 } : { max_tokens: 1 };
  return JSON.stringify({ model: upstreamModel, messages: [message], ...limit });
}

/**
 * What the answer to a model probe proves. 429 and 529 are signs of life; a 400 about the probe's own shape is one too.
 */
export function modelVerdict(answer: ProbeAnswer, latencyMs: number): ProbeResult {
  const base = { latencyMs, status: answer.status, reason: null, retryAfterMs: null };
  if (answer.status === 200) {
    return readPlainAnswer(answer.body).kind === "answer"
      ? { ...base, verdict: "pass" }
      : { ...base, verdict: "fail", reason: "bad_answer" };
  }
  if (answer.status === 429 || answer.status === 529) {
    return {
      ...base,
      verdict: "neutral",
      reason: "rate_limited",
      retryAfterMs: retryAfterMs(answer.headers, Date.now()),
    };
  }
  if (answer.status === 400 && readError(parsedOrNull(answer.body)).param !== null) {
    return { ...base, verdict: "pass" };
  }
  return { ...base, verdict: "fail", reason: `status_${String(answer.status)}` };
}

/** What `GET /models` proves of a region: that it is there and takes the credential. It never closes a breaker. */
export function regionVerdict(answer: ProbeAnswer, latencyMs: number): ProbeResult {
  const base = { latencyMs, status: answer.status, retryAfterMs: null };
  return answer.status >= 200 && answer.status < 300
    ? { ...base, verdict: "pass", reason: null }
    : { ...base, verdict: "fail", reason: `status_${String(answer.status)}` };
}

function parsedOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
