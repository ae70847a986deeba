/** One probe of a model target or of a region: what it asks, and what the answer proves. */
import { type Failure, type Signal, classify } from "../core/classify";
import type { ProbeResult, ProbeVerdict } from "../core/events";
import { retryAfterMs } from "../core/retry-after";
import { isTargetSpecific, reasonOfWords } from "../core/upstream-words";
import {
  type UpstreamErrorBody,
  isProviderFailure,
  readError,
  readPlainAnswer,
} from "../dialects/openai";

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

/**
 * The smallest chat that a model answers.
 *
 * Reasoning models spend their first tokens on thought and refuse `max_tokens`. `low` is the lowest effort that most of
 * them take: those before gpt-5.1 refuse `none`, those after it `minimal`.
 */
export function modelProbeBody(upstreamModel: string, isReasoning: boolean): string {
  const message = { role: "user", content: "health" };
  const shape = isReasoning
    ? { max_completion_tokens: 16, reasoning_effort: "low" }
    : { max_tokens: 1 };
  return JSON.stringify({ model: upstreamModel, messages: [message], ...shape });
}

/** The reason of a passed probe whose own shape the model refused: alive, and to be asked in another way. */
export const probeShape = "probe_shape";

/** What the answer to a model probe proves. `wallClockMs` places a Retry-After that is a date. */
export function modelVerdict(
  answer: ProbeAnswer,
  latencyMs: number,
  wallClockMs = Date.now(),
): ProbeResult {
  const base = { latencyMs, status: answer.status, retryAfterMs: null };
  if (!isSuccess(answer)) {
    const error = readError(parsedOrNull(answer.body));
    const waitMs = retryAfterMs(answer.headers, wallClockMs);
    const { status } = answer;
    const isHtml = answer.body.trimStart().startsWith("<");
    const signal = { kind: "status", status, retryAfterMs: waitMs, error, isHtml } as const;
    return { ...base, ...refusal({ ...signal, shouldRetry: null }, error) };
  }
  const read = readPlainAnswer(answer.body);
  switch (read.kind) {
    case "answer":
      return isProviderFailure(read.finishReason)
        ? { ...base, verdict: "fail", reason: read.finishReason }
        : { ...base, verdict: "pass", reason: null };
    case "error": {
      const detail = "an error inside a 200";
      const { error } = read;
      return { ...base, ...refusal({ kind: "bad_answer", detail, error }, error) };
    }
    case "invalid":
      return { ...base, verdict: "fail", reason: "bad_answer" };
  }
}

/** What `GET /models` proves of a region and a credential. It never closes a breaker. */
export function regionVerdict(
  answer: ProbeAnswer,
  latencyMs: number,
  wallClockMs = Date.now(),
): ProbeResult {
  const { status } = answer;
  const base = { latencyMs, status, retryAfterMs: null, reason: `status_${String(status)}` };
  if (isSuccess(answer)) {
    return { ...base, verdict: "pass", reason: null };
  }
  switch (status) {
    case 401:
      return { ...base, verdict: "credential" };
    case 403:
      return { ...base, verdict: "access" };
    case 429:
      return {
        ...base,
        verdict: "capacity",
        retryAfterMs: retryAfterMs(answer.headers, wallClockMs),
      };
    default:
      // A provider without this address can be reached all the same.
      return { ...base, verdict: status < 500 ? "configuration" : "fail" };
  }
}

const verdictByHealth: Readonly<Record<Failure["health"], ProbeVerdict>> = {
  target: "fail",
  region: "fail",
  credential: "credential",
  quota: "quota",
  access: "access",
  configuration: "configuration",
  capacity: "capacity",
  neutral: "fail",
};

/** A refused probe means what a refused call would, except that its request is our own: a word about that proves life. */
function refusal(
  signal: Signal,
  error: UpstreamErrorBody,
): Pick<ProbeResult, "verdict" | "reason" | "retryAfterMs"> {
  const failure = classify(signal, 0);
  const verdict = refusalVerdict(failure, error);
  const said = failure.status === null ? failure.reason : `status_${String(failure.status)}`;
  const isShape = failure.reason === "bad_request" && verdict === "pass";
  return { verdict, reason: isShape ? probeShape : said, retryAfterMs: failure.retryAfterMs };
}

function refusalVerdict(failure: Failure, error: UpstreamErrorBody): ProbeVerdict {
  const { reason } = failure;
  if (reason === "content_policy") {
    return "pass";
  }
  if (reason === "bad_request") {
    return shapeVerdict(error);
  }
  return reason === "request_over_limit" || isBusy(failure, error)
    ? "capacity"
    : verdictByHealth[failure.health];
}

/** Overloaded by its own word or by 529: alive, and short of room. A 503 may be anything. */
function isBusy({ reason, status }: Failure, error: UpstreamErrorBody): boolean {
  return reason === "overloaded" && (status === 529 || reasonOfWords(error) === "overloaded");
}

function shapeVerdict(error: UpstreamErrorBody): ProbeVerdict {
  if (error.param === "model") {
    return "configuration";
  }
  return error.param !== null || isTargetSpecific(error) ? "pass" : "fail";
}

function isSuccess({ status }: ProbeAnswer): boolean {
  return status >= 200 && status < 300;
}

function parsedOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
