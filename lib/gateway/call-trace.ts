/** What is remembered of one call while it runs, and the rows that it becomes in the log. */
import type { Failure } from "../core/classify";
import type { Plan } from "../core/plan";
import type { Target } from "../core/types";
import type { Usage } from "../dialects/openai";
import { costNanoUsd } from "../pricing/cost";
import { type GatewayError, errorCatalog } from "../shared/errors";
import { uuidV7 } from "../shared/uuid";
import type { AttemptRecord, CallRecord } from "../store/call-log";
import type { ChatRequest } from "./chat-request";
import type { GatewayDeps } from "./deps";
import type { AppKey } from "./live";
import { redact } from "./redact";

export type AttemptTrace = {
  readonly target: Target;
  readonly entryIndex: number;
  readonly how: "first" | "retry" | "next" | "panic";
  readonly startedMs: number;
  endedMs: number | null;
  firstTokenMs: number | null;
  outcome: AttemptRecord["outcome"];
  /** As it counted for the target's health. */
  failure: Failure | null;
  usage: Usage | null;
  contentChars: number;
};

export type CallTrace = {
  readonly id: string;
  readonly startedMs: number;
  readonly startedWallMs: number;
  readonly revision: number;
  key: AppKey | null;
  request: ChatRequest | null;
  route: string | null;
  plan: Plan | null;
  readonly attempts: AttemptTrace[];
  /** Time before the first byte went to a provider and after the answer was here. */
  waitedMs: number;
  error: GatewayError | null;
  endedMs: number | null;
};

const maxErrorChars = 300;
/** Where a provider sends no usage: characters per token of usual text. */
const charsPerToken = 4;

/** The trace of a call that begins now. */
export function beginTrace(deps: GatewayDeps): CallTrace {
  const startedWallMs = Date.now();
  return {
    id: uuidV7(startedWallMs),
    startedMs: deps.now(),
    startedWallMs,
    revision: deps.live.snapshot().revision,
    key: null,
    request: null,
    route: null,
    plan: null,
    attempts: [],
    waitedMs: 0,
    error: null,
    endedMs: null,
  };
}

/** The attempt that answered, when one did. */
export function answeredAttempt(trace: CallTrace): AttemptTrace | undefined {
  const last = trace.attempts.at(-1);
  return last?.outcome === "succeeded" ? last : undefined;
}

/** How a served call was rescued; null when its first choice answered at once. */
export function rescuedBy(trace: CallTrace): CallRecord["rescued_by"] {
  const answered = answeredAttempt(trace);
  if (answered === undefined) {
    return null;
  }
  const failed = trace.attempts.filter((one) => one !== answered);
  if (failed.length === 0) {
    return trace.plan?.avoided === true ? "avoidance" : null;
  }
  if (failed.some((one) => one.target.pair === answered.target.pair)) {
    return failed.some((one) => one.target.id === answered.target.id) ? "retry" : "sibling";
  }
  return "fallback";
}

/** The place in the chain of the first target that was enabled, allowed and capable. */
function firstEligible(trace: CallTrace): { entryIndex: number; region: string } | undefined {
  const first = trace.plan?.candidates[0];
  return first && { entryIndex: first.entryIndex, region: first.target.region };
}

/** What the call cost so far: the sum of its attempts that were billed; null when none could be priced. */
export function callCostNanoUsd(trace: CallTrace): number | null {
  const costs = trace.attempts
    .map((one) => costNanoUsd(one.target.price, usageOf(trace, one)))
    .filter((cost) => cost !== null);
  return costs.length === 0 ? null : costs.reduce((sum, cost) => sum + cost, 0);
}

/** The usage that the provider told, or an estimate where it answered without telling. */
function usageOf(trace: CallTrace, one: AttemptTrace): Usage | null {
  if (one.usage !== null || one.contentChars === 0) {
    return one.usage;
  }
  return {
    promptTokens: Math.ceil((trace.request?.promptChars ?? 0) / charsPerToken),
    completionTokens: Math.ceil(one.contentChars / charsPerToken),
    cachedTokens: 0,
  };
}

/**
 * Hands the finished call to the log; never throws and never waits. A stranger's call leaves no row: a flood of bad keys
 * must not become a flood of writes.
 */
export function recordCall(deps: GatewayDeps, trace: CallTrace): void {
  if (trace.key === null) {
    return;
  }
  const endedMs = trace.endedMs ?? deps.now();
  deps.log.record({
    call: callRecord(deps, trace, endedMs),
    attempts: trace.attempts.map((one, index) => attemptRecord(trace, one, index, endedMs)),
    plan: trace.plan?.entries ?? [],
  });
}

function callRecord(
  deps: GatewayDeps,
  trace: CallTrace,
  endedMs: number,
): Omit<CallRecord, "plan_hash"> {
  const answered = answeredAttempt(trace);
  const last = trace.attempts.at(-1);
  const first = firstEligible(trace);
  const usage = last === undefined ? null : usageOf(trace, last);
  const { error } = trace;
  const upstreamMs = trace.attempts.reduce(
    (sum, one) => sum + (one.endedMs ?? endedMs) - one.startedMs,
    0,
  );
  return {
    id: trace.id,
    started_at: new Date(trace.startedWallMs).toISOString(),
    node_id: deps.nodeId,
    key_id: trace.key?.id ?? null,
    demo: trace.key?.demo ?? false,
    route: trace.route,
    asked_model: trace.request?.model ?? null,
    model: last?.target.model ?? null,
    provider: last?.target.provider ?? null,
    region: last?.target.region ?? null,
    outcome: error === null ? "served" : errorCatalog[error.code].outcome,
    status: error === null ? 200 : error.status,
    error_code: error?.code ?? null,
    error_message: error === null ? null : error.message.slice(0, maxErrorChars),
    stream: trace.request?.stream ?? false,
    rescued_by: error === null ? rescuedBy(trace) : null,
    fallback: answered !== undefined && answered.entryIndex > (first?.entryIndex ?? 0),
    region_switch:
      answered !== undefined &&
      answered.entryIndex === first?.entryIndex &&
      answered.target.region !== first.region,
    attempts: trace.attempts.length,
    total_ms: Math.round(endedMs - trace.startedMs),
    ttft_ms: firstTokenMs(trace),
    overhead_us: Math.max(
      0,
      Math.round((endedMs - trace.startedMs - upstreamMs - trace.waitedMs) * 1_000),
    ),
    prompt_tokens: usage?.promptTokens ?? null,
    completion_tokens: usage?.completionTokens ?? null,
    cached_tokens: usage?.cachedTokens ?? null,
    tokens_estimated: usage !== null && last?.usage === null,
    cost_nano_usd: callCostNanoUsd(trace),
    revision: trace.revision,
  };
}

function firstTokenMs(trace: CallTrace): number | null {
  const at = trace.attempts.at(-1)?.firstTokenMs ?? null;
  return at === null ? null : Math.round(at - trace.startedMs);
}

function attemptRecord(
  trace: CallTrace,
  one: AttemptTrace,
  index: number,
  endedMs: number,
): AttemptRecord {
  const startedWallMs = trace.startedWallMs + (one.startedMs - trace.startedMs);
  const { failure, target } = one;
  return {
    id: uuidV7(startedWallMs),
    call_id: trace.id,
    seq: index + 1,
    started_at: new Date(startedWallMs).toISOString(),
    demo: trace.key?.demo ?? false,
    target_id: target.id,
    provider: target.provider,
    region: target.region,
    model: target.model,
    outcome: one.outcome,
    reason: failure?.reason ?? null,
    status: failure === null ? null : failure.status,
    error: failure === null ? null : redact(failure.message).slice(0, maxErrorChars),
    health: one.outcome === "succeeded" || failure?.health === "failure",
    ttft_ms: one.firstTokenMs === null ? null : Math.round(one.firstTokenMs - one.startedMs),
    duration_ms: Math.round((one.endedMs ?? endedMs) - one.startedMs),
    cost_nano_usd: costNanoUsd(target.price, usageOf(trace, one)),
  };
}
