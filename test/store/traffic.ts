import { uuidV7 } from "@/lib/shared/uuid";
import {
  type AttemptRecord,
  type CallRecord,
  type PlanRecord,
  insertCallLog,
} from "@/lib/store/call-log";
import { type Database } from "@/lib/store/database";
import { insertHealthLog } from "@/lib/store/health-log";

/** A call as the gateway logs it: served at once by gpt-4.1 in us-east, with `changes`. */
export function callRecord(atMs: number, changes: Partial<CallRecord> = {}): CallRecord {
  return {
    id: uuidV7(atMs),
    started_at: new Date(atMs).toISOString(),
    node_id: "host/0",
    key_id: "default",
    demo: false,
    route: "auto",
    asked_model: "auto",
    model: "gpt-4.1",
    provider: "alpha",
    region: "us-east",
    first_provider: "alpha",
    first_region: "us-east",
    first_model: "gpt-4.1",
    outcome: "served",
    status: 200,
    error_code: null,
    error_message: null,
    stream: false,
    rescued_by: null,
    metadata: null,
    needs: null,
    trace_id: null,
    fallback: false,
    region_switch: false,
    attempts: 1,
    total_ms: 100,
    ttft_ms: null,
    overhead_us: 200,
    prompt_tokens: 10,
    completion_tokens: 20,
    cached_tokens: 0,
    tokens_estimated: false,
    cost_nano_usd: 180_000,
    revision: 1,
    plan_hash: null,
    ...changes,
  };
}

/** The attempt that answered `call`, with `changes`. */
export function attemptRecord(
  call: CallRecord,
  changes: Partial<AttemptRecord> = {},
): AttemptRecord {
  return {
    id: uuidV7(Date.parse(call.started_at)),
    call_id: call.id,
    seq: 1,
    started_at: call.started_at,
    demo: call.demo,
    target_id: "alpha:us-east:gpt-4.1",
    provider: "alpha",
    region: "us-east",
    model: "gpt-4.1",
    outcome: "succeeded",
    reason: null,
    status: 200,
    error: null,
    health: true,
    ttft_ms: null,
    duration_ms: call.total_ms,
    cost_nano_usd: call.cost_nano_usd,
    ...changes,
  };
}

/** Logs calls, each with one attempt. */
export function logCalls(db: Database, calls: readonly CallRecord[]): Promise<number> {
  return logBatch(db, { calls, attempts: calls.map((call) => attemptRecord(call)), plans: [] });
}

export type Traffic = {
  readonly calls: readonly CallRecord[];
  readonly attempts: readonly AttemptRecord[];
  readonly plans: readonly PlanRecord[];
};

/** Ships a batch as the gateway does; resolves with the number of calls that were new. */
export function logBatch(db: Database, { calls, attempts, plans }: Traffic): Promise<number> {
  const lines = calls.map((call) => ({
    call,
    attempts: attempts.filter((one) => one.call_id === call.id),
  }));
  return insertCallLog(db, "host/0", {
    lines: Buffer.from(JSON.stringify(lines)),
    plans: Buffer.from(JSON.stringify(plans)),
  });
}

/** Logs one transition of gpt-4.1 in us-east. */
export function logTransition(
  db: Database,
  atMs: number,
  from: string,
  to: string,
  nodeId = "host/0",
): Promise<void> {
  return insertHealthLog(
    db,
    [
      {
        id: uuidV7(atMs),
        at: new Date(atMs).toISOString(),
        node_id: nodeId,
        target_id: "alpha:us-east:gpt-4.1",
        provider: "alpha",
        region: "us-east",
        model: "gpt-4.1",
        from_state: from,
        to_state: to,
        reason: "server_error",
        evidence: { failures: 3, status: 503 },
      },
    ],
    [],
  );
}

/** Logs model probes of one target at these instants. */
export function logProbes(
  db: Database,
  targetId: string,
  probes: readonly (readonly [atMs: number, verdict: "pass" | "fail" | "neutral"])[],
): Promise<void> {
  return insertHealthLog(
    db,
    [],
    probes.map(([atMs, verdict]) => ({
      id: uuidV7(atMs),
      at: new Date(atMs).toISOString(),
      node_id: "host/0",
      kind: "model",
      provider: "alpha",
      region: "us-east",
      model: "gpt-4.1",
      target_id: targetId,
      verdict,
      status: 200,
      reason: null,
      latency_ms: 50,
      tokens: 1,
      cost_nano_usd: null,
    })),
  );
}
