import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ActingPerson, systemActor } from "@/lib/control/actor";
import { expireSwitches } from "@/lib/control/expire-switches";
import { revertRevision } from "@/lib/control/revert-revision";
import { setRouteChain } from "@/lib/control/set-route-chain";
import { setSwitch } from "@/lib/control/set-switch";
import { type ControlDeps, createControlDeps } from "@/lib/control/verb";
import { readConfiguration } from "@/lib/store/configuration";
import { upsertNode } from "@/lib/store/nodes";
import { publishSample } from "./samples";
import { type OpenTestDatabase, openTestDatabase } from "./support";

const minji: ActingPerson = { type: "operator", name: "Minji", role: "operator" };
const jun: ActingPerson = { type: "operator", name: "Jun", role: "operator" };
const admin: ActingPerson = { type: "operator", name: "Sora", role: "admin" };
const hour = 3_600_000;

let database: OpenTestDatabase;
let deps: ControlDeps;
beforeEach(async () => {
  database = await openTestDatabase();
  deps = createControlDeps(database.db);
  await publishSample(deps);
});
afterEach(() => database.end());

const model = (intent: "enabled" | "draining" | "disabled") =>
  ({ objectType: "model", objectId: "gpt-4.1", intent }) as const;
const chain = async (): Promise<readonly string[] | undefined> =>
  (await readConfiguration(database.db)).document?.routes.find(({ id }) => id === "auto")?.chain;
const switches = async (): Promise<unknown> =>
  (await readConfiguration(database.db)).switches.map(({ objectId, intent }) => [objectId, intent]);

describe("a switch", () => {
  it("is one revision that says who, what, from and to", async () => {
    const result = await setSwitch(minji, deps, { ...model("draining"), reason: "bill" });
    const { switches: rows } = await readConfiguration(database.db);
    expect(rows).toMatchObject([
      {
        objectId: "gpt-4.1",
        intent: "draining",
        reason: "bill",
        revision: result.revision,
        actor: { type: "operator", name: "Minji" },
      },
    ]);
    const { rows: revisions } = await database.db.pool.query(
      "SELECT kind, summary FROM revision WHERE id = $1",
      [result.revision],
    );
    expect(revisions).toEqual([
      {
        kind: "switch",
        summary: {
          type: "switch",
          objectType: "model",
          objectId: "gpt-4.1",
          from: "enabled",
          to: "draining",
          until: null,
        },
      },
    ]);
  });

  it("answers with the nodes that must follow", async () => {
    await upsertNode(database.db, {
      id: "host/0",
      startedAt: 1,
      appliedRevision: 1,
      appliedAt: 2,
      droppedRecords: 0,
      refused: null,
    });
    const { nodes } = await setSwitch(minji, deps, model("disabled"));
    expect(nodes).toMatchObject([{ id: "host/0", live: true, appliedRevision: 1 }]);
  });

  it.each([
    ["provider", "alpha"],
    ["region", "us-east"],
    ["region", "global"],
    ["target", "alpha:us-east:gpt-4.1"],
  ] as const)("exists for the %s %s", async (objectType, objectId) => {
    await setSwitch(minji, deps, { objectType, objectId, intent: "disabled" });
    expect(await switches()).toEqual([[objectId, "disabled"]]);
  });

  it("of an unknown object is not found, with the nearest names", async () => {
    await expect(
      setSwitch(minji, deps, { ...model("disabled"), objectId: "gpt4.1" }),
    ).rejects.toMatchObject({ code: "not_found", message: expect.stringContaining('"gpt-4.1"') });
  });

  it("that changes nothing makes no revision", async () => {
    const first = await setSwitch(minji, deps, model("disabled"));
    const second = await setSwitch(jun, deps, model("disabled"));
    expect(second.revision).toBe(first.revision);
    expect((await setSwitch(jun, deps, model("enabled"))).revision).toBe(first.revision + 1);
  });

  it.each([
    ["in the past", "disabled", -hour],
    ["more than a year ahead", "disabled", 400 * 24 * hour],
    ["of an enabled object", "enabled", hour],
  ] as const)("rejects an end %s", async (_name, intent, inMs) => {
    await expect(
      setSwitch(minji, deps, { ...model(intent), until: Date.now() + inMs }),
    ).rejects.toMatchObject({ code: "invalid_request", param: "until" });
  });

  it("conflicts only when this object was changed after the revision that was seen, and shows both", async () => {
    const seen = (await readConfiguration(database.db)).revision;
    await setSwitch(jun, deps, { objectType: "region", objectId: "eu-west", intent: "disabled" });
    const { revision } = await setSwitch(jun, deps, { ...model("disabled"), ifMatch: seen });
    await expect(
      setSwitch(minji, deps, { ...model("draining"), ifMatch: seen }),
    ).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("Jun"),
      details: {
        current: { intent: "disabled", revision, actor: { name: "Jun" } },
        yours: { intent: "draining" },
      },
    });
    await setSwitch(minji, deps, { ...model("draining"), ifMatch: revision });
    expect(await switches()).toEqual([
      ["gpt-4.1", "draining"],
      ["eu-west", "disabled"],
    ]);
  });

  it("tells for whom nobody can answer after it, and only then", async () => {
    const first = await setSwitch(minji, deps, model("draining"));
    expect(first.silencedRoutes).toEqual(["gpt-4.1"]);
    const off = { objectType: "provider", objectId: "alpha", intent: "draining" } as const;
    const second = await setSwitch(minji, deps, off);
    expect(second.silencedRoutes).toEqual(["auto", "cheap", "gpt-4.1", "deepseek-v3"]);
    const on = await setSwitch(minji, deps, { ...off, intent: "enabled" });
    expect(on.silencedRoutes).toEqual([]);
    const order = await setRouteChain(minji, deps, { routeId: "cheap", chain: ["gpt-4.1"] });
    expect(order.silencedRoutes).toEqual(["cheap", "gpt-4.1"]);
    expect(await publishSample(deps, { settings: {} })).toMatchObject({ changed: false });
    const published = await publishSample(deps, { settings: { currency: "KRW" } });
    expect(published.silencedRoutes).toEqual(["gpt-4.1"]);
  });

  it("rejects a viewer", async () => {
    await expect(
      setSwitch({ ...minji, role: "viewer" }, deps, model("disabled")),
    ).rejects.toMatchObject({ code: "forbidden" });
  });

  it("of two people at once leaves one order of revisions and one state", async () => {
    const results = await Promise.all([
      setSwitch(minji, deps, model("draining")),
      setSwitch(jun, deps, model("disabled")),
    ]);
    const [last] = results.toSorted((left, right) => right.revision - left.revision);
    const { switches: rows } = await readConfiguration(database.db);
    expect(rows).toMatchObject([{ revision: last?.revision }]);
  });
});

describe("several switches at once", () => {
  const both = { ...model("draining"), also: ["deepseek-v3", "gpt-4.1"] };

  it("are one revision each, told together, and taken back together", async () => {
    await setSwitch(minji, deps, { ...model("disabled"), objectId: "deepseek-v3" });
    const { revision, revisions = [], silencedRoutes } = await setSwitch(minji, deps, both);
    expect(revisions).toEqual([revision - 1, revision]);
    expect(silencedRoutes).toContain("cheap");
    expect(await switches()).toEqual([
      ["deepseek-v3", "draining"],
      ["gpt-4.1", "draining"],
    ]);
    const undone = await revertRevision(minji, deps, { revision, also: revisions });
    expect(undone.revision).toBe(revision + 2);
    expect(await switches()).toEqual([
      ["deepseek-v3", "disabled"],
      ["gpt-4.1", "enabled"],
    ]);
  });

  it("leave alone what is so already", async () => {
    const { revision } = await setSwitch(minji, deps, model("draining"));
    const result = await setSwitch(minji, deps, both);
    expect(result.revision).toBe(revision + 1);
    expect(result.revisions).toBeUndefined();
  });

  it("are none when one of them is unknown, or was changed after the revision that was seen", async () => {
    const { revision } = await readConfiguration(database.db);
    await expect(
      setSwitch(minji, deps, { ...model("draining"), also: ["gpt-5"] }),
    ).rejects.toMatchObject({ code: "not_found" });
    await setSwitch(jun, deps, { ...model("disabled"), objectId: "deepseek-v3" });
    await expect(setSwitch(minji, deps, { ...both, ifMatch: revision })).rejects.toMatchObject({
      code: "conflict",
      refusal: { values: { id: "deepseek-v3" } },
    });
    expect(await switches()).toEqual([["deepseek-v3", "disabled"]]);
  });

  it("are all kept when one of them was changed again", async () => {
    const { revision, revisions = [] } = await setSwitch(minji, deps, both);
    await setSwitch(jun, deps, model("disabled"));
    const undo = revertRevision(minji, deps, { revision, also: revisions });
    await expect(undo).rejects.toMatchObject({ code: "conflict" });
    expect(await switches()).toEqual([
      ["deepseek-v3", "draining"],
      ["gpt-4.1", "disabled"],
    ]);
  });

  it("go back over what was seen of others, and over nothing that came after", async () => {
    await setSwitch(minji, deps, { ...model("disabled"), objectId: "deepseek-v3" });
    const { revision, revisions = [] } = await setSwitch(minji, deps, both);
    const seen = await setSwitch(jun, deps, model("disabled"));
    const undo = (ifMatch: number | null) =>
      revertRevision(minji, deps, { revision, also: revisions, overrule: true, ifMatch });
    for (const unseen of [null, seen.revision - 1]) {
      await expect(undo(unseen)).rejects.toMatchObject({ code: "conflict" });
    }
    await undo(seen.revision);
    expect(await switches()).toEqual([
      ["deepseek-v3", "disabled"],
      ["gpt-4.1", "enabled"],
    ]);
  });
});

describe("the end of a switch", () => {
  it("is written down as the system's revision once its time is over, once", async () => {
    await setSwitch(minji, deps, { ...model("disabled"), until: Date.now() + hour });
    expect(await expireSwitches(systemActor, deps, null)).toBe(0);
    await database.db.pool.query("UPDATE switch SET until = now() - interval '1 second'");
    expect(await Promise.all([1, 2, 3].map(() => expireSwitches(systemActor, deps, null)))).toEqual(
      expect.arrayContaining([0, 1]),
    );
    expect(await readConfiguration(database.db)).toMatchObject({
      revision: 3,
      switches: [{ intent: "enabled", until: null, actor: { type: "system" }, revision: 3 }],
    });
  });
});

describe("the order of a route", () => {
  it("is a revision that every node follows, with both orders in its summary", async () => {
    await setRouteChain(minji, deps, { routeId: "auto", chain: ["deepseek-v3", "gpt-4.1"] });
    expect(await chain()).toEqual(["deepseek-v3", "gpt-4.1"]);
  });

  it.each([
    ["an unknown model", ["gpt-4.1", "deepseek-v4"], "chain[1]", '"deepseek-v3"'],
    ["the same model twice", ["gpt-4.1", "gpt-4.1"], "chain[1]", "twice"],
  ])("rejects %s", async (_name, wanted, param, text) => {
    await expect(
      setRouteChain(minji, deps, { routeId: "auto", chain: wanted }),
    ).rejects.toMatchObject({
      code: "invalid_request",
      param,
      message: expect.stringContaining(text),
    });
  });

  it("belongs to aliases only: a model's own name has none", async () => {
    await expect(
      setRouteChain(minji, deps, { routeId: "gpt-4.1", chain: ["gpt-4.1"] }),
    ).rejects.toMatchObject({ code: "invalid_request" });
    await expect(
      setRouteChain(minji, deps, { routeId: "atuo", chain: ["gpt-4.1"] }),
    ).rejects.toMatchObject({ code: "not_found", message: expect.stringContaining('"auto"') });
  });

  it("of an auto that was nowhere written becomes explicit", async () => {
    await publishSample(deps, { routes: [] });
    await setRouteChain(minji, deps, { routeId: "auto", chain: ["deepseek-v3", "gpt-4.1"] });
    expect(await chain()).toEqual(["deepseek-v3", "gpt-4.1"]);
  });

  it("conflicts only when this route was changed after the revision that was seen, and shows both", async () => {
    const { revision: seen } = await readConfiguration(database.db);
    await setRouteChain(jun, deps, { routeId: "cheap", chain: ["gpt-4.1"], ifMatch: seen });
    await setRouteChain(jun, deps, { routeId: "auto", chain: ["deepseek-v3"], ifMatch: seen });
    await expect(
      setRouteChain(minji, deps, { routeId: "auto", chain: ["gpt-4.1"], ifMatch: seen }),
    ).rejects.toMatchObject({
      code: "conflict",
      details: {
        current: {
          chain: ["deepseek-v3"],
          actor: { name: "Jun" },
          changedAt: expect.any(Number),
          revision: expect.any(Number),
        },
        yours: { chain: ["gpt-4.1"] },
      },
    });
  });

  it("rejects a viewer", async () => {
    await expect(
      setRouteChain({ ...minji, role: "viewer" }, deps, { routeId: "auto", chain: ["gpt-4.1"] }),
    ).rejects.toMatchObject({ code: "forbidden" });
  });
});

describe("taking back", () => {
  it("a switch restores its former state with a new revision that names the old one", async () => {
    const { revision } = await setSwitch(minji, deps, model("disabled"));
    const undone = await revertRevision(jun, deps, { revision });
    expect(await switches()).toEqual([["gpt-4.1", "enabled"]]);
    const { rows } = await database.db.pool.query("SELECT reverts FROM revision WHERE id = $1", [
      undone.revision,
    ]);
    expect(rows).toEqual([{ reverts: revision }]);
  });

  it("a taken-back change can be taken back too", async () => {
    const { revision } = await setSwitch(minji, deps, model("disabled"));
    const undone = await revertRevision(jun, deps, { revision });
    await revertRevision(jun, deps, { revision: undone.revision });
    expect(await switches()).toEqual([["gpt-4.1", "disabled"]]);
  });

  it("twice is once", async () => {
    const { revision } = await setSwitch(minji, deps, model("disabled"));
    const first = await revertRevision(minji, deps, { revision });
    expect((await revertRevision(minji, deps, { revision })).revision).toBe(first.revision);
  });

  it("a switch that was changed again since is a conflict that explains itself", async () => {
    const { revision } = await setSwitch(minji, deps, model("draining"));
    await setSwitch(jun, deps, model("disabled"));
    await expect(revertRevision(minji, deps, { revision })).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringMatching(/changed again by Jun .* is disabled/),
    });
    expect(await switches()).toEqual([["gpt-4.1", "disabled"]]);
  });

  it("an order restores the former one, and keeps what others changed elsewhere", async () => {
    const { revision } = await setRouteChain(minji, deps, {
      routeId: "auto",
      chain: ["deepseek-v3", "gpt-4.1"],
    });
    await setRouteChain(jun, deps, { routeId: "cheap", chain: ["gpt-4.1"] });
    await revertRevision(minji, deps, { revision });
    expect(await chain()).toEqual(["gpt-4.1", "deepseek-v3"]);
    const { document } = await readConfiguration(database.db);
    expect(document?.routes.find(({ id }) => id === "cheap")?.chain).toEqual(["gpt-4.1"]);
  });

  it("an auto that became explicit disappears again", async () => {
    await publishSample(deps, { routes: [] });
    const { revision } = await setRouteChain(minji, deps, {
      routeId: "auto",
      chain: ["deepseek-v3", "gpt-4.1"],
    });
    await revertRevision(minji, deps, { revision });
    expect((await readConfiguration(database.db)).document?.routes).toEqual([]);
  });

  it("an order that was changed again since is a conflict", async () => {
    const { revision } = await setRouteChain(minji, deps, {
      routeId: "auto",
      chain: ["deepseek-v3", "gpt-4.1"],
    });
    await setRouteChain(jun, deps, { routeId: "auto", chain: ["deepseek-v3"] });
    await expect(revertRevision(minji, deps, { revision })).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining("route:auto"),
    });
  });

  const extended = (): ReturnType<typeof publishSample> =>
    publishSample(deps, {
      models: [
        { id: "gpt-4.1", targets: [{ provider: "alpha" }] },
        { id: "deepseek-v3", targets: [{ provider: "alpha" }] },
        { id: "extra", targets: [{ provider: "alpha" }] },
      ],
    });

  it("a publication restores the former configuration, and needs an admin", async () => {
    const { document: former } = await readConfiguration(database.db);
    const { revision } = await extended();
    await expect(revertRevision(minji, deps, { revision })).rejects.toMatchObject({
      code: "forbidden",
    });
    await revertRevision(admin, deps, { revision });
    expect((await readConfiguration(database.db)).document).toEqual(former);
  });

  it("a conflict shows both versions of what changed again, by whom and since when", async () => {
    const { revision } = await setSwitch(minji, deps, model("draining"));
    const { revision: second } = await setSwitch(jun, deps, model("disabled"));
    await expect(revertRevision(minji, deps, { revision })).rejects.toMatchObject({
      details: {
        current: { intent: "disabled", revision: second, actor: { name: "Jun" } },
        yours: { intent: "enabled" },
      },
    });
    const order = await setRouteChain(minji, deps, {
      routeId: "auto",
      chain: ["deepseek-v3", "gpt-4.1"],
    });
    const third = await setRouteChain(jun, deps, { routeId: "auto", chain: ["deepseek-v3"] });
    await expect(revertRevision(minji, deps, { revision: order.revision })).rejects.toMatchObject({
      details: {
        current: {
          objects: { "route:auto": { chain: ["deepseek-v3"] } },
          revision: third.revision,
          actor: { name: "Jun" },
          changedAt: expect.any(Number),
        },
        yours: { objects: { "route:auto": { chain: ["gpt-4.1", "deepseek-v3"] } } },
      },
    });
  });

  it("is a conflict when somebody was faster than the revision that was seen", async () => {
    const { revision } = await setSwitch(minji, deps, model("draining"));
    await setSwitch(jun, deps, model("enabled"));
    await setSwitch(jun, deps, model("draining"));
    // It stands as it was left, but by another's will.
    await expect(
      revertRevision(minji, deps, { revision, ifMatch: revision }),
    ).rejects.toMatchObject({ code: "conflict", details: { current: { actor: { name: "Jun" } } } });
    await revertRevision(minji, deps, { revision });
    expect(await switches()).toEqual([["gpt-4.1", "enabled"]]);
    const order = await setRouteChain(minji, deps, { routeId: "auto", chain: ["deepseek-v3"] });
    const { revision: later } = await setRouteChain(jun, deps, {
      routeId: "cheap",
      chain: ["gpt-4.1"],
    });
    await expect(
      revertRevision(minji, deps, { revision: order.revision, ifMatch: order.revision }),
    ).rejects.toMatchObject({ code: "conflict", details: { current: { revision: later } } });
    await revertRevision(minji, deps, { revision: order.revision, ifMatch: later });
    expect(await chain()).toEqual(["gpt-4.1", "deepseek-v3"]);
  });

  it("a publication that the rest needs is a conflict", async () => {
    const { revision } = await extended();
    await setRouteChain(minji, deps, { routeId: "auto", chain: ["extra"] });
    await expect(revertRevision(admin, deps, { revision })).rejects.toMatchObject({
      code: "conflict",
      message: expect.stringContaining('"extra"'),
    });
  });

  it("the first configuration of all is refused: there is nothing to go back to", async () => {
    await expect(revertRevision(admin, deps, { revision: 1 })).rejects.toMatchObject({
      code: "invalid_request",
    });
  });

  it("of a revision that never was is not found", async () => {
    await expect(revertRevision(minji, deps, { revision: 99 })).rejects.toMatchObject({
      code: "not_found",
    });
  });

  it("rejects a viewer", async () => {
    await expect(
      revertRevision({ ...minji, role: "viewer" }, deps, { revision: 1 }),
    ).rejects.toMatchObject({ code: "forbidden" });
  });
});
