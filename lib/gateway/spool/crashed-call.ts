/** What is known of a call whose process ended before it did. */
import type { CallLogLine, CallRecord } from "../../store/call-log";

/** A call at the moment when its first attempt goes out. */
export type BegunCall = Pick<
  CallRecord,
  | "id"
  | "started_at"
  | "node_id"
  | "key_id"
  | "demo"
  | "route"
  | "asked_model"
  | "stream"
  | "revision"
  | "plan_hash"
  | "metadata"
>;

/**
 * The record of the call that began with `begun`, JSON of a `BegunCall`. Status 0: nobody knows what its caller heard. Who
 * answered and what it cost are unknown; its times are 0, because their columns have no unknown, and count nowhere.
 */
export function crashedCall(begun: string): string {
  const call: CallRecord = {
    ...(JSON.parse(begun) as BegunCall),
    model: null,
    provider: null,
    region: null,
    first_provider: null,
    first_region: null,
    first_model: null,
    outcome: "unknown_crash",
    status: 0,
    error_code: null,
    error_message: "The gateway process ended before this call did.",
    rescued_by: null,
    fallback: false,
    region_switch: false,
    attempts: 0,
    total_ms: 0,
    ttft_ms: null,
    overhead_us: 0,
    prompt_tokens: null,
    completion_tokens: null,
    cached_tokens: null,
    tokens_estimated: false,
    cost_nano_usd: null,
    needs: null,
    trace_id: null,
  };
  return JSON.stringify({ call, attempts: [] } satisfies CallLogLine);
}
