import { type Database, toStoreError } from "./database";

/** One row of `health_event`, in SQL's own names. */
export type HealthEventRecord = {
  id: string;
  at: string;
  node_id: string;
  target_id: string;
  provider: string;
  region: string;
  model: string;
  from_state: string;
  to_state: string;
  reason: string;
  evidence: Readonly<Record<string, string | number | null>>;
};

/** One row of `probe_result`, in SQL's own names. */
export type ProbeResultRecord = {
  id: string;
  at: string;
  node_id: string;
  kind: "model" | "region";
  provider: string;
  region: string;
  model: string | null;
  target_id: string | null;
  verdict: "pass" | "fail" | "neutral";
  status: number | null;
  reason: string | null;
  latency_ms: number | null;
  tokens: number;
  cost_nano_usd: number | null;
};

// Columns by name: a later release may have added some, before this one ends.
const insertBoth = `
  WITH events AS (
    INSERT INTO health_event
      (id, at, node_id, target_id, provider, region, model, from_state, to_state, reason, evidence)
    SELECT id, at, node_id, target_id, provider, region, model, from_state, to_state, reason, evidence
    FROM json_populate_recordset(NULL::health_event, $1::json)
    ON CONFLICT DO NOTHING
  )
  INSERT INTO probe_result
    (id, at, node_id, kind, provider, region, model, target_id, verdict, status, reason, latency_ms,
      tokens, cost_nano_usd)
  SELECT id, at, node_id, kind, provider, region, model, target_id, verdict, status, reason,
    latency_ms, tokens, cost_nano_usd
  FROM json_populate_recordset(NULL::probe_result, $2::json)
  ON CONFLICT DO NOTHING`;

/** Writes transitions and probe results; rows that are there already are left alone. */
export async function insertHealthLog(
  db: Database,
  events: readonly HealthEventRecord[],
  probes: readonly ProbeResultRecord[],
): Promise<void> {
  try {
    await db.pool.query(insertBoth, [JSON.stringify(events), JSON.stringify(probes)]);
  } catch (error) {
    throw toStoreError(error);
  }
}
