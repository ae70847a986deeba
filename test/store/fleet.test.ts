import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Decision } from "@/lib/core/events";
import { type Fleet, startFleet } from "@/lib/gateway/fleet";
import { type Hints, startHints } from "@/lib/gateway/hints";
import { type Database, openDatabase } from "@/lib/store/database";
import { upsertNode } from "@/lib/store/nodes";
import { noticeChannel, parseNotice, sendHint } from "@/lib/store/notices";
import { eventually } from "../support/stack";
import { Bench } from "../core/fixture";
import { type Cable, type OpenTestDatabase, layCable, openTestDatabase } from "./support";

const times = {
  leaseMs: 1_500,
  askEveryMs: 150,
  jitterMs: 20,
  answerLimitMs: 500,
  firstWordMs: 400,
};
const target = new Bench().target("acme:us:first");

let database: OpenTestDatabase;
let db: Database;
let running: { stop: () => Promise<void> }[] = [];

beforeAll(async () => {
  database = await openTestDatabase();
  db = database.db;
});
afterAll(() => database.end());

beforeEach(async () => {
  await db.pool.query("TRUNCATE node; TRUNCATE lease");
});
afterEach(async () => {
  await Promise.all(running.map((one) => one.stop()));
  running = [];
});

function fleetOf(nodeId: string, on: Database = db): Fleet {
  const now = (): number => performance.now();
  const fleet = startFleet({ db: on, nodeId, now, random: Math.random, times });
  running.push(fleet);
  return fleet;
}

async function beat(...ids: string[]): Promise<void> {
  for (const id of ids) {
    const applied = { startedAt: 1, appliedRevision: 1, appliedAt: 1 };
    await upsertNode(db, { id, ...applied, droppedRecords: 0, refused: null });
  }
}

describe("the nodes of a fleet", () => {
  it("are counted by their heartbeats, and the router hears when their number changes", async () => {
    await beat("a", "b", "c");
    const heard: number[] = [];
    const fleet = fleetOf("a");
    fleet.onNodes((nodes) => heard.push(nodes));
    expect(fleet.liveNodes()).toBe(1);
    await eventually(() => fleet.liveNodes() === 3);
    await db.pool.query(
      "UPDATE node SET heartbeat_at = now() - interval '11 seconds' WHERE id = 'c'",
    );
    await eventually(() => fleet.liveNodes() === 2);
    expect(heard).toEqual([3, 2]);
  });

  it("have one prober, and another one within a second when it leaves in order", async () => {
    const [first, second] = [fleetOf("a"), fleetOf("b")];
    const prober = await eventually(() => [first, second].find((one) => one.lease() !== null));
    const other = prober === first ? second : first;
    expect([prober.role(), other.role()]).toEqual(["prober", "listener"]);
    const before = prober.lease()!.epoch;
    await prober.stop();
    expect(prober.role()).not.toBe("prober");
    await eventually(() => other.role() === "prober", 1_000);
    expect(other.lease()!.epoch).toBe(before + 1);
  });

  it("each look for themselves while the database is silent, with the number that they knew, and agree again after it", async () => {
    await beat("a", "b");
    const cable: Cable = await layCable(database.url);
    const there = openDatabase({ url: cable.url, poolSize: 2, applicationName: "test" });
    try {
      const [first, second] = [fleetOf("a", there), fleetOf("b", there)];
      const both = [first, second];
      await eventually(() => both.some((one) => one.role() === "prober"));
      await eventually(() => both.every((one) => one.liveNodes() === 2));
      cable.plug(false);
      await eventually(() => both.every((one) => one.role() === "alone"), 4_000);
      expect(both.map((one) => one.lease())).toEqual([null, null]);
      expect(both.map((one) => one.liveNodes())).toEqual([2, 2]);
      expect(first.duty()).toMatchObject({ isRegular: true, spread: 2, budgetRatio: 0.5 });
      cable.plug(true);
      await eventually(() => both.every((one) => one.role() !== "alone"), 4_000);
      expect(both.filter((one) => one.role() === "prober")).toHaveLength(1);
      await Promise.all(both.map((one) => one.stop()));
    } finally {
      await there.close();
      cable.close();
    }
  });

  it("look for themselves soon when there was no database from the beginning", async () => {
    const nowhere = openDatabase({
      url: "postgresql://x:x@127.0.0.1:1/x",
      poolSize: 1,
      applicationName: "test",
    });
    try {
      const fleet = fleetOf("a", nowhere);
      await eventually(() => fleet.role() === "alone", 2_000);
      await fleet.stop();
    } finally {
      await nowhere.close();
    }
  });
});

describe("hints", () => {
  const clock = { liveNodes: () => 2, databaseNowMs: () => Date.now() };
  const opened: Decision = {
    ...{ type: "transition", target, from: "closed", to: "open" },
    ...{ rule: "opening", reason: "run", evidence: {}, observed: false },
  };

  function hintsOf(nodeId: string, heard: string[] = [], fleet = clock): Hints {
    const now = (): number => performance.now();
    const onHint = (id: string): void => void heard.push(id);
    const hints = startHints({ db, nodeId, fleet, now, onHint });
    running.push(hints);
    return hints;
  }

  it("tell the other nodes of a target that went down, and not the one that sent it", async () => {
    const [own, others]: [string[], string[]] = [[], []];
    const sender = hintsOf("a", own);
    hintsOf("b", others);
    await eventually(() => listening());
    sender.onDecision({ ...opened, to: "degraded" });
    sender.onDecision({ ...opened, observed: true });
    sender.onDecision(opened);
    await eventually(() => others.length > 0);
    expect(others).toEqual([target.id]);
    expect(own).toEqual([]);
    expect(sender.counts().sent).toBe(1);
  });

  it("are not sent by a node that is alone", async () => {
    const sender = hintsOf("a", [], { ...clock, liveNodes: () => 1 });
    sender.onDecision(opened);
    await sender.stop();
    expect(sender.counts()).toEqual({ sent: 0, heard: 0, dropped: 0 });
  });

  it("are at most five a second, in and out, and the late ones are dropped", async () => {
    const heard: string[] = [];
    const sender = hintsOf("a");
    const receiver = hintsOf("b", heard);
    await eventually(() => listening());
    for (let index = 0; index < 40; index += 1) {
      sender.onDecision({ ...opened, target: { ...target, id: `acme:us:m${index}` } });
    }
    await new Promise((resolve) => setTimeout(resolve, 900));
    expect(sender.counts().sent).toBeLessThanOrEqual(5);
    expect(heard.length).toBeLessThanOrEqual(5);
    expect(heard.length).toBeGreaterThan(0);
    await eventually(() => sender.counts().sent + sender.counts().dropped === 40, 6_000);
    expect(sender.counts().sent).toBeLessThanOrEqual(20);
    expect(receiver.counts().heard).toBeLessThanOrEqual(20);
  });

  it("of one target start one look, however often they come", async () => {
    const heard: string[] = [];
    const receiver = hintsOf("b", heard);
    await eventually(() => listening());
    for (let again = 0; again < 20; again += 1) {
      await sendHint(db, "liar", target.id, 1_000);
    }
    await eventually(() => receiver.counts().heard + receiver.counts().dropped === 20);
    expect(heard).toEqual([target.id]);
  });

  it("from long ago by the database's clock are dropped", async () => {
    const heard: string[] = [];
    const receiver = hintsOf("b", heard);
    await eventually(() => listening());
    const atMs = Date.now() - 10_000;
    const late = JSON.stringify({ kind: "hint", id: "a", target: target.id, atMs });
    await db.pool.query("SELECT pg_notify($1, $2)", [noticeChannel, late]);
    await eventually(() => receiver.counts().dropped === 1);
    expect(heard).toEqual([]);
  });

  it("are notices of at most 200 bytes; a longer name is left out", async () => {
    const payloads: string[] = [];
    running.push({ stop: db.listen(noticeChannel, (payload) => payloads.push(payload)) });
    await eventually(() => listening());
    expect(await sendHint(db, "n".repeat(60), "t".repeat(300), 1_000)).toBe(false);
    const node = "n".repeat(60);
    let longest = "";
    for (let length = 40; length < 140; length += 1) {
      if (await sendHint(db, node, "t".repeat(length), 1_000)) {
        longest = "t".repeat(length);
      }
    }
    await eventually(() => payloads.some((payload) => payload.includes(longest)));
    expect(Math.max(...payloads.map((payload) => Buffer.byteLength(payload)))).toBeLessThanOrEqual(
      200,
    );
    expect(parseNotice(payloads.at(-1)!)).toMatchObject({
      kind: "hint",
      id: node,
      target: longest,
    });
  });

  async function listening(): Promise<boolean> {
    const { rows } = await db.pool.query(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'`,
    );
    return rows.length > 0;
  }
});
