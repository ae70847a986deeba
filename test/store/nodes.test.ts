import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Database } from "@/lib/store/database";
import { listNodes, markNodeStopped, upsertNode } from "@/lib/store/nodes";
import { deleteNodeStates, listTargetStates, writeTargetStates } from "@/lib/store/target-states";
import { type OpenTestDatabase, openTestDatabase } from "./support";
import { targetState } from "../support/target-state";

let database: OpenTestDatabase;
let db: Database;
beforeAll(async () => {
  database = await openTestDatabase();
  db = database.db;
});
afterAll(() => database.end());

const report = {
  id: "host/0",
  startedAt: 1_000,
  appliedRevision: 7,
  appliedAt: 2_000,
  droppedRecords: 0,
  refused: null,
};

describe("nodes", () => {
  it("a node is live for 10 seconds after its heartbeat, by the database's clock", async () => {
    await upsertNode(db, report);
    expect(await listNodes(db)).toMatchObject([
      { id: "host/0", live: true, startedAt: 1_000, appliedRevision: 7, appliedAt: 2_000 },
    ]);
    await db.pool.query("UPDATE node SET heartbeat_at = now() - interval '11 seconds'");
    expect(await listNodes(db)).toMatchObject([{ live: false }]);
  });

  it("a stopped node is not live, and lives again with its next report", async () => {
    await upsertNode(db, report);
    await markNodeStopped(db, report.id);
    expect(await listNodes(db)).toMatchObject([{ live: false }]);
    await upsertNode(db, { ...report, appliedRevision: 8 });
    expect(await listNodes(db)).toMatchObject([{ live: true, appliedRevision: 8 }]);
  });
});

describe("a name", () => {
  it("that two processes use shows in the heartbeat of each, and one that came back does not for long", async () => {
    const own = { ...report, id: "host/7" };
    expect(await upsertNode(db, own)).toEqual({ isForeign: false });
    expect(await upsertNode(db, own)).toEqual({ isForeign: false });
    const again = { ...own, startedAt: own.startedAt + 1 };
    expect(await upsertNode(db, again)).toEqual({ isForeign: true });
    expect(await upsertNode(db, again)).toEqual({ isForeign: false });
    expect(await upsertNode(db, own)).toEqual({ isForeign: true });
  });
});

describe("target states", () => {
  it("the newest opinion of a live node replaces its former one", async () => {
    await upsertNode(db, report);
    await writeTargetStates(db, report.id, [{ targetId: "a", state: targetState() }]);
    await writeTargetStates(db, report.id, [
      { targetId: "a", state: targetState({ breaker: "open" }) },
      { targetId: "b", state: targetState() },
    ]);
    const states = await listTargetStates(db);
    expect(states.map(({ targetId, state }) => [targetId, state.breaker]).toSorted()).toEqual([
      ["a", "open"],
      ["b", "closed"],
    ]);
  });

  it("opinions of nodes that are gone do not count", async () => {
    await upsertNode(db, { ...report, id: "host/1" });
    await writeTargetStates(db, "host/1", [{ targetId: "c", state: targetState() }]);
    await markNodeStopped(db, "host/1");
    expect((await listTargetStates(db)).map(({ nodeId }) => nodeId)).not.toContain("host/1");
  });

  it("targets that left the configuration are forgotten", async () => {
    await deleteNodeStates(db, report.id, ["b"]);
    expect((await listTargetStates(db)).map(({ targetId }) => targetId)).toEqual(["b"]);
  });
});
