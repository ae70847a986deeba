/** What the wire would have said of an attempt that went wrong. */
import { type Failure, type Signal, classify } from "../core/classify";
import type { ProbeResult, ProbeVerdict } from "../core/events";
import type { TimeoutPhase } from "./running";
import type { Fate, FateEnd } from "./upstream";

/** The failure of an attempt that ended by itself, `elapsedMs` after its start; null when it is an answer. */
export function failureOf(
  end: FateEnd,
  elapsedMs: number,
  retryAfterWaitMs: number,
): Failure | null {
  const signal = signalOf(end, elapsedMs);
  return signal === null ? null : classify(signal, retryAfterWaitMs);
}

/** The failure of an attempt that a timer ended. */
export function timeoutFailure(phase: TimeoutPhase, retryAfterWaitMs: number): Failure {
  return classify({ kind: "timeout", phase }, retryAfterWaitMs);
}

function signalOf(end: FateEnd, elapsedMs: number): Signal | null {
  switch (end.kind) {
    case "answer":
      return null;
    case "transport":
      return { kind: "transport", code: end.code, elapsedMs };
    case "cut":
      return { kind: "interrupted", detail: "the answer broke off" };
    case "garbage":
      return { kind: "bad_answer", detail: "not JSON", error: null };
    case "status":
      return {
        kind: "status",
        status: end.status,
        retryAfterMs: end.retryAfterMs,
        error: { code: end.code, type: "", message: "", param: null },
        isHtml: false,
        shouldRetry: null,
      };
  }
}

const verdictByStatus: ReadonlyMap<number, ProbeVerdict> = new Map<number, ProbeVerdict>([
  [429, "capacity"],
  [529, "capacity"],
  [401, "credential"],
  [402, "quota"],
  [403, "access"],
  [404, "configuration"],
]);

/** What a probe found that met `fate` under a limit of `timeoutMs`. */
export function probeResult(
  fate: Fate,
  timeoutMs: number,
): { afterMs: number; result: ProbeResult } {
  const afterMs = Math.min(fate.endMs, timeoutMs);
  const said = { latencyMs: Math.round(afterMs), retryAfterMs: null, reason: null };
  if (fate.endMs > timeoutMs) {
    return { afterMs, result: { ...said, verdict: "fail", status: null, reason: "timeout" } };
  }
  switch (fate.end.kind) {
    case "answer":
      return { afterMs, result: { ...said, verdict: "pass", status: 200 } };
    case "status": {
      const { status, retryAfterMs } = fate.end;
      const verdict = verdictByStatus.get(status) ?? (status === 400 ? "pass" : "fail");
      return { afterMs, result: { ...said, verdict, status, retryAfterMs } };
    }
    case "transport":
    case "cut":
    case "garbage":
      return { afterMs, result: { ...said, verdict: "fail", status: null, reason: fate.end.kind } };
  }
}

/** What `GET /models` of a region found; `status` null: nobody answered. */
export function regionResult(
  status: number | null,
  timeoutMs: number,
): { afterMs: number; result: ProbeResult } {
  const afterMs = status === null ? timeoutMs : 80;
  const said = { latencyMs: afterMs, status, retryAfterMs: null, reason: null };
  if (status === 200) {
    return { afterMs, result: { ...said, verdict: "pass" } };
  }
  const verdict = status === 401 ? "credential" : "fail";
  return { afterMs, result: { ...said, verdict } };
}
