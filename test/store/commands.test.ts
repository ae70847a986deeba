import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type ActingPerson } from "@/lib/control/actor";
import { changesPage } from "@/lib/control/changes-page";
import { healthView } from "@/lib/control/health-view";
import { probeNow } from "@/lib/control/probe-now";
import { resetBreaker } from "@/lib/control/reset-breaker";
import { revertRevision } from "@/lib/control/revert-revision";
import { setSwitch } from "@/lib/control/set-switch";
import { createControlDeps, type ControlDeps } from "@/lib/control/verb";
import type { ProbeNow } from "@/lib/shared/contract";
import { answerCommand, askProbe, findCommand, takeProbes } from "@/lib/store/commands";
import { readChangesSince } from "@/lib/store/configuration";
import { type Database } from "@/lib/store/database";
import { publishSample } from "./samples";
import { type OpenTestDatabase, openTestDatabase } from "./support";

let database: OpenTestDatabase;
let db: Database;
let deps: ControlDeps;
let target: string;
const ann: ActingPerson = { type: "operator", name: "Ann", role: "operator" };

beforeAll(async () => {
  database = await openTestDatabase();
  db = database.db;
  deps = createControlDeps(db);
  await publishSample(deps);
  target = (await healthView(ann, deps, null)).targets[0]!.id;
});
afterAll(() => database.end());
beforeEach(async () => {
  await db.pool.query("TRUNCATE command");
});

const passed: ProbeNow = {
  outcome: "pass",
  status: 200,
  reason: null,
  latencyMs: 41,
  costNanoUsd: 1_200,
  node: "one/0",
};
const ask = () => askProbe(db, randomUUID(), target);
const age = (seconds: number) =>
  db.pool.query(`UPDATE command SET asked_at = asked_at - interval '${seconds} seconds'`);

describe("a command", () => {
  it("is taken by one node, and answered to whoever asked", async () => {
    const id = await ask();
    const taken = await Promise.all([takeProbes(db, "one/0"), takeProbes(db, "two/0")]);
    expect(taken.flat()).toEqual([{ id, target }]);
    expect(await takeProbes(db, "three/0")).toEqual([]);
    expect(await findCommand(db, id)).toMatchObject({ result: null });
    await answerCommand(db, id, passed);
    expect((await findCommand(db, id))?.result).toEqual(passed);
  });

  it("is one for all who ask within three seconds, and a new one after them", async () => {
    const id = await ask();
    expect(await ask()).toBe(id);
    await age(4);
    expect(await ask()).not.toBe(id);
  });

  it("is nobody's after five seconds, and gone after a minute", async () => {
    const id = await ask();
    await age(6);
    expect(await takeProbes(db, "one/0")).toEqual([]);
    expect(await findCommand(db, id)).toEqual({ takenBy: null, result: null });
    await age(60);
    await takeProbes(db, "one/0");
    expect(await findCommand(db, id)).toBeUndefined();
  });
});

describe("probe now", () => {
  it("tells what the node found", async () => {
    const asking = probeNow(ann, deps, target);
    await expect.poll(async () => (await takeProbes(db, "one/0")).length).toBe(1);
    const { rows } = await db.pool.query<{ id: string }>("SELECT id FROM command");
    await answerCommand(db, rows[0]!.id, passed);
    expect(await asking).toEqual(passed);
  });

  it("says that nobody took it, after five seconds", { timeout: 10_000 }, async () => {
    const askedMs = performance.now();
    expect(await probeNow(ann, deps, target)).toMatchObject({ outcome: "nobody", node: null });
    expect(performance.now() - askedMs).toBeLessThan(8_000);
  });

  it("refuses what is not there, what is stopped, and who may only look", async () => {
    await expect(probeNow(ann, deps, "acme:moon:none")).rejects.toMatchObject({
      code: "not_found",
      refusal: { reason: "no_such_object" },
    });
    await setSwitch(ann, deps, { objectType: "target", objectId: target, intent: "disabled" });
    await expect(probeNow(ann, deps, target)).rejects.toMatchObject({
      code: "conflict",
      refusal: { reason: "target_stopped" },
    });
    await setSwitch(ann, deps, { objectType: "target", objectId: target, intent: "enabled" });
    const viewer = { ...ann, role: "viewer" } as const;
    await expect(probeNow(viewer, deps, target)).rejects.toMatchObject({ code: "forbidden" });
    expect((await db.pool.query("SELECT 1 FROM command")).rowCount).toBe(0);
  });
});

describe("a reset", () => {
  it("is a revision that every node reads once, for ten minutes", async () => {
    const { revision } = await resetBreaker(ann, deps, { target, reason: "the provider is back" });
    expect(await readChangesSince(db, revision - 1)).toMatchObject({
      revision,
      config: null,
      resets: [{ revision, target }],
    });
    expect((await readChangesSince(db, revision)).resets).toEqual([]);
    await db.transaction(async (tx) => {
      await tx.$executeRaw`ALTER TABLE revision DISABLE TRIGGER USER`;
      await tx.$executeRaw`UPDATE revision SET created_at = created_at - interval '11 minutes'
        WHERE kind = 'reset'`;
      await tx.$executeRaw`ALTER TABLE revision ENABLE TRIGGER USER`;
    });
    expect((await readChangesSince(db, revision - 1)).resets).toEqual([]);
  });

  it("is none for a node whose database is not migrated yet", async () => {
    await db.pool.query(`ALTER TYPE revision_kind RENAME VALUE 'reset' TO 'later'`);
    try {
      expect((await readChangesSince(db, 0)).resets).toEqual([]);
    } finally {
      await db.pool.query(`ALTER TYPE revision_kind RENAME VALUE 'later' TO 'reset'`);
    }
  });

  it("is told as the act of a person with a reason, and cannot be taken back", async () => {
    const { revision } = await resetBreaker(ann, deps, { target, reason: "the provider is back" });
    const [newest] = (await changesPage(ann, deps, { limit: 1, by: "people" })).changes;
    expect(newest).toMatchObject({
      kind: "reset",
      revision,
      actor: { type: "operator", name: "Ann" },
      reason: "the provider is back",
      summary: { type: "reset", target },
      revertable: false,
    });
    await expect(revertRevision(ann, deps, { revision })).rejects.toMatchObject({
      refusal: { reason: "revert_impossible" },
    });
  });

  it("refuses a target that is not there", async () => {
    await expect(
      resetBreaker(ann, deps, { target: "acme:moon:none", reason: null }),
    ).rejects.toMatchObject({ code: "not_found" });
  });
});
