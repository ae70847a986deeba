import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { type ActingPerson, systemActor } from "@/lib/control/actor";
import { type ConfigInput } from "@/lib/config/document";
import { changeQuery, instantQuery, instantsQuery, revisionPair } from "@/lib/control/api-queries";
import { changesPage, type ChangesQuery } from "@/lib/control/changes-page";
import { exportConfig } from "@/lib/control/config-import";
import { stateAsOf } from "@/lib/control/state-as-of";
import { compareRevisions } from "@/lib/control/compare-revisions";
import { createAppKey } from "@/lib/control/create-app-key";
import { effectsView } from "@/lib/control/effects-view";
import { expireSwitches } from "@/lib/control/expire-switches";
import { publishDocument } from "@/lib/control/publish-document";
import { setRouteChain } from "@/lib/control/set-route-chain";
import { setSwitch } from "@/lib/control/set-switch";
import { type ControlDeps, createControlDeps } from "@/lib/control/verb";
import { Comparison, EffectsView, StateAsOf } from "@/lib/shared/contract";
import { recordBodyOpening } from "@/lib/store/call-bodies";
import { publishSample, sampleDocument } from "./samples";
import { type OpenTestDatabase, openTestDatabase } from "./support";
import { callRecord, logCalls, logTransition } from "./traffic";

const admin: ActingPerson = { type: "operator", name: "Sora", role: "admin" };
const viewer: ActingPerson = { type: "operator", name: "Ha", role: "viewer" };
const minute = 60_000;

let database: OpenTestDatabase;
let deps: ControlDeps;
beforeEach(async () => {
  database = await openTestDatabase();
  deps = createControlDeps(database.db);
  await publishSample(deps);
});
afterEach(() => database.end());

const model = { objectType: "model", objectId: "gpt-4.1" } as const;

it("shows people, the file, schedules and the healer, together and each alone, page by page", async () => {
  await publishDocument({ type: "file", name: "bellwether.yaml", role: "admin" }, deps, {
    document: { ...sampleDocument, settings: { slo_served_percent: 99 } },
    source: { kind: "file", path: "bellwether.yaml" },
  });
  await setSwitch(admin, deps, { ...model, intent: "draining", until: Date.now() + 300 });
  await database.db.pool.query("UPDATE switch SET until = now() - interval '1 second'");
  await expireSwitches(systemActor, deps, null);
  await logTransition(database.db, Date.now(), "closed", "open");
  const call = "01a0c3de-0000-7000-8000-000000000001";
  await recordBodyOpening(database.db, call, { type: "operator", name: "Sora" });
  await recordBodyOpening(database.db, call, { type: "operator", name: "Ha" });
  const seen = async (by?: "people" | "file" | "schedule" | "healer" | "openings") => {
    const actors: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await changesPage(viewer, createControlDeps(database.db), {
        limit: 1,
        ...(by !== undefined && { by }),
        ...(cursor !== undefined && { cursor }),
      });
      actors.push(...page.changes.map(({ actor }) => actor.type));
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    return actors.toSorted();
  };
  expect(await seen()).toEqual(["file", "healer", "operator", "system", "system"]);
  expect(await seen("people")).toEqual(["operator"]);
  expect(await seen("file")).toEqual(["file"]);
  expect(await seen("schedule")).toEqual(["system", "system"]);
  expect(await seen("healer")).toEqual(["healer"]);
  expect(await seen("openings")).toEqual(["operator", "operator"]);
  const { changes } = await changesPage(viewer, deps, { limit: 1, by: "openings" });
  expect(changes).toMatchObject([
    { kind: "opening", actor: { name: "Ha" }, summary: { callId: call }, revertable: false },
  ]);
  expect(() => changeQuery({ url: new URL("http://x/?by=nobody") })).toThrow("people, file");
});

it("shows what happened to one object, whoever did it, and pages through it", async () => {
  await setSwitch(admin, deps, { ...model, intent: "draining" });
  await setRouteChain(admin, deps, { routeId: "auto", chain: ["deepseek-v3"] });
  await createAppKey(systemActor, deps, { id: "shop", kind: "live" });
  await setSwitch(admin, deps, { ...model, intent: "enabled" });
  // The database's clock has parts of a millisecond.
  await logTransition(database.db, Date.now() + 1, "closed", "open");
  const of = async (object: string, more: Partial<ChangesQuery> = {}) => {
    const query = { limit: 10, object, ...more };
    const page = await changesPage(viewer, createControlDeps(database.db), query);
    return page.changes.map(({ kind, revision }) => [kind, revision]);
  };
  expect(await of("model:gpt-4.1")).toEqual([
    ["health", null],
    ["switch", 5],
    ["switch", 2],
    ["config", 1],
  ]);
  expect(await of("model:gpt-4.1", { by: "people" })).toEqual([
    ["switch", 5],
    ["switch", 2],
  ]);
  expect(await of("model:gpt-4.1", { by: "others" })).toEqual([
    ["switch", 5],
    ["switch", 2],
    ["config", 1],
  ]);
  expect(await of("route:auto")).toEqual([
    ["config", 3],
    ["config", 1],
  ]);
  expect(await of("key:shop")).toEqual([["key", 4]]);
  expect(await of("region:us-east")).toEqual([["health", null]]);
  expect(await of("target:alpha:us-east:gpt-4.1")).toEqual([["health", null]]);
  expect(await of("region:mars")).toEqual([]);
  const { nextCursor } = await changesPage(viewer, deps, { limit: 2, object: "model:gpt-4.1" });
  expect(await of("model:gpt-4.1", { cursor: nextCursor! })).toEqual([
    ["switch", 2],
    ["config", 1],
  ]);
  const asked = (object: string) => changeQuery({ url: new URL(`http://x/?object=${object}`) });
  expect(asked("key:shop")).toMatchObject({ object: "key:shop" });
  expect(() => asked("gpt-4.1")).toThrow("model:gpt-4.1");
});

describe("the state as of an instant", () => {
  const asOf = async (atMs: number): Promise<StateAsOf> =>
    StateAsOf.parse(await stateAsOf(viewer, deps, { atMs }));

  it("is the revision in force then, with what was off", async () => {
    const off = await setSwitch(admin, deps, { ...model, intent: "draining" });
    const on = await setSwitch(admin, deps, { ...model, intent: "enabled" });
    expect(await asOf(off.createdAt)).toEqual({
      at: off.createdAt,
      revision: expect.objectContaining({
        revision: 2,
        actor: expect.objectContaining({ name: "Sora" }),
      }),
      until: on.createdAt,
      off: [{ object: "model:gpt-4.1", intent: "draining" }],
    });
    expect(await asOf(Date.now() + minute)).toMatchObject({
      revision: { revision: 3 },
      until: null,
      off: [],
    });
    expect(await asOf(1)).toMatchObject({ revision: null, off: [] });
    expect(() => instantQuery({ url: new URL("http://x/?at=yesterday") })).toThrow("`at`");
  });

  it("has the configuration of then as a file, for those who may have it", async () => {
    await setRouteChain(admin, deps, { routeId: "auto", chain: ["deepseek-v3"] });
    await setSwitch(admin, deps, { ...model, intent: "draining" });
    const chain = async (revision: number | null): Promise<unknown> =>
      (parse(await exportConfig(admin, deps, revision)) as ConfigInput).routes?.[0]?.chain;
    expect(await chain(1)).toEqual(["gpt-4.1", "deepseek-v3"]);
    expect(await chain(3)).toEqual(["deepseek-v3"]);
    expect(await chain(null)).toEqual(["deepseek-v3"]);
    await expect(exportConfig(admin, deps, 0)).rejects.toMatchObject({ code: "not_found" });
    await expect(exportConfig(viewer, deps, 1)).rejects.toMatchObject({ code: "forbidden" });
  });
});

describe("two revisions", () => {
  const compare = async (from: number, to: number): Promise<Comparison> =>
    Comparison.parse(await compareRevisions(viewer, deps, { from, to }));

  it("differ in values, switches and keys, whatever lies between them", async () => {
    await setSwitch(admin, deps, { ...model, intent: "draining" });
    await setRouteChain(admin, deps, { routeId: "auto", chain: ["deepseek-v3"] });
    await createAppKey(systemActor, deps, { id: "shop", kind: "live" });
    await setRouteChain(admin, deps, {
      routeId: "auto",
      chain: ["deepseek-v3", "gpt-4.1"],
      policy: { "limits.ttft_s": 5 },
    });
    const { lines, from, to } = await compare(1, 5);
    expect(lines.map(({ object, field, kind }) => [object, field, kind])).toEqual([
      ["route:auto", "chain", "changed"],
      ["route:auto", "limits.ttft_s", "changed"],
      ["model:gpt-4.1", "intent", "changed"],
      ["key:shop", null, "added"],
    ]);
    expect(from).toMatchObject({ revision: 1, actor: { type: "system" } });
    expect(to).toMatchObject({ revision: 5, actor: { name: "Sora" } });
    expect((await compare(5, 1)).lines.at(-1)).toMatchObject({
      object: "key:shop",
      kind: "removed",
    });
    expect((await compare(3, 3)).lines).toEqual([]);
  });

  it("do not differ by what was taken back between them", async () => {
    await setSwitch(admin, deps, { ...model, intent: "draining" });
    await setSwitch(admin, deps, { ...model, intent: "enabled" });
    expect((await compare(1, 3)).lineCount).toBe(0);
    expect((await compare(2, 3)).lines).toMatchObject([{ from: "draining", to: "enabled" }]);
  });

  it("may begin before everything, and must exist", async () => {
    expect((await compare(0, 1)).lines).toEqual(
      expect.arrayContaining([expect.objectContaining({ object: "route:auto", kind: "added" })]),
    );
    await expect(compare(1, 9)).rejects.toMatchObject({ code: "not_found" });
    expect(() => revisionPair({ url: new URL("http://x/?from=1&to=x") })).toThrow("`to`");
    expect(() => revisionPair({ url: new URL("http://x/?from=1&to=0") })).toThrow("the first one");
  });
});

describe("the effect of a change", () => {
  it("is how all calls went before and after it, with nothing under 20", async () => {
    const middle = Math.floor(Date.now() / minute) * minute - 20 * minute + 30_000;
    const calls = (n: number, at: number, over: Parameters<typeof callRecord>[1] = {}) =>
      Array.from({ length: n }, () => callRecord(at, over));
    await logCalls(database.db, [
      ...calls(30, middle - 5 * minute, { total_ms: 100 }),
      ...calls(20, middle + 2 * minute, { total_ms: 400 }),
      ...calls(5, middle + 3 * minute, { outcome: "failed", status: 502 }),
      // Its own minute is on neither side.
      ...calls(40, middle, { total_ms: 9_000 }),
      ...calls(50, middle - 17 * minute),
    ]);
    const early = middle - 300 * minute;
    const { effects } = EffectsView.parse(await effectsView(viewer, deps, { at: [middle, early] }));
    expect(effects[0]).toMatchObject({
      at: middle,
      before: { n: 30, servedRate: 1 },
      after: { n: 25, servedRate: 0.8 },
    });
    expect(effects[0]!.after.p95Ms).toBeGreaterThan(3 * effects[0]!.before.p95Ms!);
    expect(effects[0]!.points).toHaveLength(31);
    expect(effects[0]!.points[10]).toMatchObject({ servedRate: 1 });
    expect(effects[0]!.points[18]).toEqual({ servedRate: 0, p95Ms: null });
    expect(effects[0]!.points[12]).toEqual({ servedRate: null, p95Ms: null });
    expect(effects[1]).toMatchObject({ before: { n: 0, servedRate: null, p95Ms: null } });
  });

  it("is asked for at most 100 instants", () => {
    const url = (at: string): { url: URL } => ({ url: new URL(`http://x/?at=${at}`) });
    expect(instantsQuery(url("1,2"))).toEqual([1, 2]);
    expect(instantsQuery(url(""))).toEqual([]);
    expect(() => instantsQuery(url(Array(101).fill("1").join(",")))).toThrow("up to 100");
    expect(() => instantsQuery(url("-1"))).toThrow("up to 100");
  });
});
