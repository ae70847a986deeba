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
  outcome: "served" | "failed" | "refused" | "cancelled";
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
};

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

export type CallLogBatch = {
  readonly calls: readonly CallRecord[];
  readonly attempts: readonly AttemptRecord[];
  readonly plans: readonly PlanRecord[];
};

// One statement, so that a batch is there whole or not at all, and one parse of JSON per table in Postgres
// instead of hundreds of parameters here.
const insertBatch = `
  WITH plans AS (
    INSERT INTO plan (hash, entries)
    SELECT hash, entries FROM jsonb_to_recordset($3::jsonb) AS row(hash text, entries jsonb)
    ORDER BY hash
    ON CONFLICT DO NOTHING
  ), attempts AS (
    INSERT INTO attempt SELECT * FROM json_populate_recordset(NULL::attempt, $2::json)
    ON CONFLICT DO NOTHING
  )
  INSERT INTO call SELECT * FROM json_populate_recordset(NULL::call, $1::json)
  ON CONFLICT DO NOTHING`;

/**
 * Writes a batch of the call log; a record that is there already is left alone, so a batch may be sent again.
 *
 * @throws {GatewayError} `database_unavailable` when the database does not answer.
 */
export async function insertCallLog(
  db: Database,
  nodeId: string,
  batch: CallLogBatch,
): Promise<void> {
  try {
    // Not a named statement: a transaction pooler before PgBouncer 1.21 sends its next use to another connection.
    await db.pool.query(
      insertBatch,
      [batch.calls, batch.attempts, batch.plans].map((rows) => JSON.stringify(rows)),
    );
  } catch (error) {
    throw toStoreError(error);
  }
  await sendNotice(db, { kind: "log", id: nodeId });
}

/** Makes sure that the days ahead have their partitions. */
export async function ensureDayPartitions(db: Database, daysAhead: number): Promise<void> {
  await db.run((prisma) => prisma.$queryRaw`SELECT ensure_day_partitions(${daysAhead}::int)::text`);
}
