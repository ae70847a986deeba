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

/** An ended call as one JSON line of the log: its row and its attempts' rows. */
export type CallLogLine = {
  readonly call: CallRecord;
  readonly attempts: readonly AttemptRecord[];
};

export type CallLogBatch = {
  /** JSON array of `CallLogLine`. */
  readonly lines: string;
  /** JSON array of `PlanRecord`. */
  readonly plans: string;
};

// One statement, so that a batch is there whole or not at all, and one parse of JSON in Postgres instead of hundreds of
// parameters here.
const insertBatch = `
  WITH lines AS MATERIALIZED (
    SELECT line FROM json_array_elements($1::json) AS line
  ), plans AS (
    INSERT INTO plan (hash, entries)
    SELECT DISTINCT ON (hash) hash, entries
    FROM jsonb_to_recordset($2::jsonb) AS row(hash text, entries jsonb)
    ORDER BY hash
    ON CONFLICT DO NOTHING
  ), attempts AS (
    INSERT INTO attempt
    SELECT row.* FROM lines, json_populate_recordset(NULL::attempt, line->'attempts') AS row
    ON CONFLICT DO NOTHING
  )
  INSERT INTO call
  SELECT row.* FROM lines, json_populate_record(NULL::call, line->'call') AS row
  ON CONFLICT DO NOTHING`;

/**
 * Writes a batch of the call log; a record that is there already is left alone, so a batch may be sent again.
 *
 * @throws {GatewayError} `database_unavailable` when the database does not answer.
 */
export async function insertCallLog(
  db: Database,
  nodeId: string,
  { lines, plans }: CallLogBatch,
): Promise<void> {
  try {
    // Not a named statement: a transaction pooler before PgBouncer 1.21 sends its next use to another connection.
    await db.pool.query(insertBatch, [lines, plans]);
  } catch (error) {
    throw toStoreError(error);
  }
  await sendNotice(db, { kind: "log", id: nodeId });
}

/** Makes sure that the days ahead have their partitions. */
export async function ensureDayPartitions(db: Database, daysAhead: number): Promise<void> {
  await db.run((prisma) => prisma.$queryRaw`SELECT ensure_day_partitions(${daysAhead}::int)::text`);
}
