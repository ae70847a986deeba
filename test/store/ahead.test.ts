import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { systemActor } from "@/lib/control/actor";
import { createAppKey } from "@/lib/control/create-app-key";
import { setSwitch } from "@/lib/control/set-switch";
import { createControlDeps } from "@/lib/control/verb";
import { uuidV7 } from "@/lib/shared/uuid";
import { readChangesSince } from "@/lib/store/configuration";
import { insertHealthLog } from "@/lib/store/health-log";
import { listNodes, markNodeStopped, upsertNode } from "@/lib/store/nodes";
import { deleteNodeStates, listTargetStates, writeTargetStates } from "@/lib/store/target-states";
import { targetState } from "../support/target-state";
import { publishSample } from "./samples";
import { type OpenTestDatabase, openTestDatabase } from "./support";
import { callRecord, logCalls } from "./traffic";

const tables = "revision switch app_key node target_state health_event probe_result".split(" ");
/** What the call log writes whole: a migration that adds more than nullable columns here brings its own statement. */
const logTables = ["plan", "call", "attempt"];

let database: OpenTestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
  await publishSample(createControlDeps(database.db));
  // What a later release may add while this one still runs.
  await database.db.pool.query(`
    ${tables.map((table) => `ALTER TABLE ${table} ADD COLUMN later TEXT NOT NULL DEFAULT 'x';`).join("\n")}
    ${logTables.map((table) => `ALTER TABLE ${table} ADD COLUMN later TEXT;`).join("\n")}
    CREATE TABLE later (id INT PRIMARY KEY);
    ALTER TYPE revision_kind ADD VALUE 'later';
    ALTER TYPE intent ADD VALUE 'parked';
    ALTER TYPE probe_verdict ADD VALUE 'later';`);
});
afterAll(() => database.end());

describe("a database that is one additive migration ahead", () => {
  it("takes everything that a node of this release writes", async () => {
    const { db } = database;
    const now = Date.now();
    await upsertNode(db, {
      id: "host/0",
      startedAt: now,
      appliedRevision: 1,
      appliedAt: now,
      droppedRecords: 0,
      refused: null,
    });
    await writeTargetStates(db, "host/0", [{ targetId: "t", state: targetState() }]);
    const place = { provider: "p", region: "r", model: "m", target_id: "p:r:m" };
    const at = new Date(now).toISOString();
    await insertHealthLog(
      db,
      [
        {
          ...place,
          id: uuidV7(now),
          at,
          node_id: "host/0",
          from_state: "closed",
          to_state: "open",
          reason: "test",
          evidence: {},
        },
      ],
      [
        {
          ...place,
          id: uuidV7(now),
          at,
          node_id: "host/0",
          kind: "model",
          verdict: "pass",
          status: 200,
          reason: null,
          latency_ms: 3,
          tokens: 1,
          cost_nano_usd: null,
        },
      ],
    );
    await logCalls(db, [callRecord(now)]);
    const counted = await db.pool.query<{ n: number }>(
      "SELECT (SELECT count(*) FROM health_event)::int + (SELECT count(*) FROM probe_result)::int + (SELECT count(*) FROM call)::int AS n",
    );
    expect(counted.rows).toEqual([{ n: 3 }]);
    expect(await listTargetStates(db)).toHaveLength(1);
    expect(await listNodes(db)).toMatchObject([{ id: "host/0", live: true }]);
    await deleteNodeStates(db, "host/0");
    await markNodeStopped(db, "host/0");
  });

  it("is followed: what this release does not know holds off rather than on", async () => {
    const { db } = database;
    const deps = createControlDeps(db);
    await setSwitch(systemActor, deps, {
      objectType: "model",
      objectId: "gpt-4.1",
      intent: "draining",
    });
    await createAppKey(systemActor, deps, { id: "plain", kind: "live" });
    await db.pool.query(`
      INSERT INTO revision (kind, actor, summary) VALUES ('later', '{"type":"system","name":"later"}', '{}');
      UPDATE switch SET intent = 'parked';
      INSERT INTO app_key (id, name, hash, last4, kind, source, limits, revision)
      VALUES ('strange', 'strange', 'ff', 'abcd', 'live', 'minted', '{"midstream":"telepathy"}', 4)`);
    const changes = await readChangesSince(db, 1);
    expect(changes).toMatchObject({
      revision: 4,
      config: null,
      switches: [{ objectId: "gpt-4.1", intent: "draining" }],
      keys: [{ id: "plain" }],
      unreadableKeys: ["strange"],
    });
  });
});
