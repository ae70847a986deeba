/** What is remembered of one call while it runs. */
import type { Failure } from "../core/classify";
import type { AttemptHow } from "../core/events";
import type { Plan } from "../core/plan";
import type { Target } from "../core/types";
import type { Usage } from "../dialects/openai";
import { costNanoUsd } from "../pricing/cost";
import type { GatewayError } from "../shared/errors";
import { uuidV7 } from "../shared/uuid";
import type { CallBody } from "./call-body";
import { type CallerNotes, noNotes } from "./caller-notes";
import type { ChatRequest } from "./chat-request";
import type { GatewayDeps } from "./deps";
import type { CallUse, Ticket } from "./limits/limiter";
import type { AppKey } from "./live";
import { type Tally, countedTokens, estimatedTokens } from "./tally";
import type { TraceContext } from "./traces/context";

export type AttemptTrace = {
  readonly target: Target;
  readonly entryIndex: number;
  readonly how: AttemptHow;
  readonly startedMs: number;
  endedMs: number | null;
  firstTokenMs: number | null;
  outcome: "succeeded" | "failed" | "cancelled";
  /** Why it did not succeed. */
  reason: string | null;
  failure: Failure | null;
  tally: Tally | null;
  /** Its id in the trace, once somebody was told; null: not yet. */
  spanId: string | null;
};

export type CallTrace = {
  readonly id: string;
  readonly startedMs: number;
  readonly startedWallMs: number;
  revision: number;
  notes: CallerNotes;
  key: AppKey | null;
  /** The limits of the key; null for a key without any. */
  ticket: Ticket | null;
  request: ChatRequest | null;
  route: string | null;
  plan: Plan | null;
  /** ISO 8601, once the log has asked for it. */
  startedAt: string | null;
  /** Of the plan in the log, once it is there. */
  planHash: string | null;
  readonly attempts: AttemptTrace[];
  /** The attempt whose answer goes to the caller; after a resumption the one that goes on with it. */
  answering: AttemptTrace | null;
  /** When the caller's first content was there. */
  firstTokenMs: number | null;
  /** Of an answer that was put together from several: as if one had given it. */
  joinedUsage: Usage | null;
  /** Time in which the call waited for nobody but the clock. */
  waitedMs: number;
  error: GatewayError | null;
  endedMs: number | null;
  /** The log has its record. */
  isRecorded: boolean;
  /** What it sent and got, where its route keeps that; null: nothing of it is kept. */
  body: CallBody | null;
  /** Its place in a trace; null while its caller is unknown, and where nothing is traced. */
  context: TraceContext | null;
};

/** The trace of a call that begins now. */
export function beginTrace(deps: GatewayDeps): CallTrace {
  const startedWallMs = Date.now();
  return {
    id: uuidV7(startedWallMs),
    startedMs: deps.now(),
    startedWallMs,
    revision: deps.live.snapshot().revision,
    notes: noNotes,
    key: null,
    ticket: null,
    request: null,
    route: null,
    plan: null,
    startedAt: null,
    planHash: null,
    attempts: [],
    answering: null,
    firstTokenMs: null,
    joinedUsage: null,
    waitedMs: 0,
    error: null,
    endedMs: null,
    isRecorded: false,
    body: null,
    context: null,
  };
}

export type RescuedBy = "retry" | "sibling" | "fallback" | "resume" | "avoidance";

/** How the call came to its answer although its first choice did not give it; null when nothing was in the way. */
export function rescuedBy({
  answering,
  attempts,
  plan,
}: Pick<CallTrace, "answering" | "attempts" | "plan">): RescuedBy | null {
  if (answering === null) {
    return null;
  }
  if (answering.how === "resume") {
    return "resume";
  }
  const others = attempts.filter((one) => one !== answering);
  if (others.length === 0) {
    // Where nobody is well, the one that is due back first is asked, wherever it stands.
    const isElsewhere = answering.target.id !== plan?.candidates[0]?.target.id;
    const isAvoided = plan?.avoided === true || (answering.how === "panic" && isElsewhere);
    return isAvoided ? "avoidance" : null;
  }
  if (others.some((one) => one.target.id === answering.target.id)) {
    return "retry";
  }
  return others.some((one) => one.target.pair === answering.target.pair) ? "sibling" : "fallback";
}

/** The usage that the provider told, or what was counted where it generated without telling; else null. */
export function usageOf({ request }: CallTrace, { tally }: AttemptTrace): Usage | null {
  if (tally === null) {
    return null;
  }
  if (tally.usage !== null || tally.chars === 0) {
    return tally.usage;
  }
  return {
    promptTokens: estimatedTokens(request?.promptChars ?? 0),
    completionTokens: countedTokens(tally.chars, tally.pieces),
    cachedTokens: 0,
  };
}

/** What one attempt was billed; null when that is unknown. */
export function attemptCostNanoUsd(trace: CallTrace, one: AttemptTrace): number | null {
  return costNanoUsd(one.target.price, usageOf(trace, one));
}

/** What the call cost so far: the sum of its attempts that were billed; null when none could be priced. */
export function callCostNanoUsd(trace: CallTrace): number | null {
  return sumOfKnown(trace.attempts.map((one) => attemptCostNanoUsd(trace, one)));
}

/** The sum of what is known; null when nothing is. */
export function sumOfKnown(costs: readonly (number | null)[]): number | null {
  const known = costs.filter((cost) => cost !== null);
  return known.length === 0 ? null : known.reduce((sum, cost) => sum + cost, 0);
}

/** What the call has used of its key's limits. */
export function callUse(trace: CallTrace): CallUse {
  const { answering, attempts, error } = trace;
  const usages = attempts.map((one) => usageOf(trace, one));
  const last = answering?.tally?.usage ?? null;
  return {
    tokens: usages.reduce(
      (sum, usage) => sum + (usage === null ? 0 : usage.promptTokens + usage.completionTokens),
      0,
    ),
    costNanoUsd: callCostNanoUsd(trace) ?? 0,
    answer:
      answering === null || last === null || error !== null
        ? null
        : { model: answering.target.model, tokens: last.completionTokens },
  };
}

/** Whether the key's money suffices for the attempt that begins now, beside what the others before it were billed. */
export function affordsAnother(trace: CallTrace): boolean {
  return (
    trace.ticket === null ||
    trace.attempts.length < 2 ||
    trace.ticket.affords(callCostNanoUsd(trace) ?? 0)
  );
}
