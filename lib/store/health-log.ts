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

/** Writes transitions and probe results, and adds the verdicts to the rollups; what is there already is left alone. */
export async function insertHealthLog(
  db: Database,
  events: readonly HealthEventRecord[],
  probes: readonly ProbeResultRecord[],
): Promise<void> {
  try {
    await db.pool.query("SELECT log_health($1::json, $2::json)", [
      JSON.stringify(events),
      JSON.stringify(probes),
    ]);
  } catch (error) {
    throw toStoreError(error);
  }
}
