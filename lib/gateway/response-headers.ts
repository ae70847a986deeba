/** The headers that tell a caller who answered, after how many tries, and at what price. */
import {
  type AttemptTrace,
  type CallTrace,
  answeredAttempt,
  callCostNanoUsd,
  rescuedBy,
} from "./call-trace";

/** The id that the log knows the call by. */
export function idHeaders(trace: CallTrace): Record<string, string> {
  return { "x-request-id": trace.id, "x-bellwether-revision": String(trace.revision) };
}

/**
 * All headers of an answer. `streaming` is the attempt that commits now: its cost is not known yet, so it is left out.
 */
export function answerHeaders(trace: CallTrace, streaming?: AttemptTrace): Record<string, string> {
  const headers = {
    ...idHeaders(trace),
    "x-bellwether-attempts": String(trace.attempts.length),
    "x-bellwether-overhead-ms": overheadMs(trace).toFixed(2),
  };
  const answered = streaming ?? answeredAttempt(trace);
  if (answered === undefined) {
    return { ...headers, "x-bellwether-rescued": "false" };
  }
  const cost = streaming === undefined ? callCostNanoUsd(trace) : null;
  const isRescued =
    streaming === undefined
      ? rescuedBy(trace) !== null
      : trace.attempts.length > 1 || trace.plan?.avoided === true;
  return {
    ...headers,
    "x-bellwether-model": answered.target.model,
    "x-bellwether-region": answered.target.region,
    "x-bellwether-provider": answered.target.provider,
    "x-bellwether-rescued": String(isRescued),
    ...(cost === null ? {} : { "x-bellwether-cost-usd": (cost / 1e9).toFixed(9) }),
  };
}

/** Time that the gateway itself took: all but the attempts and the waits between them. */
function overheadMs(trace: CallTrace): number {
  const nowMs = trace.endedMs ?? performance.now();
  const upstreamMs = trace.attempts.reduce(
    (sum, one) => sum + (one.endedMs ?? nowMs) - one.startedMs,
    0,
  );
  return Math.max(0, nowMs - trace.startedMs - upstreamMs - trace.waitedMs);
}
