import { readFile } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ActingPerson, systemActor } from "@/lib/control/actor";
import { filmView } from "@/lib/control/film-view";
import { healthView } from "@/lib/control/health-view";
import { moversView } from "@/lib/control/movers-view";
import { objectsView, objectView } from "@/lib/control/object-view";
import { publishDocument } from "@/lib/control/publish-document";
import { type MetricsRange } from "@/lib/control/ranges";
import { createControlDeps } from "@/lib/control/verb";
import { FilmView, HealthView, MoversView, ObjectsView, ObjectView } from "@/lib/shared/contract";
import { type AttemptRecord, type CallRecord } from "@/lib/store/call-log";
import { type Database } from "@/lib/store/database";
import { upsertNode } from "@/lib/store/nodes";
import { publishSample, sampleDocument } from "./samples";
import { type OpenTestDatabase, openTestDatabase } from "./support";
import { attemptRecord, callRecord, logBatch, logProbes, logTransition } from "./traffic";

const viewer: ActingPerson = { type: "operator", name: "Minji", role: "viewer" };
const minute = 60_000;
const hour = 60 * minute;

let database: OpenTestDatabase;
let db: Database;
beforeEach(async () => {
  database = await openTestDatabase();
  db = database.db;
  await publishSample(createControlDeps(db));
});
afterEach(() => database.end());

// New dependencies each time: no answer is from the cache.
const list = async (kind: "model" | "region", range: MetricsRange = "1h"): Promise<ObjectsView> =>
  ObjectsView.parse(await objectsView(viewer, createControlDeps(db), { kind, range }));
const one = async (
  kind: "model" | "region",
  id: string,
  range: MetricsRange = "1h",
): Promise<ObjectView> =>
  ObjectView.parse(await objectView(viewer, createControlDeps(db), { kind, range, id }));

const log = (
  calls: readonly { call: CallRecord; attempts: readonly AttemptRecord[] }[],
): Promise<number> =>
  logBatch(db, {
    calls: calls.map(({ call }) => call),
    attempts: calls.flatMap(({ attempts }) => attempts),
    plans: [],
  });
const failed = {
  outcome: "failed",
  reason: "server_error",
  status: 503,
  cost_nano_usd: null,
} as const;

/** us-east fails, and eu-west answers (`within` the model) or deepseek-v3 does. */
function rescued(
  atMs: number,
  by: "region" | "model",
): { call: CallRecord; attempts: AttemptRecord[] } {
  const answer =
    by === "region"
      ? { model: "gpt-4.1", region: "eu-west" }
      : { model: "deepseek-v3", region: "us-east" };
  const call = callRecord(atMs, {
    ...answer,
    rescued_by: by === "region" ? "sibling" : "fallback",
    fallback: by === "model",
    region_switch: by === "region",
    attempts: 2,
  });
  return {
    call,
    attempts: [
      attemptRecord(call, failed),
      attemptRecord(call, {
        ...answer,
        seq: 2,
        target_id: `alpha:${answer.region}:${answer.model}`,
      }),
    ],
  };
}

describe("figures of models and regions", () => {
  it("are there for every one of the configuration, also for those that nobody asked", async () => {
    expect((await list("model")).rows).toMatchObject([
      { id: "gpt-4.1", attempts: 0, availability: { source: "none" }, costPerMTokNanoUsd: null },
      { id: "deepseek-v3", attempts: 0, p50Ms: null, tokensPerSecond: null, movedOut: 0 },
    ]);
    expect((await list("region")).rows.map(({ id }) => id)).toEqual([
      "us-east",
      "eu-west",
      "global",
    ]);
  });

  it("count attempts and errors where they happened, and calls that moved from one to another", async () => {
    const at = Date.now() - 5 * minute;
    const plain = callRecord(at);
    await log([
      { call: plain, attempts: [attemptRecord(plain)] },
      rescued(at, "region"),
      rescued(at, "model"),
      rescued(at, "model"),
    ]);
    const [gpt, deepseek] = (await list("model")).rows;
    expect(gpt).toMatchObject({
      attempts: 5,
      failed: 3,
      errors: expect.objectContaining({ server: 3, timeout: 0 }),
      movedOut: 2,
      movedIn: 0,
    });
    expect(deepseek).toMatchObject({ attempts: 2, failed: 0, movedOut: 0, movedIn: 2 });
    expect([gpt?.servedShare, deepseek?.servedShare]).toEqual([0.5, 0.5]);
    const [usEast, euWest] = (await list("region")).rows;
    // A fallback to another model of the same region does not leave the region.
    expect(usEast).toMatchObject({ attempts: 6, failed: 3, movedOut: 1, movedIn: 0 });
    expect(euWest).toMatchObject({ attempts: 1, movedOut: 0, movedIn: 1 });
  });

  it("say whose a model is and what its list price is, as of the newest revision", async () => {
    const deps = createControlDeps(db);
    const read = async (): Promise<unknown> =>
      (await objectsView(viewer, deps, { kind: "model", range: "1h" })).rows;
    expect(await read()).toMatchObject([
      { owner: "system", ownerPath: null, listPrice: null, servedShare: null },
      { id: "deepseek-v3" },
    ]);
    await publishDocument(systemActor, deps, {
      document: {
        ...sampleDocument,
        models: [
          {
            id: "gpt-4.1",
            targets: [{ provider: "alpha" }],
            price: { input: 2, output: 8, cached_input: 0.5 },
          },
          { id: "deepseek-v3", targets: [{ provider: "alpha" }] },
        ],
      },
      source: { kind: "file", path: "/etc/bellwether.yaml" },
    });
    expect(await read()).toMatchObject([
      {
        owner: "file",
        ownerPath: "/etc/bellwether.yaml",
        listPrice: { input: 2, output: 8, cachedInput: 0.5 },
      },
      { id: "deepseek-v3", listPrice: null },
    ]);
    expect((await list("region")).rows[0]).toMatchObject({ owner: null, listPrice: null });
  });

  it("merge percentiles, speeds and prices from what was measured", async () => {
    const at = Date.now() - 3 * minute;
    const streamed = callRecord(at, {
      stream: true,
      ttft_ms: 200,
      total_ms: 1_200,
      completion_tokens: 50,
      prompt_tokens: 50,
      cost_nano_usd: 100_000,
    });
    await log([{ call: streamed, attempts: [attemptRecord(streamed, { ttft_ms: 200 })] }]);
    const [gpt] = (await list("model")).rows;
    expect(gpt?.ttftP50Ms).toBeGreaterThan(160);
    expect(gpt?.ttftP50Ms).toBeLessThan(250);
    expect(gpt?.p50Ms).toBeGreaterThan(1_000);
    expect(gpt?.tokensPerSecond).toBeGreaterThan(40);
    expect(gpt?.tokensPerSecond).toBeLessThan(62);
    expect(gpt).toMatchObject({ costNanoUsd: 100_000, costPerMTokNanoUsd: 1_000_000_000 });
    const { series, sloServedPercent } = await one("model", "gpt-4.1", "1h");
    const bucket = series.find(({ gap }) => !gap);
    // One call is every percentile of itself, and both its numbers are said.
    expect(bucket).toMatchObject({ ttftN: 1, totalN: 1, ttftP99Ms: bucket?.ttftP50Ms });
    expect(bucket?.p99Ms).toBe(bucket?.p50Ms);
    expect(bucket?.parts["us-east"]?.tokensPerSecond).toBe(gpt?.tokensPerSecond);
    expect(sloServedPercent).toBe(99.9);
  });

  it.each(["15m", "1h", "6h", "24h", "7d", "30d", "90d"] as const)(
    "of %s add up to the same in the list and in the buckets of one",
    async (range) => {
      const calls = [1, 2, 3, 4].map((ago) => callRecord(Date.now() - ago * minute));
      await log(calls.map((call) => ({ call, attempts: [attemptRecord(call)] })));
      const [gpt] = (await list("model", range)).rows;
      const view = await one("model", "gpt-4.1", range);
      const sum = view.series.reduce((total, { attempts }) => total + attempts, 0);
      expect([gpt?.attempts, view.figures.attempts, sum]).toEqual([4, 4, 4]);
      expect(view.series.length).toBeLessThanOrEqual(301);
      expect(view.series.filter(({ gap }) => gap).length).toBeGreaterThan(0);
      const parts = view.series.flatMap((bucket) => Object.keys(bucket.parts));
      expect(new Set(parts)).toEqual(new Set(["us-east"]));
    },
  );

  it("leave the demo out, and have probes beside few calls", async () => {
    const at = Date.now() - 2 * minute;
    const demo = callRecord(at, { demo: true });
    const own = callRecord(at);
    await log([demo, own].map((call) => ({ call, attempts: [attemptRecord(call)] })));
    await logProbes(
      db,
      "alpha:us-east:gpt-4.1",
      [0, 1, 2, 3].map((ago) => [at - ago * 1_000, "pass"]),
    );
    const [gpt] = (await list("model")).rows;
    expect(gpt).toMatchObject({ attempts: 1, availability: { source: "probe" } });
    const parts = (await one("model", "gpt-4.1")).series.map((bucket) => bucket.parts["us-east"]);
    expect(parts.reduce((sum, part) => sum + (part?.probesPassed ?? 0), 0)).toBe(4);
    await logProbes(db, "alpha:us-east:gpt-4.1", [[at - 10 * minute, "fail"]]);
    const probed = (await one("model", "gpt-4.1")).series.flatMap(({ gap, parts: own }) =>
      own["us-east"]?.n === 0 ? [{ gap, ...own["us-east"] }] : [],
    );
    // Nobody called it then: a gap, in which a look of our own says something.
    expect(probed).toContainEqual(
      expect.objectContaining({ gap: true, n: 0, probes: 1, probesPassed: 0 }),
    );
  });

  it("say who answered in whose place, most first", async () => {
    const at = Date.now() - minute;
    await log([rescued(at, "model"), rescued(at, "model")]);
    expect((await one("model", "deepseek-v3")).flows).toEqual([
      { from: "gpt-4.1", to: "deepseek-v3", calls: 2 },
    ]);
    expect((await one("region", "us-east")).flows).toEqual([]);
    const moves = async (id: string) =>
      (await one("model", id)).series
        .map(({ movedTo, movedFrom }) => ({ movedTo, movedFrom }))
        .filter((bucket) => JSON.stringify(bucket).includes(":2"));
    expect(await moves("deepseek-v3")).toEqual([{ movedTo: {}, movedFrom: { "gpt-4.1": 2 } }]);
    expect(await moves("gpt-4.1")).toEqual([{ movedTo: { "deepseek-v3": 2 }, movedFrom: {} }]);
  });

  it("of a model or region that does not exist are not found", async () => {
    await expect(one("model", "no-such")).rejects.toMatchObject({ code: "not_found" });
    await expect(one("region", "gpt-4.1")).rejects.toMatchObject({ code: "not_found" });
  });
});

describe("a target's first choices", () => {
  it("are what it answered itself and what others had to answer for it", async () => {
    const at = Date.now() - minute;
    const plain = callRecord(at);
    await log([
      { call: plain, attempts: [attemptRecord(plain)] },
      rescued(at, "region"),
      rescued(at, "model"),
      rescued(at, "model"),
    ]);
    const { targets } = HealthView.parse(await healthView(viewer, createControlDeps(db), null));
    const of = (id: string) => targets.find((target) => target.id === id);
    expect(of("alpha:us-east:gpt-4.1")).toMatchObject({
      attempts: 4,
      firstChoice: 4,
      movedOut: 3,
    });
    expect(of("alpha:eu-west:gpt-4.1")).toMatchObject({ attempts: 1, firstChoice: 0, movedOut: 0 });
    expect(of("alpha:us-east:deepseek-v3")).toMatchObject({
      attempts: 2,
      firstChoice: 0,
      costNanoUsd: 360_000,
    });
  });
});

describe("what moved most", () => {
  const week = 7 * 24 * hour;

  async function logSpan(atMs: number, n: number, totalMs: number): Promise<void> {
    const calls = Array.from({ length: n }, () => callRecord(atMs, { total_ms: totalMs }));
    await log(calls.map((call) => ({ call, attempts: [attemptRecord(call)] })));
  }

  it.each(["1h", "24h", "7d"] as const)(
    "over %s is found against the same hours last week",
    async (range) => {
      const ago = range === "7d" ? 30 * hour : 20 * minute;
      await logSpan(Date.now() - ago, 25, 3_000);
      await logSpan(Date.now() - ago - week, 30, 600);
      const view = MoversView.parse(await moversView(viewer, createControlDeps(db), { range }));
      expect(view).toMatchObject({ range, shiftMs: week });
      expect(view.rows).toMatchObject([
        { target: "alpha:us-east:gpt-4.1", measure: "p95", n: 25, formerN: 30, affected: 25 },
      ]);
      expect(view.rows[0]!.now / view.rows[0]!.former).toBeGreaterThan(4);
    },
  );

  it("is nothing where nobody called last week", async () => {
    await logSpan(Date.now() - minute, 25, 3_000);
    const view = await moversView(viewer, createControlDeps(db), { range: "1h" });
    expect(view.rows).toEqual([]);
  });
});

it("the chart of a model carries what happened to it, and not what happened to others", async () => {
  await logTransition(db, Date.now() - minute, "closed", "open");
  const kinds = async (id: string) =>
    (await one("model", id)).annotations.map(({ kind }) => kind).toSorted();
  expect(await kinds("gpt-4.1")).toEqual(["config", "opened"]);
  expect(await kinds("deepseek-v3")).toEqual(["config"]);
});

describe("the film of a day", () => {
  it("has every target's worst state of each five minutes, and gaps where nothing was heard", async () => {
    await upsertNode(db, {
      id: "host/0",
      startedAt: 1,
      appliedRevision: 1,
      appliedAt: 2,
      droppedRecords: 0,
      refused: null,
    });
    const now = Date.now();
    await logTransition(db, now - 3 * hour, "closed", "open");
    await logTransition(db, now - 2 * hour, "open", "closed");
    const call = callRecord(now - hour);
    await log([{ call, attempts: [attemptRecord(call)] }]);
    const film = FilmView.parse(await filmView(viewer, createControlDeps(db), null));
    expect(film.targets).toHaveLength(5);
    const strip = film.targets.find(({ id }) => id === "alpha:us-east:gpt-4.1")?.strip ?? [];
    expect(strip).toHaveLength(288);
    const at = (ms: number): unknown => strip[Math.floor((ms - film.from) / film.cellMs)];
    expect(at(now - 4 * hour)).toBe(null);
    expect(at(now - 2.5 * hour)).toBe("down");
    expect(at(now - 1.5 * hour)).toBe(null);
    expect(at(now - hour)).toBe("healthy");
    expect(film.targets[1]?.strip.every((state) => state === null)).toBe(true);
  });

  it("shows the outage of made-up calls, by what a healer would have done about it", async () => {
    await upsertNode(db, {
      id: "host/0",
      startedAt: Date.now(),
      appliedRevision: 1,
      appliedAt: 2,
      droppedRecords: 0,
      refused: null,
    });
    await db.pool.query(await readFile("bench/dashboard/outage.sql", "utf8"));
    const film = FilmView.parse(await filmView(viewer, createControlDeps(db), null));
    const { strip = [] } = film.targets.find(({ id }) => id === "alpha:us-east:gpt-4.1") ?? {};
    const down = strip.flatMap((state, index) => (state === "down" ? [index] : []));
    const [first = 0] = down;
    // Half an hour in steps of five minutes, four hours and a third ago.
    expect([6, 7]).toContain(down.length);
    expect(film.generatedAt - (film.from + first * film.cellMs)).toBeLessThan(4.5 * hour);
    expect(new Set(down.map((index, place) => index - place)).size).toBe(1);
  });
});
