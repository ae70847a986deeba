import { afterEach, beforeEach, expect, it } from "vitest";
import { type ActingPerson, systemActor } from "@/lib/control/actor";
import { createAppKey } from "@/lib/control/create-app-key";
import { impact } from "@/lib/control/impact";
import { revertPreview } from "@/lib/control/revert-preview";
import { setRouteChain } from "@/lib/control/set-route-chain";
import { setSwitch } from "@/lib/control/set-switch";
import { type ControlDeps, createControlDeps } from "@/lib/control/verb";
import { ImpactView, RevertPreview } from "@/lib/shared/contract";
import { publishSample } from "./samples";
import { type OpenTestDatabase, openTestDatabase } from "./support";
import { attemptRecord, callRecord, logBatch } from "./traffic";

const operator: ActingPerson = { type: "operator", name: "Minji", role: "operator" };
const east = "alpha:us-east:gpt-4.1";

let database: OpenTestDatabase;
let deps: ControlDeps;
beforeEach(async () => {
  database = await openTestDatabase();
  deps = createControlDeps(database.db);
  await publishSample(deps);
  await createAppKey(systemActor, deps, { id: "shop", kind: "live" });
  const calls = [
    ...Array.from({ length: 60 }, () => callRecord(Date.now() - 60_000, { key_id: "shop" })),
    ...Array.from({ length: 40 }, () =>
      callRecord(Date.now() - 60_000, { key_id: "shop", route: "cheap", model: "deepseek-v3" }),
    ),
    callRecord(Date.now() - 3_600_000, { key_id: "shop" }),
  ];
  await logBatch(database.db, {
    calls,
    attempts: calls.map((call) =>
      attemptRecord(
        call,
        call.route === "auto"
          ? {}
          : { model: "deepseek-v3", target_id: "alpha:us-east:deepseek-v3", duration_ms: 400 },
      ),
    ),
    plans: [],
  });
});
afterEach(() => database.end());

it("tells by the traffic of the last 15 minutes whose calls move, and to where", async () => {
  const answer = ImpactView.parse(
    await impact(operator, deps, {
      type: "switch",
      objectType: "model",
      objectId: "gpt-4.1",
      intent: "draining",
    }),
  );
  expect(answer).toMatchObject({
    tier: "T2",
    because: ["most_moves"],
    movedShare: 0.6,
    movedPerMinute: 4,
    apps: [{ id: "shop", callsPerMinute: 4 }],
    routes: [{ id: "auto", from: { model: "gpt-4.1" }, to: { model: "deepseek-v3" } }],
    emptied: [],
  });
});

it("tells of several models at once what each of them alone would not", async () => {
  const change = { type: "switch", objectType: "model", intent: "draining" } as const;
  const alone = await impact(operator, deps, { ...change, objectId: "deepseek-v3" });
  expect(alone.emptied).toEqual(["cheap"]);
  const both = await impact(operator, deps, {
    ...change,
    objectId: "deepseek-v3",
    also: ["gpt-4.1"],
  });
  expect(both).toMatchObject({ tier: "T2", movedShare: 1, emptied: ["auto", "cheap"] });
  await expect(
    impact(operator, deps, { ...change, objectId: "deepseek-v3", also: ["gpt-5"] }),
  ).rejects.toMatchObject({ code: "not_found" });
});

it("tells time and money from a day of the two that are compared", async () => {
  await publishSample(deps, {
    models: [
      { id: "gpt-4.1", targets: [{ provider: "alpha", regions: ["us-east"] }] },
      {
        id: "deepseek-v3",
        targets: [{ provider: "alpha", regions: ["us-east"] }],
        price: { input: 1, output: 10 },
      },
    ],
  });
  const answer = await impact(operator, deps, {
    type: "chain",
    routeId: "auto",
    chain: ["deepseek-v3", "gpt-4.1"],
  });
  expect(answer.p95!.fromMs).toBeGreaterThan(80);
  expect(answer.p95!.toMs).toBeGreaterThan(answer.p95!.fromMs * 3);
  // 10 and 20 tokens: 210 000 nano-USD instead of 180 000, 240 calls an hour.
  expect(answer.costNanoUsdPerHour).toBe(7_200_000);
});

it("names a route that is left with nobody, and sees a switch that was just set", async () => {
  const change = {
    type: "switch",
    objectType: "region",
    objectId: "us-east",
    intent: "draining",
  } as const;
  expect((await impact(operator, deps, change)).emptied).toEqual([]);
  await setSwitch(operator, deps, {
    objectType: "region",
    objectId: "eu-west",
    intent: "draining",
  });
  expect(await impact(operator, deps, change)).toMatchObject({ tier: "T2", emptied: ["cheap"] });
});

it("tells whose calls leave a model or a provider that loses places", async () => {
  const places = { type: "model", modelId: "gpt-4.1" } as const;
  const all = [{ provider: "alpha" }, { provider: "beta" }];
  expect(await impact(operator, deps, { ...places, targets: all })).toMatchObject({ tier: "T0" });
  expect(
    await impact(operator, deps, { ...places, targets: [{ provider: "beta" }] }),
  ).toMatchObject({
    tier: "T2",
    because: ["most_moves"],
    movedShare: 0.6,
    movedPerMinute: 4,
    routes: [{ id: "auto", usableBefore: 5, usableAfter: 3 }],
  });
  // Nobody has seen a place that is called otherwise.
  const renamed = all.map((place) => ({ ...place, upstreamModel: "gpt-5" }));
  for (const targets of [[], renamed]) {
    expect(await impact(operator, deps, { ...places, targets })).toMatchObject({
      tier: "T2",
      because: ["most_moves"],
      movedShare: 0.6,
      routes: [{ id: "auto", to: { model: "deepseek-v3" } }],
    });
  }
  const regions = { type: "provider", providerId: "alpha", credentials: [] as string[] } as const;
  const kept = ["us-east", "eu-west", "asia"];
  expect(await impact(operator, deps, { ...regions, regions: kept })).toMatchObject({ tier: "T0" });
  expect(await impact(operator, deps, { ...regions, regions: ["asia"] })).toMatchObject({
    tier: "T2",
    because: ["empties", "most_moves"],
    emptied: ["cheap"],
    movedShare: 1,
  });
  expect(await impact(operator, deps, { ...regions, regions: ["us-east"] })).toMatchObject({
    tier: "T1",
    because: ["targets_gone"],
    movedShare: 0,
  });
  expect(await impact(operator, deps, { ...regions, regions: [] })).toMatchObject({
    emptied: ["cheap"],
  });
});

it.each([
  [
    "an unknown object",
    { type: "switch", objectType: "target", objectId: `${east}x` },
    "not_found",
  ],
  ["an unknown route", { type: "chain", routeId: "nothing" }, "not_found"],
  ["an unknown model", { type: "chain", routeId: "auto" }, "invalid_request"],
  ["a model that is not there", { type: "model", modelId: "gpt-5", targets: [] }, "not_found"],
  [
    "a provider that is not there",
    { type: "provider", providerId: "gamma", regions: [], credentials: [] },
    "not_found",
  ],
] as const)("refuses %s", async (_name, change, code) => {
  const full = { intent: "draining", chain: ["gpt-4"], ...change };
  await expect(impact(operator, deps, full as Parameters<typeof impact>[2])).rejects.toMatchObject({
    code,
  });
});

it("rejects a viewer", async () => {
  await expect(
    impact({ ...operator, role: "viewer" }, deps, {
      type: "switch",
      objectType: "target",
      objectId: east,
      intent: "draining",
    }),
  ).rejects.toMatchObject({ code: "forbidden" });
});

it("tells what taking a revision back changes of what is in force now, and whom it moves", async () => {
  const switchOf = (intent: "draining" | "enabled") =>
    setSwitch(operator, deps, {
      objectType: "model",
      objectId: "gpt-4.1",
      intent,
      until: null,
      reason: null,
      ifMatch: null,
    });
  const off = await switchOf("draining");
  expect(await revertPreview(operator, deps, { revision: off.revision })).toMatchObject({
    basedOn: off.revision,
    lines: [{ object: "model:gpt-4.1", field: "intent", from: "draining", to: "enabled" }],
  });
  expect(await impact(operator, deps, { type: "revert", revision: off.revision })).toMatchObject({
    tier: "T0",
  });
  const on = await switchOf("enabled");
  expect(await impact(operator, deps, { type: "revert", revision: on.revision })).toMatchObject({
    tier: "T2",
    because: ["most_moves"],
    movedShare: 0.6,
  });
  const gone = { type: "revert", revision: off.revision } as const;
  await expect(impact(operator, deps, gone)).rejects.toMatchObject({ code: "conflict" });
  await expect(revertPreview(operator, deps, { revision: 999 })).rejects.toMatchObject({
    code: "not_found",
  });
});

it("tells what a configuration that is taken back leaves behind", async () => {
  const { revision } = await setRouteChain(operator, deps, {
    routeId: "auto",
    chain: ["deepseek-v3", "gpt-4.1"],
    policy: {},
    reason: null,
    ifMatch: null,
  });
  const preview = RevertPreview.parse(await revertPreview(operator, deps, { revision }));
  expect(preview).toMatchObject({ basedOn: revision, lineCount: 1 });
  expect(preview.lines[0]).toMatchObject({ object: "route:auto", field: "chain" });
  expect(await impact(operator, deps, { type: "revert", revision })).toMatchObject({
    movedShare: 0.6,
    routes: [{ id: "auto", from: { model: "deepseek-v3" }, to: { model: "gpt-4.1" } }],
  });
});
