import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ActingPerson } from "@/lib/control/actor";
import { callBody } from "@/lib/control/call-body";
import { callDetail } from "@/lib/control/calls-page";
import type { Relay } from "@/lib/control/relay";
import { replayCall } from "@/lib/control/replay-call";
import { type ControlDeps, createControlDeps } from "@/lib/control/verb";
import { CallBody, CallDetail, type ReplayResult } from "@/lib/shared/contract";
import { bodyPlace, createSealer } from "@/lib/shared/sealed";
import { uuidV7 } from "@/lib/shared/uuid";
import { type CallBodyRecord, findCallBody, insertCallBodies } from "@/lib/store/call-bodies";
import type { Database } from "@/lib/store/database";
import { runUpkeep } from "@/lib/store/upkeep";
import { type OpenTestDatabase, openTestDatabase } from "./support";
import { callRecord, logCalls } from "./traffic";

const hour = 3_600_000;
const operator: ActingPerson = { type: "operator", name: "Minji", role: "operator" };
const sealer = createSealer("a password");

let database: OpenTestDatabase;
let db: Database;
let deps: ControlDeps;
beforeEach(async () => {
  database = await openTestDatabase();
  db = database.db;
  deps = createControlDeps(db, sealer);
});
afterEach(() => database.end());

function recordOf(id: string, changes: Partial<CallBodyRecord> = {}): CallBodyRecord {
  return {
    call_id: id,
    expires_at: new Date(Date.now() + hour).toISOString(),
    request: sealer.seal("sent", bodyPlace(id, "request")),
    request_missing_bytes: 0,
    answer: sealer.seal("got", bodyPlace(id, "answer")),
    answer_missing_bytes: 7,
    ...changes,
  };
}
const insert = (...records: readonly CallBodyRecord[]): Promise<boolean> =>
  insertCallBodies(db, Buffer.from(JSON.stringify(records)));
const read = async (id: string, by: ControlDeps = deps): Promise<CallBody> =>
  CallBody.parse(await callBody(operator, by, { id }));
const expire = (): Promise<unknown> =>
  db.pool.query("UPDATE call_body SET expires_at = now() - interval '1 second'");
const rows = async (): Promise<number> => db.prisma.callBody.count();

describe("bodies of calls", () => {
  it("are there once however often and from how many nodes they are sent, also without their call", async () => {
    const records = Array.from({ length: 50 }, () => recordOf(uuidV7(Date.now())));
    await Promise.all([insert(...records), insert(...records), insert(...records)]);
    await insert({ ...records[0]!, answer: null });
    expect(await rows()).toBe(50);
    expect(await findCallBody(db, records[0]!.call_id)).toMatchObject({
      kind: "kept",
      answer: { sealed: records[0]!.answer },
    });
  });

  it("are opened for whoever may operate and asks, with their end and what is missing", async () => {
    const call = callRecord(Date.now());
    await logCalls(db, [call]);
    const record = recordOf(call.id);
    await insert(record);
    const expiresAt = Date.parse(record.expires_at);
    const detail = CallDetail.parse(await callDetail(operator, deps, { id: call.id }));
    expect(detail.bodyUntil).toBe(expiresAt);
    expect(JSON.stringify(detail)).not.toMatch(/sealed|sent|got/);
    expect(await read(call.id)).toEqual({
      state: "open",
      expiresAt,
      request: { text: "sent", missingBytes: 0 },
      answer: { text: "got", missingBytes: 7 },
    });
    const viewer: ActingPerson = { ...operator, role: "viewer" };
    await expect(callBody(viewer, deps, { id: call.id })).rejects.toMatchObject({
      code: "forbidden",
    });
  });

  it("without an answer have none", async () => {
    const id = uuidV7(Date.now());
    await insert(recordOf(id, { answer: null, answer_missing_bytes: 0 }));
    expect(await read(id)).toMatchObject({ state: "open", answer: null });
  });

  it("that were not logged, and calls that never were, are told apart", async () => {
    const call = callRecord(Date.now());
    await logCalls(db, [call]);
    expect(await read(call.id)).toEqual({ state: "not_logged" });
    expect(await callDetail(operator, deps, { id: call.id })).toMatchObject({ bodyUntil: null });
    for (const id of [uuidV7(Date.now()), "nothing", "../../etc/passwd"]) {
      await expect(read(id)).rejects.toMatchObject({ code: "not_found" });
    }
  });

  it("cannot be unsealed with another secret, without one, or under another call, and say so", async () => {
    const [id, other] = [uuidV7(Date.now()), uuidV7(Date.now())];
    await insert(recordOf(id), recordOf(other));
    const changed = { state: "key_changed" };
    expect(await read(id, createControlDeps(db, createSealer("another")))).toMatchObject(changed);
    expect(await read(id, createControlDeps(db))).toMatchObject(changed);
    await db.pool.query(
      "UPDATE call_body SET request = (SELECT request FROM call_body WHERE call_id = $1) WHERE call_id = $2",
      [other, id],
    );
    expect(await read(id)).toMatchObject(changed);
    expect(await read(other)).toMatchObject({ state: "open" });
  });
});

describe("sending again what a caller sent", () => {
  const never: Relay = {
    forward: () => Promise.reject(new Error("It was sent.")),
    close: () => Promise.resolve(),
  };
  const again = (id: string, by = operator): Promise<ReplayResult> =>
    replayCall(by, deps, {
      ...{ id, key: "bw-secret", relay: never, gatewayUrl: "http://127.0.0.1:9" },
      signal: AbortSignal.timeout(5_000),
    });
  const refused = { code: "invalid_request", refusal: { reason: "body_not_whole" } };

  it("is for whoever may open it, and only where it is there whole", async () => {
    const call = callRecord(Date.now());
    await logCalls(db, [call]);
    await expect(again(call.id)).rejects.toMatchObject(refused);
    await insert(recordOf(call.id));
    const viewer: ActingPerson = { ...operator, role: "viewer" };
    await expect(again(call.id, viewer)).rejects.toMatchObject({ code: "forbidden" });
    await expect(again(call.id)).rejects.toThrow("It was sent.");
    await expire();
    await expect(again(call.id)).rejects.toMatchObject(refused);
    const cut = uuidV7(Date.now());
    await insert(recordOf(cut, { request_missing_bytes: 1 }));
    await expect(again(cut)).rejects.toMatchObject(refused);
    await expect(again(uuidV7(Date.now()))).rejects.toMatchObject({ code: "not_found" });
  });

  it("is written down like an opening, before it is sent", async () => {
    const call = callRecord(Date.now());
    await logCalls(db, [call]);
    await insert(recordOf(call.id));
    await expect(again(call.id)).rejects.toThrow("It was sent.");
    const { bodyOpenings } = await callDetail(operator, deps, { id: call.id });
    expect(bodyOpenings).toMatchObject([{ actor: { name: "Minji" } }]);
  });
});

describe("the time of a body", () => {
  it("is obeyed by who reads, although the row is still there", async () => {
    const call = callRecord(Date.now());
    await logCalls(db, [call]);
    await insert(recordOf(call.id));
    await expire();
    expect(await rows()).toBe(1);
    expect(await read(call.id)).toMatchObject({ state: "expired" });
    expect(await findCallBody(db, call.id)).toEqual({
      kind: "expired",
      expiresAt: expect.any(Number) as number,
    });
    expect(await callDetail(operator, deps, { id: call.id })).toMatchObject({ bodyUntil: null });
  });

  it("that was over before it came is not begun, and none is longer than 30 days", async () => {
    const [late, far] = [uuidV7(Date.now()), uuidV7(Date.now())];
    await insert(
      recordOf(late, { expires_at: new Date(Date.now() - 1_000).toISOString() }),
      recordOf(far, { expires_at: new Date(Date.now() + 4_000 * hour).toISOString() }),
    );
    expect(await findCallBody(db, late)).toBeUndefined();
    const found = await findCallBody(db, far);
    expect(found?.expiresAt).toBeLessThan(Date.now() + 721 * hour);
  });

  it("ends with the row: upkeep deletes what is over, in steps, and nothing else", async () => {
    await db.pool.query(
      `INSERT INTO call_body SELECT gen_random_uuid(), now() - n * interval '1 second', 'sealed:', 0, NULL, 0
       FROM generate_series(1, 2500) AS n`,
    );
    const kept = uuidV7(Date.now());
    await insert(recordOf(kept));
    const { rows: steps } = await db.pool.query<{ gone: string }>(
      "SELECT prune_call_bodies(100) AS gone",
    );
    expect(steps[0]?.gone).toBe("100");
    expect(await runUpkeep(db)).toMatchObject({ prunedBodies: 2_400 });
    expect(await rows()).toBe(1);
    expect(await read(kept)).toMatchObject({ state: "open" });
    expect(await runUpkeep(db)).toMatchObject({ prunedBodies: 0 });
  });

  it("is found by an index", async () => {
    await db.pool.query(
      `INSERT INTO call_body SELECT gen_random_uuid(), now() + n * interval '1 second', 'sealed:', 0, NULL, 0
       FROM generate_series(1, 5000) AS n`,
    );
    await db.pool.query("ANALYZE call_body");
    const { rows: plan } = await db.pool.query<Record<string, string>>(
      "EXPLAIN SELECT call_id FROM call_body WHERE expires_at <= now() ORDER BY expires_at LIMIT 1000",
    );
    expect(JSON.stringify(plan)).toContain("call_body_expires_at_idx");
  });
});

it("a database of an earlier release takes no bodies, which is said, and is kept up all the same", async () => {
  await db.pool.query("DROP TABLE call_body");
  await db.pool.query("DROP FUNCTION prune_call_bodies");
  expect(await insert(recordOf(uuidV7(Date.now())))).toBe(false);
  expect(await runUpkeep(db)).toMatchObject({ prunedBodies: 0, zoneChanged: false });
});

describe("who opens a body", () => {
  it("is written down before it is told, for as often as it is opened, and shown with the call", async () => {
    const call = callRecord(Date.now());
    await logCalls(db, [call]);
    await insert(recordOf(call.id));
    await read(call.id);
    await callBody({ ...operator, name: "Jun" }, deps, { id: call.id });
    const { bodyOpenings } = CallDetail.parse(await callDetail(operator, deps, { id: call.id }));
    expect(bodyOpenings.map(({ actor }) => actor)).toEqual([
      { type: "operator", name: "Jun" },
      { type: "operator", name: "Minji" },
    ]);
    expect(Math.abs(bodyOpenings[0]!.at - Date.now())).toBeLessThan(60_000);
  });

  it("is nobody where nothing was shown", async () => {
    const call = callRecord(Date.now());
    await logCalls(db, [call]);
    await read(call.id);
    await insert(recordOf(call.id));
    await read(call.id, createControlDeps(db, createSealer("another")));
    await expire();
    await read(call.id);
    expect(await callDetail(operator, deps, { id: call.id })).toMatchObject({ bodyOpenings: [] });
  });

  it("stays written, and without a place to write it nothing is shown", async () => {
    const call = callRecord(Date.now());
    await insert(recordOf(call.id));
    await read(call.id);
    for (const sql of ["UPDATE body_opening SET actor = '{}'", "DELETE FROM body_opening"]) {
      await expect(db.pool.query(sql)).rejects.toThrow("who opened a body stays written");
    }
    await db.pool.query("ALTER TABLE body_opening RENAME TO body_opening_away");
    await expect(read(call.id)).rejects.toThrow();
  });
});
