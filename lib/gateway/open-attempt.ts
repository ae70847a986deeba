/** An attempt under way: ends once, and then the healer, the switchboard and the trace all know. */
import type { CallCourse } from "../core/call";
import type { Failure } from "../core/classify";
import type { Candidate } from "../core/plan";
import type { Usage } from "../dialects/openai";
import type { AttemptTrace, CallTrace } from "./call-trace";
import type { GatewayDeps } from "./deps";
import type { RunningAttempts } from "./running";

export type Told = { readonly usage: Usage | null; readonly contentChars: number };

export type OpenAttempt = {
  readonly trace: AttemptTrace;
  /** Fires when the caller left or a person switched the target off. */
  readonly signal: AbortSignal;
  sawFirstToken(atMs: number): void;
  succeed(told: Told): void;
  fail(failure: Failure, told?: Told): void;
  cancel(told?: Told): void;
};

/** Begins an attempt of `trace`'s call at `candidate`. */
export function beginAttempt(
  deps: GatewayDeps & { readonly running: RunningAttempts },
  trace: CallTrace,
  candidate: Candidate,
  how: AttemptTrace["how"],
  gone: AbortSignal,
): OpenAttempt {
  const { target, entryIndex } = candidate;
  const running = deps.running.begin(target, gone);
  const ticket = deps.healer.begin(target);
  const one: AttemptTrace = {
    target,
    entryIndex,
    how,
    startedMs: deps.now(),
    endedMs: null,
    firstTokenMs: null,
    outcome: "cancelled",
    failure: null,
    usage: null,
    contentChars: 0,
  };
  trace.attempts.push(one);
  const end = (outcome: AttemptTrace["outcome"], told: Told | undefined): void => {
    running.end();
    one.endedMs = deps.now();
    one.outcome = outcome;
    one.usage = told?.usage ?? null;
    one.contentChars = told?.contentChars ?? 0;
  };
  return {
    trace: one,
    signal: running.signal,
    sawFirstToken(atMs) {
      one.firstTokenMs = atMs;
      deps.healer.apply({ type: "first_token", target, ttftMs: atMs - one.startedMs });
    },
    succeed(told) {
      end("succeeded", told);
      deps.healer.end(target, ticket, { kind: "success" });
    },
    fail(failure, told) {
      end("failed", told);
      one.failure = failure;
      deps.healer.end(target, ticket, { kind: "failure", failure });
    },
    cancel(told) {
      end("cancelled", told);
      deps.healer.end(target, ticket, { kind: "cancelled" });
    },
  };
}

/**
 * `failure` as it counts for the target's health: once per call and target, and for an early reset only when the
 * second try fails too, because the socket may just have been stale.
 */
export function onceCounted(course: CallCourse, targetId: string, failure: Failure): Failure {
  const before = course.tried.filter((one) => one.target.id === targetId);
  const wasStale = before.every((one) => one.failure.reason === "reset_early");
  const isRepeat = before.length > 0 && !wasStale;
  const mayBeStale = before.length === 0 && failure.reason === "reset_early";
  return failure.health === "failure" && (isRepeat || mayBeStale)
    ? { ...failure, health: "neutral" }
    : failure;
}
