import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ActingPerson } from "@/lib/control/actor";
import { changesPage } from "@/lib/control/changes-page";
import { revertRevision } from "@/lib/control/revert-revision";
import { routePolicyView } from "@/lib/control/route-policy-view";
import { setRouteChain } from "@/lib/control/set-route-chain";
import { publishDocument } from "@/lib/control/publish-document";
import { type ControlDeps, createControlDeps } from "@/lib/control/verb";
import { RoutePolicyView } from "@/lib/shared/contract";
import { readConfiguration } from "@/lib/store/configuration";
import { runUpkeep } from "@/lib/store/upkeep";
import { publishSample, sampleDocument } from "./samples";
import { type OpenTestDatabase, openTestDatabase } from "./support";
import { attemptRecord, callRecord, logBatch, logTransition } from "./traffic";

const admin: ActingPerson = { type: "operator", name: "Sora", role: "admin" };
const operator: ActingPerson = { type: "operator", name: "Minji", role: "operator" };
const chain = ["gpt-4.1", "deepseek-v3"];
const minute = 60_000;

let database: OpenTestDatabase;
let deps: ControlDeps;
beforeEach(async () => {
  database = await openTestDatabase();
  deps = createControlDeps(database.db);
  await publishSample(deps, {
    models: sampleDocument.models!.map((model) =>
      model.id === "deepseek-v3"
        ? {
            ...model,
            capabilities: { tools: false, context: 1_000 },
            price: { input: 1, output: 2 },
          }
        : model,
    ),
  });
});
afterEach(() => database.end());

const route = async (id = "auto") =>
  (await readConfiguration(database.db)).document?.routes.find((one) => one.id === id);
const view = async (): Promise<RoutePolicyView> =>
  RoutePolicyView.parse(
    await routePolicyView(operator, createControlDeps(database.db), { id: "auto" }),
  );

describe("the settings of a route", () => {
  it("are saved with the chain in one revision, told value by value, and taken back as one", async () => {
    const { revision } = await setRouteChain(admin, deps, {
      routeId: "auto",
      chain: chain.toReversed(),
      policy: { "limits.ttft_s": 5, "breaker.observe_only": true, midstream: "error" },
      reason: "slow",
    });
    expect(await route()).toMatchObject({
      chain: chain.toReversed(),
      limits: { ttft_s: 5 },
      breaker: { observe_only: true },
      midstream: "error",
    });
    const [change] = (await changesPage(operator, deps, { limit: 1 })).changes;
    expect(change).toMatchObject({ reason: "slow", summary: { changed: ["route:auto"] } });
    expect(change!.lines.map(({ field, to }) => [field, to])).toEqual(
      expect.arrayContaining([
        ["limits.ttft_s", 5],
        ["midstream", "error"],
      ]),
    );
    await revertRevision(admin, deps, { revision });
    expect(await route()).toEqual({ id: "auto", chain });
  });

  it("go back to their defaults by null, and an empty group goes with its last", async () => {
    const change = { routeId: "auto", chain };
    await setRouteChain(admin, deps, { ...change, policy: { "limits.attempts": 3 } });
    await setRouteChain(admin, deps, { ...change, policy: { "limits.attempts": null } });
    expect(await route()).toEqual({ id: "auto", chain });
  });

  it("make no revision when they are so already", async () => {
    const first = await setRouteChain(admin, deps, {
      routeId: "auto",
      chain,
      policy: { "limits.attempts": 3 },
    });
    const second = await setRouteChain(operator, deps, {
      routeId: "auto",
      chain,
      policy: { "limits.attempts": 3 },
    });
    expect(second.revision).toBe(first.revision);
  });

  it("need the role that administers; the chain alone does not", async () => {
    await expect(
      setRouteChain(operator, deps, { routeId: "auto", chain, policy: { "limits.attempts": 3 } }),
    ).rejects.toMatchObject({ code: "forbidden" });
    await setRouteChain(operator, deps, { routeId: "auto", chain: ["deepseek-v3"] });
    expect((await route())?.chain).toEqual(["deepseek-v3"]);
  });

  it("are refused out of their bounds and against each other, each at its place", async () => {
    const policy = { "limits.ttft_s": 500, "limits.attempts": 2.5 };
    await expect(
      setRouteChain(admin, deps, { routeId: "auto", chain, policy }),
    ).rejects.toMatchObject({
      code: "invalid_request",
      details: {
        fields: {
          "limits.ttft_s": expect.stringContaining("between 0.1 and 300 seconds, not 500"),
          "limits.attempts": expect.stringContaining("whole number"),
        },
      },
    });
    const against = { "limits.ttft_s": 100, "limits.total_s": 50 };
    await expect(
      setRouteChain(admin, deps, { routeId: "auto", chain, policy: against }),
    ).rejects.toMatchObject({
      details: { fields: { "limits.ttft_s": expect.stringContaining("at most total_s") } },
    });
    await expect(
      setRouteChain(admin, deps, { routeId: "auto", chain, policy: { "limits.tfft_s": 1 } }),
    ).rejects.toMatchObject({ message: expect.stringContaining('"limits.ttft_s"') });
  });

  it("of a file are the file's, while its order can be overridden", async () => {
    await publishDocument(admin, deps, {
      document: { ...sampleDocument, settings: { slo_served_percent: 99 } },
      source: { kind: "file", path: "bellwether.yaml" },
    });
    expect(await view()).toMatchObject({ editable: false });
    await expect(
      setRouteChain(admin, deps, { routeId: "auto", chain, policy: { midstream: "error" } }),
    ).rejects.toMatchObject({ message: expect.stringContaining("bellwether.yaml") });
    await setRouteChain(admin, deps, { routeId: "auto", chain: chain.toReversed() });
    expect((await route())?.chain).toEqual(chain.toReversed());
  });

  it("conflict with somebody else's, and both versions are told", async () => {
    const seen = (await readConfiguration(database.db)).revision;
    await setRouteChain(admin, deps, { routeId: "auto", chain, policy: { "limits.attempts": 3 } });
    await expect(
      setRouteChain(admin, deps, {
        routeId: "auto",
        chain,
        policy: { "limits.attempts": 4 },
        ifMatch: seen,
      }),
    ).rejects.toMatchObject({
      code: "conflict",
      details: { current: { policy: { "limits.attempts": 3 } }, yours: { chain } },
    });
  });
});

describe("what a route's numbers did", () => {
  async function traffic(): Promise<void> {
    const at = Date.now() - minute;
    const plain = callRecord(at, { prompt_tokens: 500 });
    const long = callRecord(at, { prompt_tokens: 5_000, needs: ["tools", "json"] });
    const rescued = callRecord(at, { rescued_by: "fallback", model: "deepseek-v3" });
    const broken = callRecord(at, {
      outcome: "failed",
      error_code: "stream_interrupted",
      prompt_tokens: null,
    });
    const elsewhere = callRecord(at, { route: "cheap", needs: ["tools"] });
    const old = callRecord(Date.now() - 9 * 24 * 60 * minute, { needs: ["tools"] });
    const calls = [plain, long, rescued, broken, elsewhere, old];
    const failure = (reason: string) => ({ outcome: "failed", reason }) as const;
    const batch = {
      calls,
      attempts: [
        ...calls.map((call) => attemptRecord(call)),
        attemptRecord(rescued, { seq: 2, ...failure("ttft_timeout") }),
        attemptRecord(broken, { seq: 2, ...failure("server_error") }),
      ],
      plans: [],
    };
    // A batch that is sent again counts nothing.
    await logBatch(database.db, batch);
    await logBatch(database.db, batch);
    await logTransition(database.db, at, "closed", "open");
  }

  it("is counted once, of this route and the last 7 days alone", async () => {
    await traffic();
    const { week, yaml } = await view();
    expect(week).toMatchObject({
      calls: 4,
      failed: 1,
      attempts: 6,
      reasons: { ttft_timeout: 1, server_error: 1 },
      rescued: { fallback: 1 },
      codes: { stream_interrupted: 1 },
      opened: 1,
      wouldHaveOpened: 0,
    });
    expect(yaml).toBe("routes:\n  - id: auto\n    chain:\n      - gpt-4.1\n      - deepseek-v3\n");
  });

  it("tells which calls a model could not have answered, by what the configuration says it cannot", async () => {
    await traffic();
    const { models } = await view();
    expect(models.map(({ id, lacks }) => ({ id, ...lacks }))).toEqual([
      // Nobody said what it cannot do.
      { id: "gpt-4.1", tools: 0, vision: 0, json: 0, context: 0 },
      { id: "deepseek-v3", tools: 1, vision: 0, json: 0, context: 1 },
    ]);
    expect(models[1]).toMatchObject({ priceUsdPerMTok: { input: 1, output: 2 } });
  });

  it("begins when counting began, and is deleted after 8 days", async () => {
    expect(await view()).toMatchObject({ week: { calls: 0 } });
    await traffic();
    const { week } = await view();
    expect(week.to - week.from).toBeLessThan(20 * minute);
    await database.db.pool.query("UPDATE rollup_route SET at = at - interval '9 days'");
    await runUpkeep(database.db);
    const { rows } = await database.db.pool.query("SELECT * FROM rollup_route");
    expect(rows).toEqual([]);
  });
});
