/** The rows that a finished call becomes in the log. */
import { type GatewayError, errorCatalog } from "../shared/errors";
import { isoAt } from "../shared/iso";
import { uuidV7 } from "../shared/uuid";
import type { AttemptRecord, CallRecord } from "../store/call-log";
import { callFlow } from "./call-flow";
import {
  type AttemptTrace,
  type CallTrace,
  attemptCostNanoUsd,
  callCostNanoUsd,
  rescuedBy,
  usageOf,
} from "./call-trace";
import type { CallerNotes } from "./caller-notes";
import type { GatewayDeps } from "./deps";
import { redact } from "./redact";

const maxErrorChars = 300;
const done = Promise.resolve();

/**
 * Tells the log that the call's first attempt is about to go out; never throws and never waits. A stranger's call leaves no
 * record: a flood of bad keys must not become a flood of writes.
 */
export function recordBegin(deps: GatewayDeps, trace: CallTrace): void {
  if (trace.key === null) {
    return;
  }
  trace.planHash = deps.log.planHash(trace.plan?.entries ?? []);
  deps.log.begin({
    id: trace.id,
    started_at: isoOf(trace, trace.startedWallMs),
    node_id: deps.nodeId,
    key_id: trace.key.id,
    demo: trace.key.demo,
    route: trace.route,
    asked_model: trace.request?.model ?? null,
    stream: trace.request?.stream ?? false,
    revision: trace.revision,
    plan_hash: trace.planHash,
    metadata: trace.notes.metadata,
  });
}

/**
 * Hands the ended call to the log, once, and resolves when its last byte may go to the caller: what is acknowledged has its
 * record. Calls that end in one turn of the event loop share a write, at the end of it. Never rejects.
 */
export function recordCall(deps: GatewayDeps, trace: CallTrace): Promise<void> {
  if (trace.key === null || trace.isRecorded) {
    return done;
  }
  trace.isRecorded = true;
  const endedMs = trace.endedMs ?? deps.now();
  const counted = countedFailures(trace.attempts);
  return deps.log.record({
    call: callRecord(deps, trace, endedMs),
    attempts: trace.attempts.map((one, index) =>
      attemptRecord(trace, one, { seq: index + 1, health: counted.has(one), endedMs }),
    ),
  });
}

/** ISO 8601 of `wallMs`; nearly always the call's own start, which is written out once. */
function isoOf(trace: CallTrace, wallMs: number): string {
  if (Math.floor(wallMs) !== trace.startedWallMs) {
    return isoAt(wallMs);
  }
  trace.startedAt ??= isoAt(wallMs);
  return trace.startedAt;
}

function callRecord(deps: GatewayDeps, trace: CallTrace, endedMs: number): CallRecord {
  const { error, answering } = trace;
  const last = answering ?? trace.attempts.at(-1);
  const first = trace.plan?.candidates[0];
  const { served, isFallback, isRegionSwitch } = callFlow(trace);
  const usage = trace.joinedUsage ?? (last === undefined ? null : usageOf(trace, last));
  return {
    id: trace.id,
    started_at: isoOf(trace, trace.startedWallMs),
    node_id: deps.nodeId,
    key_id: trace.key?.id ?? null,
    demo: trace.key?.demo ?? false,
    route: trace.route,
    asked_model: trace.request?.model ?? null,
    model: last?.target.model ?? null,
    provider: last?.target.provider ?? null,
    region: last?.target.region ?? null,
    first_provider: first?.target.provider ?? null,
    first_region: first?.target.region ?? null,
    first_model: first?.target.model ?? null,
    ...outcomeFields(error, trace.notes),
    stream: trace.request?.stream ?? false,
    rescued_by: served === null ? null : rescuedBy(trace),
    fallback: isFallback,
    region_switch: isRegionSwitch,
    attempts: trace.attempts.length,
    total_ms: Math.round(endedMs - trace.startedMs),
    ttft_ms: trace.firstTokenMs === null ? null : Math.round(trace.firstTokenMs - trace.startedMs),
    overhead_us: Math.max(0, Math.round(overheadMs(trace, endedMs) * 1_000)),
    prompt_tokens: usage?.promptTokens ?? null,
    completion_tokens: usage?.completionTokens ?? null,
    cached_tokens: usage?.cachedTokens ?? null,
    tokens_estimated: usage !== null && (trace.joinedUsage !== null || last?.tally?.usage === null),
    cost_nano_usd: callCostNanoUsd(trace),
    revision: trace.revision,
    plan_hash: trace.planHash ?? deps.log.planHash(trace.plan?.entries ?? []),
    metadata: trace.notes.metadata,
    needs: needsOf(trace),
    trace_id: trace.context?.isSampled === true ? trace.context.traceId : null,
  };
}

function needsOf({ request }: CallTrace): CallRecord["needs"] {
  const { tools = false, vision = false, json = false } = request?.needs ?? {};
  if (!tools && !vision && !json) {
    return null;
  }
  const asked = { tools, vision, json };
  return (["tools", "vision", "json"] as const).filter((need) => asked[need]);
}

/** Time that the gateway itself took until `untilMs`: all but the attempts and the waits between them. */
export function overheadMs(trace: CallTrace, untilMs: number): number {
  const upstreamMs = trace.attempts.reduce(
    (sum, one) => sum + (one.endedMs ?? untilMs) - one.startedMs,
    0,
  );
  return Math.max(0, untilMs - trace.startedMs - upstreamMs - trace.waitedMs);
}

function outcomeFields(
  error: GatewayError | null,
  { isQuiet }: CallerNotes,
): Pick<CallRecord, "outcome" | "status" | "error_code" | "error_message"> {
  return error === null
    ? { outcome: "served", status: 200, error_code: null, error_message: null }
    : {
        outcome: errorCatalog[error.code].outcome,
        status: error.status,
        error_code: error.code,
        error_message: isQuiet ? null : error.message.slice(0, maxErrorChars),
      };
}

const noFailures: ReadonlySet<AttemptTrace> = new Set();
const countedHealth: ReadonlySet<string> = new Set([
  "target",
  "region",
  "credential",
  "access",
  "configuration",
]);

/** The failures that count for their target's health: one per target, an early reset only when it comes twice. */
function countedFailures(attempts: readonly AttemptTrace[]): ReadonlySet<AttemptTrace> {
  if (attempts.every(({ failure }) => failure === null)) {
    return noFailures;
  }
  const counted = new Set<AttemptTrace>();
  const reset = new Set<string>();
  const failed = new Set<string>();
  for (const one of attempts) {
    const { failure, target } = one;
    if (failure === null || !countedHealth.has(failure.health) || failed.has(target.id)) {
      continue;
    }
    if (failure.reason === "reset_early" && !reset.has(target.id)) {
      reset.add(target.id);
      continue;
    }
    failed.add(target.id);
    counted.add(one);
  }
  return counted;
}

function attemptRecord(
  trace: CallTrace,
  one: AttemptTrace,
  { seq, health, endedMs }: { seq: number; health: boolean; endedMs: number },
): AttemptRecord {
  const startedWallMs = trace.startedWallMs + (one.startedMs - trace.startedMs);
  const { failure, target } = one;
  return {
    id: uuidV7(startedWallMs),
    call_id: trace.id,
    seq,
    started_at: isoOf(trace, startedWallMs),
    demo: trace.key?.demo ?? false,
    target_id: target.id,
    provider: target.provider,
    region: target.region,
    model: target.model,
    outcome: one.outcome,
    reason: one.reason,
    status: failure === null ? null : failure.status,
    error: trace.notes.isQuiet ? null : errorText(one),
    health: one.outcome === "succeeded" || health,
    ttft_ms: one.firstTokenMs === null ? null : Math.round(one.firstTokenMs - one.startedMs),
    duration_ms: Math.round((one.endedMs ?? endedMs) - one.startedMs),
    cost_nano_usd: attemptCostNanoUsd(trace, one),
  };
}

/** What the provider said, or how many of its events nobody could read. */
function errorText({ failure, tally }: AttemptTrace): string | null {
  if (failure !== null) {
    return redact(failure.message).slice(0, maxErrorChars);
  }
  const malformed = tally?.malformed ?? 0;
  return malformed === 0 ? null : `${malformed} malformed events were dropped`;
}
