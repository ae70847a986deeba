import { afterAll, beforeAll, expect, it } from "vitest";
import { type BegunCall, crashedCall } from "@/lib/gateway/spool/crashed-call";
import { begunJson, lineJson } from "@/lib/gateway/spool/line-json";
import { uuidV7 } from "@/lib/shared/uuid";
import { type CallRecord, insertCallLog } from "@/lib/store/call-log";
import { type OpenTestDatabase, openTestDatabase } from "./support";
import { attemptRecord, callRecord } from "./traffic";

let database: OpenTestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
afterAll(() => database.end());

const ship = (lines: readonly string[]): Promise<number> =>
  insertCallLog(database.db, "host/0", {
    lines: Buffer.from(`[${lines.join(",")}]`),
    plans: Buffer.from("[]"),
  });

/** The rows of a call and its attempts without what differs from call to call. */
async function rowsOf(id: string): Promise<unknown> {
  const { rows } = await database.db.pool.query<{ call: object; attempts: object[] }>(
    `SELECT to_jsonb(call) - 'id' AS call, (
       SELECT jsonb_agg(to_jsonb(attempt) - 'id' - 'call_id' ORDER BY seq) FROM attempt WHERE call_id = call.id
     ) AS attempts FROM call WHERE id = $1`,
    [id],
  );
  expect(rows).toHaveLength(1);
  return rows[0];
}

const atMs = Date.now();
const full: Partial<CallRecord> = {
  error_code: "targets_exhausted",
  error_message: "a word",
  outcome: "failed",
  status: 503,
  rescued_by: "retry",
  ttft_ms: 7,
  plan_hash: "0123",
  metadata: { user: "ann" },
  needs: ["tools", "json"],
  trace_id: "4bf92f3577b34da6a3ce929d0e0e4736",
};

it.each([
  ["with hardly any value", { key_id: null, model: null, cost_nano_usd: null }],
  ["with every value", full],
])("a call %s is the same rows, whether what is null is told or left out", async (_, changes) => {
  const told = callRecord(atMs, changes);
  const untold = { ...told, id: uuidV7(atMs) };
  const attempts = (call: CallRecord) => [
    attemptRecord(call, { status: null, error: null, ttft_ms: call.ttft_ms }),
    attemptRecord(call, { seq: 2, outcome: "failed", reason: "server_error", error: "words" }),
  ];
  const lines = [
    JSON.stringify({ call: told, attempts: attempts(told) }),
    lineJson({ call: untold, attempts: attempts(untold) }),
  ];
  expect(await ship(lines)).toBe(2);
  expect(await rowsOf(untold.id)).toEqual(await rowsOf(told.id));
});

it("a call that never ended is the same row, whether its beginning tells what is null or leaves it out", async () => {
  const call = callRecord(atMs, { key_id: null, metadata: null });
  const { id, started_at, node_id, key_id, demo, route, asked_model, stream, revision } = call;
  const names = { started_at, node_id, key_id, demo, route, asked_model, stream, revision };
  const begun: BegunCall = { id, ...names, plan_hash: null, metadata: null };
  const other = { ...begun, id: uuidV7(atMs) };
  expect(await ship([crashedCall(JSON.stringify(begun)), crashedCall(begunJson(other))])).toBe(2);
  expect(await rowsOf(other.id)).toEqual(await rowsOf(id));
});
