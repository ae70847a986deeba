/** An attempt under way: ends once, and then the router, the switchboard and the trace all know. */
import type { IncomingHttpHeaders } from "node:http";
import type { Failure } from "../core/classify";
import type { AttemptMove } from "../core/events";
import { readRateLimits } from "../core/rate-limits";
import type { Call } from "./call";
import type { AttemptTrace } from "./call-trace";
import { type CancelReason, Canceller } from "./canceller";
import type { Tally } from "./tally";

export type OpenAttempt = {
  readonly move: AttemptMove;
  readonly trace: AttemptTrace;
  /** Cancelled when the caller left, a person switched the target off, or the router wants the call elsewhere. */
  readonly cancel: Canceller;
  /** The longest Retry-After that is worth waiting for at the same target. */
  readonly retryAfterWaitMs: number;
  readonly sawHead: (headers: IncomingHttpHeaders) => void;
  readonly sawContent: () => void;
  readonly succeed: (tally: Tally) => void;
  readonly fail: (failure: Failure, tally: Tally) => void;
  /** We took it back, or nobody waits for it any more. */
  readonly giveUp: (why: GivenUp, tally: Tally) => void;
};

/** `impatient`: the caller's own time ran out. `diverged`: a continuation told another text. */
export type GivenUp = CancelReason | "impatient" | "diverged" | "not_sent";

/** Begins the attempt of `move`. */
export function beginAttempt({ deps, spec, trace, gone }: Call, move: AttemptMove): OpenAttempt {
  const { router, running } = deps;
  const { attempt, target } = move;
  const cancel = new Canceller();
  const leave = (): void => {
    cancel.cancel("caller_left");
  };
  gone.listen(leave);
  running.begin(attempt, target, cancel);
  const one: AttemptTrace = {
    target,
    entryIndex: move.entryIndex,
    how: move.how,
    startedMs: deps.now(),
    endedMs: null,
    firstTokenMs: null,
    outcome: "cancelled",
    reason: null,
    failure: null,
    tally: null,
    spanId: null,
  };
  trace.attempts.push(one);
  const end = (outcome: AttemptTrace["outcome"], tally: Tally): void => {
    running.end(attempt);
    gone.unlisten(leave);
    one.endedMs = deps.now();
    one.outcome = outcome;
    one.tally = tally;
  };
  return {
    move,
    trace: one,
    cancel,
    retryAfterWaitMs: spec.limits.retryAfterWaitMs,
    sawHead(headers) {
      router.head(attempt, readRateLimits(headers, Date.now()));
    },
    sawContent() {
      one.firstTokenMs = deps.now();
      running.sawContent(attempt);
      router.firstContent(attempt);
    },
    succeed(tally) {
      end("succeeded", tally);
      const outputTokens = tally.usage?.completionTokens ?? null;
      router.end(attempt, { kind: "success", outputTokens, isPlain: tally.isPlain });
    },
    fail(failure, tally) {
      end("failed", tally);
      one.failure = failure;
      one.reason = failure.reason;
      deps.oddAnswers.note(target.id, failure);
      router.end(attempt, { kind: "failure", failure });
    },
    giveUp(why, tally) {
      end("cancelled", tally);
      one.reason = why;
      router.end(
        attempt,
        why === "migrated" || why === "switched_off"
          ? { kind: "withdrawn", why }
          : { kind: "cancelled" },
      );
    },
  };
}
