import { z } from "zod";
import { type Database, toStoreError } from "./database";
import { sendNotice } from "./notices";

/** One row of `call`, in SQL's own names. Instants are ISO 8601, money nano-USD. */
export type CallRecord = {
  id: string;
  started_at: string;
  node_id: string;
  key_id: string | null;
  demo: boolean;
  route: string | null;
  asked_model: string | null;
  model: string | null;
  provider: string | null;
  region: string | null;
  /** Where it would have gone if nothing had been wrong: the first target that it was allowed and able to use. */
  first_provider: string | null;
  first_region: string | null;
  first_model: string | null;
  /** `unknown_crash`: its process ended before the call did. */
  outcome: "served" | "failed" | "refused" | "cancelled" | "unknown_crash";
  status: number;
  error_code: string | null;
  error_message: string | null;
  stream: boolean;
  rescued_by: "retry" | "sibling" | "fallback" | "resume" | "avoidance" | null;
  fallback: boolean;
  region_switch: boolean;
  attempts: number;
  total_ms: number;
  ttft_ms: number | null;
  overhead_us: number;
  prompt_tokens: number | null;
  completion_tokens: number | null;
  cached_tokens: number | null;
  tokens_estimated: boolean;
  cost_nano_usd: number | null;
  revision: number;
  plan_hash: string | null;
  /** The caller's own words about the call. */
  metadata: Readonly<Record<string, string>> | null;
  /** The abilities that it asked for; null for none. */
  needs: readonly CallNeed[] | null;
  /** The trace that it is told to; null where none is kept. */
  trace_id: string | null;
};

export type CallNeed = "tools" | "vision" | "json";

/** One row of `attempt`. `health`: the outcome counts for the target's health. */
export type AttemptRecord = {
  id: string;
  call_id: string;
  seq: number;
  started_at: string;
  demo: boolean;
  target_id: string;
  provider: string;
  region: string;
  model: string;
  outcome: "succeeded" | "failed" | "cancelled";
  reason: string | null;
  status: number | null;
  error: string | null;
  health: boolean;
  ttft_ms: number | null;
  duration_ms: number;
  cost_nano_usd: number | null;
};

export type PlanRecord = { hash: string; entries: readonly unknown[] };

/** An ended call as one JSON line of the log: its row and its attempts' rows. */
export type CallLogLine = {
  readonly call: CallRecord;
  readonly attempts: readonly AttemptRecord[];
};

export type CallLogBatch = {
  /** JSON array of `CallLogLine`, in UTF-8. */
  readonly lines: Buffer;
  /** JSON array of `PlanRecord`, in UTF-8. */
  readonly plans: Buffer;
};

const freshRows = z.tuple([z.object({ fresh: z.number() })]);

/**
 * Writes a batch of the call log and adds it to the rollups, whole or not at all; returns how many of its calls were new.
 * A record that is there already is left alone and counts nothing, so a batch may be sent again, also at the same time
 * over another connection.
 *
 * @throws {GatewayError} `database_unavailable` when the database does not answer.
 */
export async function insertCallLog(
  db: Database,
  nodeId: string,
  { lines, plans }: CallLogBatch,
): Promise<number> {
  try {
    // Not a named statement: a transaction pooler before PgBouncer 1.21 sends its next use to another connection.
    const { rows } = await db.pool.query("SELECT ship_call_log($1::json, $2::json) AS fresh", [
      lines,
      plans,
    ]);
    const [{ fresh }] = freshRows.parse(rows);
    await sendNotice(db, { kind: "log", id: nodeId });
    return fresh;
  } catch (error) {
    throw toStoreError(error);
  }
}
