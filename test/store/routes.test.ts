import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ActingPerson } from "@/lib/control/actor";
import { healthView } from "@/lib/control/health-view";
import { publishDocument } from "@/lib/control/publish-document";
import { revertRevision } from "@/lib/control/revert-revision";
import { createRoute, removeRoute } from "@/lib/control/route-lifecycle";
import { routesView } from "@/lib/control/routes-view";
import { setRouteChain } from "@/lib/control/set-route-chain";
import { type ControlDeps, createControlDeps } from "@/lib/control/verb";
import { RoutesView } from "@/lib/shared/contract";
import { readConfiguration } from "@/lib/store/configuration";
import { publishSample, sampleDocument } from "./samples";
import { type OpenTestDatabase, openTestDatabase } from "./support";
import { callRecord, logCalls } from "./traffic";

const admin: ActingPerson = { type: "operator", name: "Sora", role: "admin" };
const operator: ActingPerson = { type: "operator", name: "Minji", role: "operator" };

let database: OpenTestDatabase;
/** No answer is from the cache. */
const fresh = (): ControlDeps => createControlDeps(database.db);
beforeEach(async () => {
  database = await openTestDatabase();
  await publishSample(fresh());
});
afterEach(() => database.end());

const written = async () => (await readConfiguration(database.db)).document!.routes;
const made = { id: "mail", chain: ["deepseek-v3"], policy: {}, reason: null };
const create = (over: Partial<typeof made> = {}) =>
  createRoute(admin, fresh(), { ...made, ...over });
const remove = (id: string, ifMatch: number | null = null) =>
  removeRoute(admin, fresh(), { id, reason: "unused", ifMatch });
const revert = (revision: number) => revertRevision(admin, fresh(), { revision });

async function publishFile(over: Partial<typeof sampleDocument> = {}): Promise<void> {
  await publishDocument(admin, fresh(), {
    document: { ...sampleDocument, ...over },
    source: { kind: "file", path: "bellwether.yaml" },
  });
}

describe("a new route", () => {
  it("is one revision with its settings, which is taken back as one", async () => {
    const before = await written();
    const { revision } = await create({ policy: { "limits.attempts": 3 } });
    const route = { id: "mail", chain: ["deepseek-v3"], limits: { attempts: 3 } };
    expect(await written()).toEqual([...before, route]);
    const { routes } = await healthView(operator, fresh(), null);
    expect(routes.at(-1)).toMatchObject({ id: "mail", owner: "ui", revision });
    await revert(revision);
    expect(await written()).toEqual(before);
  });

  it.each([
    ["cheap", "route"],
    ["gpt-4.1", "model"],
  ])("does not take the name %s from a %s", async (id, type) => {
    await expect(create({ id })).rejects.toMatchObject({
      code: "conflict",
      param: "id",
      refusal: { reason: "name_taken", values: { id, type } },
    });
  });

  it("does not take the name of the route that is there without being written", async () => {
    await publishSample(fresh(), { routes: [] });
    await expect(create({ id: "auto" })).rejects.toMatchObject({ code: "conflict" });
  });

  it.each(["", "Mail", "a b", "-x", "a".repeat(64)])("is not named “%s”", async (id) => {
    await expect(create({ id })).rejects.toMatchObject({
      code: "invalid_request",
      param: "id",
      refusal: { reason: "name_form" },
    });
  });

  it("is made of models that there are, by somebody who administers", async () => {
    await expect(create({ chain: ["gpt-5"] })).rejects.toMatchObject({ param: "chain[0]" });
    await expect(createRoute(operator, fresh(), made)).rejects.toMatchObject({ code: "forbidden" });
  });

  it("outlives the file’s next change, with the models that are left of it", async () => {
    await publishFile();
    await create({ chain: ["gpt-4.1", "deepseek-v3"] });
    await publishFile({
      models: sampleDocument.models!.slice(0, 1),
      routes: [{ id: "auto", chain: ["gpt-4.1"] }],
    });
    expect(await written()).toEqual([
      { id: "auto", chain: ["gpt-4.1"] },
      { id: "mail", chain: ["gpt-4.1"] },
    ]);
    await publishFile({ routes: [{ id: "mail", chain: ["deepseek-v3"] }] });
    expect(await written()).toEqual([{ id: "mail", chain: ["deepseek-v3"] }]);
  });
});

describe("the removal of a route", () => {
  it("is one revision, and taking it back brings the route to its place again", async () => {
    await create();
    const before = await written();
    const { revision } = await remove("cheap");
    expect((await written()).map(({ id }) => id)).toEqual(["auto", "mail"]);
    await revert(revision);
    expect(await written()).toEqual(before);
  });

  it("conflicts with a chain that was changed since it was looked at", async () => {
    const { revision } = await readConfiguration(database.db);
    await setRouteChain(operator, fresh(), { routeId: "cheap", chain: ["gpt-4.1"] });
    await expect(remove("cheap", revision)).rejects.toMatchObject({
      code: "conflict",
      refusal: { reason: "object_changed" },
      details: { current: { object: { chain: ["gpt-4.1"] } } },
    });
    await expect(remove("cheap", revision + 1)).resolves.toMatchObject({ revision: revision + 2 });
  });

  it.each([
    ["auto", "route_stays"],
    ["gpt-4.1", "own_name"],
    ["cheep", "no_such_object"],
  ])("of %s is refused: %s", async (id, reason) => {
    await expect(remove(id)).rejects.toMatchObject({ refusal: { reason } });
  });

  it("is the file’s alone where the file wrote it, and needs the role that administers", async () => {
    await expect(
      removeRoute(operator, fresh(), { id: "cheap", reason: null, ifMatch: null }),
    ).rejects.toMatchObject({ code: "forbidden" });
    await publishFile();
    await expect(remove("cheap")).rejects.toMatchObject({
      refusal: { reason: "object_in_file", values: { id: "cheap", path: "bellwether.yaml" } },
    });
  });
});

describe("who answered for a route", () => {
  it("is counted by model in the range, with who changed the route last", async () => {
    const now = Date.now();
    const call = (changes: object, agoMs = 60_000) => callRecord(now - agoMs, changes);
    await logCalls(database.db, [
      call({}),
      call({ model: "deepseek-v3", rescued_by: "fallback" }),
      call({ outcome: "failed", model: null }),
      call({ route: "cheap", model: "deepseek-v3" }),
      call({ demo: true }),
      call({}, 3 * 3_600_000),
    ]);
    const { revision } = await setRouteChain(operator, fresh(), {
      routeId: "cheap",
      chain: ["gpt-4.1"],
    });
    const ask = async (range: "1h" | "6h") =>
      RoutesView.parse(await routesView(operator, fresh(), { range }));
    expect((await ask("1h")).routes).toMatchObject([
      { id: "auto", served: 2, answered: { "gpt-4.1": 1, "deepseek-v3": 1 } },
      {
        id: "cheap",
        served: 1,
        answered: { "deepseek-v3": 1 },
        changed: { revision, actor: { name: "Minji" } },
      },
    ]);
    expect((await ask("6h")).routes[0]).toMatchObject({ served: 3, answered: { "gpt-4.1": 2 } });
  });

  it("is counted from the first call on, and no further back than that", async () => {
    const none = await routesView(operator, fresh(), { range: "7d" });
    expect(none.to - none.from).toBeGreaterThanOrEqual(7 * 86_400_000);
    await logCalls(database.db, [callRecord(Date.now() - 3_600_000)]);
    const { from, to } = await routesView(operator, fresh(), { range: "7d" });
    expect(to - from).toBeLessThan(2 * 3_600_000);
  });
});
