import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ActingPerson } from "@/lib/control/actor";
import { callDetail, callsPage } from "@/lib/control/calls-page";
import { changesPage } from "@/lib/control/changes-page";
import { healthView } from "@/lib/control/health-view";
import { createKey } from "@/lib/control/keys";
import { metricsView } from "@/lib/control/metrics-view";
import { type MetricsRange } from "@/lib/control/ranges";
import { revertRevision } from "@/lib/control/revert-revision";
import { routeView } from "@/lib/control/route-view";
import { setRouteChain } from "@/lib/control/set-route-chain";
import { setSwitch } from "@/lib/control/set-switch";
import { createControlDeps } from "@/lib/control/verb";
import {
  type BreakerFigures,
  CallDetail,
  CallsPage,
  ChangesPage,
  HealthView,
  MetricsView,
} from "@/lib/shared/contract";
import { type AttemptRecord } from "@/lib/store/call-log";
import { type Database } from "@/lib/store/database";
import { upsertNode } from "@/lib/store/nodes";
import { runUpkeep } from "@/lib/store/upkeep";
import { writeTargetStates } from "@/lib/store/target-states";
import { targetState } from "../support/target-state";
import { publishSample } from "./samples";
import { type OpenTestDatabase, openTestDatabase } from "./support";
import { attemptRecord, callRecord, logBatch, logCalls, logProbes, logTransition } from "./traffic";

const viewer: ActingPerson = { type: "operator", name: "Minji", role: "viewer" };
const operator: ActingPerson = { ...viewer, role: "operator" };
const usEast = "alpha:us-east:gpt-4.1";
const second = 1_000;
const minute = 60_000;

let database: OpenTestDatabase;
let db: Database;
beforeEach(async () => {
  database = await openTestDatabase();
  db = database.db;
  await publishSample(createControlDeps(db));
});
afterEach(() => database.end());

// New dependencies each time: no answer is from the cache.
const health = async (): Promise<HealthView> =>
  HealthView.parse(await healthView(viewer, createControlDeps(db), null));
const metrics = async (range: MetricsRange = "1h", app: string | null = null) =>
  MetricsView.parse(await metricsView(viewer, createControlDeps(db), { range, app }));
const calls = async (query: Partial<Parameters<typeof callsPage>[2]> = {}): Promise<CallsPage> =>
  CallsPage.parse(await callsPage(viewer, createControlDeps(db), { limit: 100, ...query }));
const changes = async (limit = 100, cursor?: string): Promise<ChangesPage> =>
  ChangesPage.parse(
    await changesPage(viewer, createControlDeps(db), { limit, ...(cursor && { cursor }) }),
  );
const target = async (id = usEast): Promise<HealthView["targets"][number]> =>
  (await health()).targets.find((one) => one.id === id)!;
const node = (id = "host/0") =>
  upsertNode(db, {
    id,
    startedAt: 1,
    appliedRevision: 1,
    appliedAt: 2,
    droppedRecords: 0,
    refused: null,
  });

describe("the matrix", () => {
  it("shows every target, model, region, provider and alias of the configuration", async () => {
    const view = await health();
    expect(view.targets.map(({ id }) => id)).toEqual([
      "alpha:us-east:gpt-4.1",
      "alpha:eu-west:gpt-4.1",
      "beta:global:gpt-4.1",
      "alpha:us-east:deepseek-v3",
      "alpha:eu-west:deepseek-v3",
    ]);
    expect(view.regions.map(({ id }) => id)).toEqual(["us-east", "eu-west", "global"]);
    expect(view.routes.map(({ id }) => id)).toEqual(["auto", "cheap"]);
    expect(view.targets[0]).toMatchObject({ state: "no_data", onNodes: { count: 0, of: 0 } });
    expect(view.targets[0]?.strip).toEqual(Array.from({ length: 60 }, () => null));
  });

  it("shows the worst of the live nodes, and on how many", async () => {
    await node("a");
    await node("b");
    const ok = targetState({ probe: "up", inFlight: 2, ttftMs: 100 });
    const successors = [{ route: "auto", target: null }];
    const why = { breaker: "open", until: 9, reason: "server_error" } as const;
    const open = targetState({ ...why, inFlight: 1, successors });
    await writeTargetStates(db, "a", [{ targetId: usEast, state: ok }]);
    await writeTargetStates(db, "b", [{ targetId: usEast, state: open }]);
    expect(await target()).toMatchObject({
      state: "down",
      breaker: "open",
      until: 9,
      reason: "server_error",
      successors,
      inFlight: 3,
      ttftMs: 100,
      onNodes: { count: 1, of: 2 },
    });
  });

  it("tells what the breaker counts, of the node that is nearest to opening it", async () => {
    await node("a");
    await node("b");
    const figures = (failed: number): BreakerFigures => ({
      since: null,
      until: null,
      runToOpen: 3,
      share: { failed, counted: 6, opensAt: 5, outOf: 6 },
      ratio: { failed, counted: 6, opensAt: 10, outOf: 20 },
      step: 0,
      longestOpenMs: 10_000,
      goodToClose: null,
      observed: false,
    });
    const calm = targetState({ probe: "up", figures: figures(0) });
    const hurt = targetState({ probe: "up", consecutiveFailures: 2, figures: figures(2) });
    await writeTargetStates(db, "a", [{ targetId: usEast, state: calm }]);
    await writeTargetStates(db, "b", [{ targetId: usEast, state: hurt }]);
    expect(await target()).toMatchObject({ consecutiveFailures: 2, figures: figures(2) });
  });

  it("a switch shows at the next read, with what holds each target", async () => {
    const deps = createControlDeps(db);
    await healthView(viewer, deps, null);
    await setSwitch(operator, deps, {
      objectType: "region",
      objectId: "us-east",
      intent: "disabled",
    });
    const view = await healthView(viewer, deps, null);
    expect(view.targets.find(({ id }) => id === usEast)).toMatchObject({
      switch: { intent: "enabled" },
      effectiveIntent: "disabled",
      offBy: { type: "region", id: "us-east" },
      state: "off",
    });
    expect(view.regions.find(({ id }) => id === "us-east")?.switch).toMatchObject({
      intent: "disabled",
      actor: { name: "Minji" },
    });
  });

  it("tells since when a target is as it is shown, and nothing where nobody knows", async () => {
    await node();
    const shown = async (over: Parameters<typeof targetState>[0]) => {
      const state = targetState({ probe: "up", since: 9, ...over });
      await writeTargetStates(db, "host/0", [{ targetId: usEast, state }]);
      return target();
    };
    expect(await shown({ breaker: "open" })).toMatchObject({ state: "down", since: 9 });
    const limited = { rateLimitedUntil: Date.now() + minute };
    expect(await shown(limited)).toMatchObject({ state: "degraded", since: null });
    const off = { objectType: "region", objectId: "us-east", intent: "disabled" } as const;
    await setSwitch(operator, createControlDeps(db), off);
    const { regions, targets } = await health();
    const { changedAt } = regions.find(({ id }) => id === "us-east")!.switch;
    expect(changedAt).not.toBeNull();
    expect(targets.find(({ id }) => id === usEast)).toMatchObject({ since: changedAt });
  });

  it("a switch whose time is over shows as on before anybody wrote it down", async () => {
    const change = { objectType: "target", objectId: usEast, intent: "disabled" } as const;
    await setSwitch(operator, createControlDeps(db), { ...change, until: Date.now() + minute });
    expect(await target()).toMatchObject({ effectiveIntent: "disabled" });
    await db.pool.query("UPDATE switch SET until = now()");
    expect(await target()).toMatchObject({ effectiveIntent: "enabled", offBy: null });
  });

  it("availability leaves out rate limits and callers who left", async () => {
    const now = Date.now();
    const outcomes: Partial<AttemptRecord>[] = [
      ...Array.from({ length: 20 }, () => ({ outcome: "succeeded" }) as const),
      ...Array.from({ length: 5 }, () => ({ outcome: "failed", status: 503 }) as const),
      ...Array.from(
        { length: 9 },
        () => ({ outcome: "failed", status: 429, health: false }) as const,
      ),
      ...Array.from({ length: 7 }, () => ({ outcome: "cancelled", health: false }) as const),
    ];
    const made = outcomes.map((_outcome, index) => callRecord(now - index * second));
    await logBatch(db, {
      calls: made,
      plans: [],
      attempts: made.map((call, index) => attemptRecord(call, outcomes[index])),
    });
    expect((await target()).availability).toEqual({ ratio: 0.8, n: 25, source: "live" });
    const { models, providers } = await health();
    expect(models[0]?.availability).toMatchObject({ ratio: 0.8, n: 25 });
    expect(providers[0]?.availability).toMatchObject({ ratio: 0.8, n: 25 });
  });

  it("availability under 20 attempts is the probes'", async () => {
    const now = Date.now();
    await logCalls(db, [callRecord(now)]);
    await logProbes(db, usEast, [
      [now - second, "pass"],
      [now - 2 * second, "fail"],
      [now - 3 * second, "pass"],
      [now - 4 * second, "pass"],
      [now - 5 * second, "neutral"],
    ]);
    expect((await target()).availability).toEqual({ ratio: 0.75, n: 4, source: "probe" });
  });

  it("the strip shows a past outage in its minutes, and gaps where nothing was tried", async () => {
    const now = Date.now();
    await node();
    await writeTargetStates(db, "host/0", [{ targetId: usEast, state: targetState() }]);
    await logTransition(db, now - 30 * minute, "closed", "open");
    await logTransition(db, now - 28 * minute, "open", "closed");
    await logProbes(db, usEast, [[now - 10 * minute, "pass"]]);
    const { strip } = await target();
    expect(strip.slice(29, 32)).toEqual(["down", "down", "down"]);
    expect(strip[49]).toBe("healthy");
    expect(strip.filter((cell) => cell === null)).toHaveLength(56);
  });

  it("names who owns an order, and marks one that people changed", async () => {
    const deps = createControlDeps(db);
    expect(await routeView(viewer, deps, { id: "auto" })).toMatchObject({
      owner: "system",
      overridden: false,
      revision: 1,
    });
    await setRouteChain(operator, deps, { routeId: "auto", chain: ["deepseek-v3", "gpt-4.1"] });
    expect(await routeView(viewer, deps, { id: "auto" })).toMatchObject({
      overridden: true,
      revision: 2,
      chain: ["deepseek-v3", "gpt-4.1"],
    });
    expect(await routeView(viewer, deps, { id: "cheap" })).toMatchObject({ revision: 1 });
    await expect(routeView(viewer, deps, { id: "atuo" })).rejects.toMatchObject({
      code: "not_found",
      message: expect.stringContaining('"auto"'),
    });
  });
});

describe("the demo rule", () => {
  const demo = { demo: true, key_id: "demo" };

  it("without real traffic the numbers are the demo's", async () => {
    await logCalls(db, [callRecord(Date.now(), demo)]);
    expect((await health()).demo).toBe("only");
    expect(await metrics()).toMatchObject({ demo: true, totals: { calls: 1 } });
  });

  it("the first real call takes the demo out of every number, for good", async () => {
    const now = Date.now();
    await logCalls(db, [callRecord(now, demo), callRecord(now - 50 * minute, { total_ms: 5 })]);
    expect((await health()).demo).toBe("excluded");
    expect(await metrics()).toMatchObject({
      demo: false,
      totals: { calls: 1, p50Ms: 5, availability: { n: 1 } },
    });
    expect((await target()).availability.n).toBe(0);
  });

  it("a running process notices the first real call", async () => {
    const deps = createControlDeps(db);
    await logCalls(db, [callRecord(Date.now(), demo)]);
    expect((await healthView(viewer, deps, null)).demo).toBe("only");
    await logCalls(db, [callRecord(Date.now())]);
    await expect
      .poll(async () => (await healthView(viewer, deps, null)).demo, { timeout: 5_000 })
      .toBe("excluded");
  });

  it("without a demo it is off", async () => {
    expect((await health()).demo).toBe("off");
    await logCalls(db, [callRecord(Date.now())]);
    expect((await health()).demo).toBe("off");
  });

  it("the log still lists the demo's calls, marked", async () => {
    await logCalls(db, [callRecord(Date.now(), demo), callRecord(Date.now())]);
    expect((await calls()).calls.map((call) => call.demo).toSorted()).toEqual([false, true]);
  });
});

describe("the metrics", () => {
  it("are the percentiles of served calls, merged from histograms", async () => {
    const now = Date.now();
    await logCalls(db, [
      ...Array.from({ length: 100 }, (_, index) =>
        callRecord(now - index, { total_ms: index + 1, ttft_ms: index, overhead_us: 10 * index }),
      ),
      callRecord(now, { outcome: "failed", status: 502, total_ms: 100_000 }),
    ]);
    const { totals } = await metrics();
    expect(totals).toMatchObject({
      calls: 101,
      served: 100,
      failed: 1,
      ttftN: 100,
    });
    const near = (told: number | null, exact: number): void =>
      expect(Math.abs(told! / exact - 1)).toBeLessThan(0.03);
    near(totals.p50Ms, 50);
    near(totals.p95Ms, 95);
    near(totals.ttftP50Ms, 49);
    near(totals.overheadP50Us, 490);
    expect(totals.servedRate).toBeCloseTo(100 / 101);
  });

  it("count each outcome once, and rescues only when served", async () => {
    const now = Date.now();
    await logCalls(db, [
      callRecord(now),
      callRecord(now, { rescued_by: "fallback", fallback: true }),
      callRecord(now, { rescued_by: "sibling", region_switch: true }),
      callRecord(now, { outcome: "failed", fallback: true }),
      callRecord(now, { outcome: "refused", status: 400 }),
      callRecord(now, { outcome: "cancelled", status: 499 }),
    ]);
    const { totals, series } = await metrics();
    expect(totals).toMatchObject({
      calls: 6,
      served: 3,
      failed: 1,
      refused: 1,
      cancelled: 1,
      rescued: 2,
      fallbacks: 1,
      regionSwitches: 1,
      servedRate: 0.75,
    });
    expect(series.filter(({ gap }) => !gap)).toEqual([
      expect.objectContaining({ firstTry: 1, rescued: 2, failed: 1, refused: 1, cancelled: 1 }),
    ]);
  });

  it("price tokens by the calls whose cost is known, and count the others", async () => {
    const now = Date.now();
    const priced = { prompt_tokens: 600, completion_tokens: 400, cost_nano_usd: 3_000_000 };
    await logCalls(db, [callRecord(now, priced), callRecord(now, { cost_nano_usd: null })]);
    expect((await metrics()).totals).toMatchObject({
      costNanoUsd: 3_000_000,
      costPerMTokNanoUsd: 3_000_000_000,
      unpriced: 1,
      promptTokens: 610,
    });
  });

  it.each([
    ["15m", 16, minute],
    ["1h", 61, minute],
    ["6h", 73, 5 * minute],
    ["24h", 289, 5 * minute],
    ["7d", 169, 60 * minute],
    ["30d", 241, 180 * minute],
    ["90d", 91, 1_440 * minute],
  ] as const)("over %s have %i buckets, the last one partial", async (range, count, bucketMs) => {
    const view = await metrics(range);
    expect(view.series).toHaveLength(count);
    expect(view.bucketMs).toBe(bucketMs);
    expect(view.series.at(-1)?.t).toBe(view.partialFrom);
    expect(view.series.every(({ t }, index) => t === view.from + index * bucketMs)).toBe(true);
  });

  it("leave out what is older than the range, and say null where there is nothing", async () => {
    await logCalls(db, [callRecord(Date.now() - 2 * 60 * minute)]);
    expect((await metrics()).totals).toMatchObject({
      calls: 0,
      servedRate: null,
      p50Ms: null,
      costPerMTokNanoUsd: null,
    });
    expect((await metrics("6h")).totals.calls).toBe(1);
  });

  it("over 90 days are by the days of the workspace, and add up like those of every other range", async () => {
    await publishSample(createControlDeps(db), { settings: { timezone: "America/New_York" } });
    await runUpkeep(db);
    const now = Date.now();
    const calls = Array.from({ length: 40 }, (_, n) => callRecord(now - n * 2 * 1_440 * minute));
    await logCalls(db, calls);
    const view = await metrics("90d");
    expect(view.totals.calls).toBe(40);
    const dayOf = new Intl.DateTimeFormat("en-CA", { timeZone: "America/New_York" });
    const clock = new Intl.DateTimeFormat("en-GB", {
      timeZone: "America/New_York",
      timeStyle: "medium",
    });
    expect(new Set(view.series.map(({ t }) => clock.format(t)))).toEqual(new Set(["00:00:00"]));
    expect(view.series.filter(({ gap }) => !gap).map(({ t }) => dayOf.format(t))).toEqual(
      calls.map(({ started_at: at }) => dayOf.format(new Date(at))).toReversed(),
    );
    const month = await metrics("30d");
    expect(month.totals.calls).toBe(16);
    expect(month.series.reduce((sum, { firstTry }) => sum + firstTry, 0)).toBe(16);
    expect((await metrics("7d")).totals.calls).toBe(4);
  });

  it("count a call that a crash cut off as failed", async () => {
    await logCalls(db, [callRecord(Date.now(), { outcome: "unknown_crash", status: 0 })]);
    const { totals, series } = await metrics();
    expect(totals).toMatchObject({ calls: 1, served: 0, failed: 1, servedRate: 0 });
    expect(series.reduce((sum, { failed }) => sum + failed, 0)).toBe(1);
    expect((await calls()).calls[0]?.outcome).toBe("unknown_crash");
  });

  it("of one application are of its calls and their attempts alone", async () => {
    const now = Date.now();
    await logCalls(db, [callRecord(now), callRecord(now, { key_id: "ci" })]);
    expect((await metrics("1h", "ci")).totals).toMatchObject({ calls: 1, availability: { n: 1 } });
  });

  it("stand beside those of the same hours last week, and have a value for each bucket", async () => {
    const at = Date.now() - 2 * minute;
    const week = 7 * 1_440 * minute;
    const slow = Array.from({ length: 3 }, () => callRecord(at - week, { total_ms: 4_000 }));
    const fast = callRecord(at, { total_ms: 400, ttft_ms: 90, cost_nano_usd: 7_000 });
    await logCalls(db, [...slow, fast, callRecord(at - week - 90 * minute)]);
    const { totals, former, series, sloServedPercent } = await metrics();
    expect([totals.calls, former.totals.calls, former.shiftMs]).toEqual([1, 3, week]);
    expect(former.totals.p95Ms! / totals.p95Ms!).toBeGreaterThan(8);
    const [full, ...more] = series.filter(({ gap }) => !gap);
    expect(more).toEqual([]);
    expect(full).toMatchObject({ costNanoUsd: 7_000, attemptsSucceeded: 1, attemptsFailed: 0 });
    expect(full!.p95Ms).toBe(totals.p95Ms);
    expect(full!.ttftP50Ms).toBe(totals.ttftP50Ms);
    expect(sloServedPercent).toBe(99.9);
    await publishSample(createControlDeps(db), { settings: { slo_served_percent: 99.5 } });
    expect((await metrics()).sloServedPercent).toBe(99.5);
  });

  it("between two instants are those of then, whatever came since", async () => {
    const now = Math.floor(Date.now() / minute) * minute;
    await logCalls(
      db,
      [1, 30, 90, 400].map((ago) => callRecord(now - ago * minute)),
    );
    await logTransition(db, now - minute, "closed", "open");
    const range = { fromMs: now - 100 * minute, toMs: now - 20 * minute };
    const view = await metrics(range);
    expect(view).toMatchObject({ from: range.fromMs, to: range.toMs, partialFrom: range.toMs });
    expect(view.totals.calls).toBe(2);
    expect(view.series).toHaveLength(80);
    expect(view.annotations).toEqual([]);
    const days = { fromMs: now - 200 * 1_440 * minute, toMs: now + 1_440 * minute };
    const long = await metrics(days);
    expect(long.totals.calls).toBe(4);
    expect(long.partialFrom).toBe(long.series.at(-1)?.t);
    expect(long.series.length).toBeLessThanOrEqual(202);
  });

  it("tell which applications called in the last five minutes, and whom failures reached", async () => {
    const deps = createControlDeps(db);
    const admin: ActingPerson = { ...viewer, role: "admin" };
    for (const id of ["shop", "ci", "idle"]) {
      await createKey(admin, deps, { id });
    }
    const now = Date.now();
    await logCalls(db, [
      callRecord(now, { key_id: "ci" }),
      callRecord(now, { key_id: "shop" }),
      callRecord(now, { key_id: "shop", outcome: "failed", status: 502 }),
      callRecord(now - 20 * minute, { key_id: "idle", outcome: "failed", status: 502 }),
    ]);
    expect((await metrics()).apps).toEqual({
      active: 2,
      failing: [{ id: "shop", failed: 1, calls: 2 }],
    });
  });

  it("carry people's changes and the healer's, in order of time", async () => {
    await logTransition(db, Date.now() - minute, "closed", "open");
    await logTransition(db, Date.now() - 30 * second, "open", "half_open");
    await logTransition(db, Date.now() - 20 * second, "ramp", "closed");
    // What goes on being down for one reason after another is no news.
    const reasons = ["open", "region_down"];
    for (let swaps = 0; swaps < 210; swaps += 1) {
      const [from = "", to = ""] = swaps % 2 === 0 ? reasons : reasons.toReversed();
      await logTransition(db, Date.now() - 50 * second + swaps, from, to);
    }
    await setSwitch(operator, createControlDeps(db), {
      objectType: "model",
      objectId: "gpt-4.1",
      intent: "draining",
    });
    const { annotations } = await metrics();
    expect(annotations.map(({ kind, title }) => [kind, title])).toEqual([
      ["opened", "gpt-4.1 @ us-east"],
      ["closed", "gpt-4.1 @ us-east"],
      ["config", "#1"],
      ["config", "gpt-4.1: draining"],
    ]);
  });
});

describe("the call log", () => {
  it("pages do not move while new calls come", async () => {
    const now = Date.now();
    const made = Array.from({ length: 25 }, (_, index) => callRecord(now - index * 10));
    await logCalls(db, made);
    const seen: string[] = [];
    let cursor: string | null | undefined;
    do {
      const page = await calls({ limit: 10, ...(cursor && { cursor }) });
      seen.push(...page.calls.map(({ id }) => id));
      cursor = page.nextCursor;
      await logCalls(db, [callRecord(Date.now())]);
    } while (cursor !== null);
    expect(seen).toEqual(made.map(({ id }) => id));
  });

  it("filters by outcome, model (asked or answering), region and rescue", async () => {
    const now = Date.now();
    await logCalls(db, [
      callRecord(now, { region: "eu-west", rescued_by: "sibling" }),
      callRecord(now - 1, { outcome: "failed", model: null, asked_model: "deepseek-v3" }),
    ]);
    const count = async (query: Parameters<typeof calls>[0]): Promise<number> =>
      (await calls(query)).calls.length;
    expect(await count({ outcome: "failed" })).toBe(1);
    expect(await count({ model: "deepseek-v3" })).toBe(1);
    expect(await count({ model: "gpt-4.1" })).toBe(1);
    expect(await count({ region: "eu-west" })).toBe(1);
    expect(await count({ rescued: true })).toBe(1);
    expect(await count({ rescued: false })).toBe(1);
    expect(await count({ rescued: true, outcome: "failed" })).toBe(0);
  });

  it("bounds the list by when calls began, the end of a span not being of it", async () => {
    const at = Math.floor(Date.now() / minute) * minute - 90 * minute;
    const made = [0, 1, 2].map((minutes) => callRecord(at + minutes * minute));
    await logCalls(db, made);
    const found = async (range: MetricsRange, more = {}): Promise<string[]> =>
      (await calls({ range, ...more })).calls.map(({ id }) => id);
    const span = { fromMs: at, toMs: at + 2 * minute };
    expect(await found(span)).toEqual([made[1]!.id, made[0]!.id]);
    expect(await found(span, { outcome: "served" })).toEqual([made[1]!.id, made[0]!.id]);
    expect(await found(span, { cursor: made[1]!.id })).toEqual([made[0]!.id]);
    expect(await found("1h")).toEqual([]);
    expect(await found("6h")).toHaveLength(3);
  });

  it("filters by what a call took, cost and got, and by how it was asked", async () => {
    const now = Date.now();
    await logCalls(db, [
      callRecord(now, { ttft_ms: 2_500, total_ms: 12_000, stream: true, attempts: 3 }),
      callRecord(now - 1, { cost_nano_usd: 5_000_000_000, provider: "beta", fallback: true }),
      callRecord(now - 2, { outcome: "failed", status: 503, error_code: "targets_exhausted" }),
      callRecord(now - 3, { outcome: "refused", status: 429, cost_nano_usd: null }),
    ]);
    const count = async (query: Parameters<typeof calls>[0]): Promise<number> =>
      (await calls(query)).calls.length;
    expect(await count({ ttftOverMs: 2_000 })).toBe(1);
    expect(await count({ ttftOverMs: 2_500 })).toBe(0);
    expect(await count({ totalOverMs: 10_000, stream: true })).toBe(1);
    expect(await count({ stream: false })).toBe(3);
    expect(await count({ attemptsOver: 1 })).toBe(1);
    expect(await count({ costOverNanoUsd: 4_999_999_999 })).toBe(1);
    expect(await count({ provider: "beta", fallback: true })).toBe(1);
    expect(await count({ status: "503" })).toBe(1);
    expect(await count({ status: "4xx" })).toBe(1);
    expect(await count({ status: "5xx", rescued: true })).toBe(0);
    expect(await count({ status: "2xx" })).toBe(2);
  });

  it("a page looks through 50 000 calls at most, and says from where the search goes on", async () => {
    const old = callRecord(Date.now() - 10 * minute, { region: "eu-west" });
    await logCalls(db, [old]);
    for (let from = 0; from < 60_000; from += 15_000) {
      await db.pool.query(
        `INSERT INTO call (id, started_at, node_id, demo, region, outcome, status, stream, fallback, region_switch,
           attempts, total_ms, overhead_us, tokens_estimated, revision)
         SELECT (lpad(to_hex($1::bigint + n), 12, '0') || '70008000000000000000')::uuid, now(), 'host/0', false, 'us-east',
           'served', 200, false, false, false, 1, 1, 1, false, 1
         FROM generate_series(1, 15000) AS n`,
        [Date.now() - 9 * minute + from],
      );
    }
    const page = await calls({ region: "eu-west" });
    expect(page.calls).toEqual([]);
    const next = await calls({ region: "eu-west", cursor: page.nextCursor! });
    expect(next.calls.map(({ id }) => id)).toEqual([old.id]);
    expect(next.nextCursor).toBeNull();
  });

  it("a call tells its attempts in order and the plan with what was skipped", async () => {
    const call = callRecord(Date.now(), { plan_hash: "p1", rescued_by: "sibling", attempts: 2 });
    await logBatch(db, {
      calls: [call],
      attempts: [
        attemptRecord(call, { seq: 2, region: "eu-west" }),
        attemptRecord(call, { seq: 1, outcome: "failed", reason: "server_error", status: 503 }),
      ],
      plans: [
        {
          hash: "p1",
          entries: [
            { target: usEast, decision: "eligible", reason: "fastest_region" },
            { target: "beta:global:gpt-4.1", decision: "skipped", reason: "draining" },
          ],
        },
      ],
    });
    const detail = CallDetail.parse(
      await callDetail(viewer, createControlDeps(db), { id: call.id }),
    );
    expect(detail.attempts.map(({ seq, region }) => [seq, region])).toEqual([
      [1, "us-east"],
      [2, "eu-west"],
    ]);
    expect(detail.plan[1]).toEqual({
      target: "beta:global:gpt-4.1",
      decision: "skipped",
      reason: "draining",
    });
    expect(detail.costNanoUsd).toBe(180_000);
  });

  it.each(["nothing", "00000000-0000-7000-8000-000000000000"])(
    "a call that never was is not found: %s",
    async (id) => {
      await expect(callDetail(viewer, createControlDeps(db), { id })).rejects.toMatchObject({
        code: "not_found",
      });
    },
  );
});

describe("the feed of changes", () => {
  it("mixes people's revisions with the healer's transitions, newest first", async () => {
    await logTransition(db, Date.now() - minute, "closed", "open");
    await setSwitch(operator, createControlDeps(db), {
      objectType: "model",
      objectId: "gpt-4.1",
      intent: "draining",
      reason: "too slow",
    });
    const feed = (await changes()).changes;
    expect(feed.map(({ kind, actor }) => [kind, actor.type])).toEqual([
      ["switch", "operator"],
      ["config", "system"],
      ["health", "healer"],
    ]);
    expect(feed[0]).toMatchObject({ reason: "too slow", revision: 2, revertable: true });
    expect(feed[0]?.lines).toMatchObject([{ kind: "changed", field: "intent", from: "enabled" }]);
    expect(feed[1]).toMatchObject({ lines: expect.any(Array), lineCount: expect.any(Number) });
    expect(feed[1]).toMatchObject({ revertable: false, summary: { added: expect.any(Array) } });
    expect(feed[2]).toMatchObject({
      revision: null,
      summary: { type: "health", target: usEast, from: "closed", to: "open", node: "host/0" },
    });
  });

  it("pages do not move, lose or repeat anything, also within one millisecond", async () => {
    const now = Date.now();
    await db.pool.query("ALTER TABLE revision DISABLE TRIGGER USER");
    await db.pool.query("UPDATE revision SET created_at = $1", [new Date(now)]);
    for (let index = 0; index < 5; index += 1) {
      await logTransition(db, now, "closed", "open", `node-${index}`);
      await logTransition(db, now - 1, "open", "closed", `node-${index}`);
    }
    const whole = (await changes()).changes.map(({ id }) => id);
    expect(whole).toHaveLength(11);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await changes(2, cursor);
      seen.push(...page.changes.map(({ id }) => id));
      cursor = page.nextCursor ?? undefined;
      await logTransition(db, Date.now() + minute, "closed", "open");
    } while (cursor !== undefined);
    expect(seen).toEqual(whole);
  });

  it("says what can be taken back: not what was changed again or taken back already", async () => {
    const deps = createControlDeps(db);
    const change = { objectType: "model", objectId: "gpt-4.1" } as const;
    await setSwitch(operator, deps, { ...change, intent: "draining" });
    const { revision } = await setSwitch(operator, deps, { ...change, intent: "disabled" });
    await setRouteChain(operator, deps, { routeId: "auto", chain: ["deepseek-v3"] });
    const revertable = async (): Promise<unknown> =>
      (await changes()).changes.map((one) => [one.revision, one.revertable]);
    expect(await revertable()).toEqual([
      [4, true],
      [3, true],
      [2, false],
      [1, false],
    ]);
    await revertRevision(operator, deps, { revision });
    expect(await revertable()).toEqual([
      [5, true],
      [4, true],
      [3, false],
      [2, true],
      [1, false],
    ]);
  });

  it.each(["", "x", "1.r:", "1.h:zz", "99999999999999999999.r:1"])(
    "rejects the cursor %j",
    async (cursor) => {
      await expect(
        changesPage(viewer, createControlDeps(db), { limit: 10, cursor }),
      ).rejects.toMatchObject({ code: "invalid_request", param: "cursor" });
    },
  );
});
