import { afterEach, beforeEach, expect, it } from "vitest";
import { type ActingPerson, systemActor } from "@/lib/control/actor";
import { callAlternatives } from "@/lib/control/call-alternatives";
import { callFacets } from "@/lib/control/call-facets";
import { callDetail, callsPage } from "@/lib/control/calls-page";
import { createAppKey } from "@/lib/control/create-app-key";
import { publishDocument } from "@/lib/control/publish-document";
import { setSwitch } from "@/lib/control/set-switch";
import { type ControlDeps, createControlDeps } from "@/lib/control/verb";
import { CallAlternatives, CallDetail, CallFacets, CallsPage } from "@/lib/shared/contract";
import { publishSample, sampleDocument } from "./samples";
import { type OpenTestDatabase, openTestDatabase } from "./support";
import { attemptRecord, callRecord, logBatch, logCalls } from "./traffic";

const admin: ActingPerson = { type: "operator", name: "Sora", role: "admin" };
const viewer: ActingPerson = { type: "operator", name: "Ha", role: "viewer" };

let database: OpenTestDatabase;
let deps: ControlDeps;
beforeEach(async () => {
  database = await openTestDatabase();
  deps = createControlDeps(database.db);
});
afterEach(() => database.end());

const list = async (query: Partial<Parameters<typeof callsPage>[2]> = {}) =>
  CallsPage.parse(await callsPage(viewer, deps, { limit: 50, ...query })).calls;

it("the price of a rescue is by the prices of the revision that the call followed", async () => {
  const [gpt, deepseek] = sampleDocument.models!;
  const priced = (output: number) => [
    { ...gpt!, price: { input: 2, output, cached_input: 0.5 } },
    { ...deepseek!, price: { input: 0.3, output: 0.5 } },
  ];
  await publishSample(deps, { models: priced(8) });
  await setSwitch(admin, deps, { objectType: "model", objectId: "gpt-4.1", intent: "draining" });
  await publishDocument(systemActor, deps, {
    document: { ...sampleDocument, models: priced(9) },
    source: { kind: "bootstrap", demo: false },
  });
  const rescued = {
    rescued_by: "fallback",
    model: "deepseek-v3",
    prompt_tokens: 100,
    cached_tokens: 40,
    completion_tokens: 10,
    cost_nano_usd: 35_000,
  } as const;
  const now = Date.now();
  // gpt-4.1 would have cost 60 × 2,000 + 40 × 500 + 10 × 8,000 nano-USD, and 10 × 9,000 for the answer later on.
  const first = callRecord(now, { ...rescued, revision: 2 });
  await logCalls(database.db, [
    first,
    callRecord(now - 1, { ...rescued, revision: 3 }),
    callRecord(now - 2, { ...rescued, revision: 3, first_model: "gone" }),
    callRecord(now - 3, { ...rescued, revision: 3, cost_nano_usd: null }),
    callRecord(now - 4, { revision: 3 }),
  ]);
  expect((await list()).map(({ rescueNanoUsd }) => rescueNanoUsd)).toEqual([
    35_000 - 220_000,
    35_000 - 230_000,
    null,
    null,
    null,
  ]);
  expect(CallDetail.parse(await callDetail(viewer, deps, { id: first.id }))).toMatchObject({
    firstModel: "gpt-4.1",
    rescueNanoUsd: -185_000,
  });
});

it("what a crash cut off is among the failed calls, as in the charts, and alone by its own word", async () => {
  await publishSample(deps);
  const now = Date.now();
  await logCalls(database.db, [
    callRecord(now, { outcome: "failed", status: 502 }),
    callRecord(now - 1, { outcome: "unknown_crash", status: 500 }),
    callRecord(now - 2, { outcome: "refused", status: 400 }),
    callRecord(now - 3),
  ]);
  const outcomes = async (outcome: "failed" | "unknown_crash") =>
    (await list({ outcome })).map((call) => call.outcome);
  expect(await outcomes("failed")).toEqual(["failed", "unknown_crash"]);
  expect(await outcomes("unknown_crash")).toEqual(["unknown_crash"]);
});

it("counts of a range are those that its list has, by outcome, model and application", async () => {
  await publishSample(deps);
  await createAppKey(systemActor, deps, { id: "shop", kind: "live" });
  await createAppKey(systemActor, deps, { id: "idle", kind: "live" });
  const now = Date.now();
  const made = [
    callRecord(now, { key_id: "shop" }),
    callRecord(now - 1, { key_id: "shop", rescued_by: "retry", demo: true }),
    callRecord(now - 2, { outcome: "failed", status: 502 }),
    callRecord(now - 3, { outcome: "unknown_crash", status: 500 }),
    callRecord(now - 4, { outcome: "cancelled", status: 499 }),
  ];
  const served = made.slice(0, 2);
  await logBatch(database.db, {
    calls: [...made, callRecord(now - 7_200_000, { key_id: "idle" })],
    attempts: served.map((call) => attemptRecord(call)),
    plans: [],
  });
  const facets = CallFacets.parse(await callFacets(viewer, deps, { range: "1h" }));
  expect(facets).toMatchObject({
    outcomes: { served: 2, rescued: 1, failed: 2, refused: 0, cancelled: 1 },
    models: [{ id: "gpt-4.1", calls: 2 }],
    apps: [{ id: "shop", calls: 2 }],
  });
  const listed = async (query: Parameters<typeof list>[0]) =>
    (await list({ range: "1h", ...query })).length;
  expect(await listed({ outcome: "failed" })).toBe(facets.outcomes.failed);
  expect(await listed({ rescued: true })).toBe(facets.outcomes.rescued);
  expect(await listed({ app: "shop" })).toBe(facets.apps[0]!.calls);
});

it("what was not tried is told by its own calls around this one, at the prices of its revision", async () => {
  const [gpt, deepseek] = sampleDocument.models!;
  const priced = (output: number) => [
    { ...gpt!, price: { input: 2, output } },
    { ...deepseek!, price: { input: 1, output } },
  ];
  await publishSample(deps, { models: priced(8) });
  await publishDocument(systemActor, deps, {
    document: { ...sampleDocument, models: priced(80) },
    source: { kind: "bootstrap", demo: false },
  });
  const at = Date.now() - 7_200_000;
  const entry = (target: string, decision = "eligible", reason = "chain_order") => ({
    ...{ target, decision, reason },
  });
  // Ten tokens in and twenty out, at 2,000 and 8,000 nano-USD each.
  const asked = callRecord(at, { plan_hash: "p1", revision: 1, cost_nano_usd: 180_000 });
  const there = (target_id: string, atMs: number, changes: object, times: number) =>
    Array.from({ length: times }, (_, n) => {
      const one = callRecord(atMs - n, { total_ms: 400, ...changes });
      return [one, attemptRecord(one, { target_id })] as const;
    });
  const others = [
    ...there("alpha:eu-west:gpt-4.1", at + 60_000, {}, 20),
    // Neither another time of day nor the demo's calls change what an hour tells.
    ...there("alpha:eu-west:gpt-4.1", at - 6 * 3_600_000, { total_ms: 9_000 }, 40),
    ...there("alpha:eu-west:gpt-4.1", at, { total_ms: 9_000, demo: true }, 40),
    ...there("beta:global:gpt-4.1", at, {}, 19),
    ...there("beta:global:gpt-4.1", at - 6 * 3_600_000, { total_ms: 2_000 }, 31),
    ...there("alpha:us-east:deepseek-v3", at, {}, 19),
  ];
  await logBatch(database.db, {
    calls: [asked, ...others.map(([one]) => one)],
    attempts: [attemptRecord(asked), ...others.map(([, attempt]) => attempt)],
    plans: [
      {
        hash: "p1",
        entries: [
          entry("alpha:us-east:gpt-4.1"),
          entry("alpha:eu-west:gpt-4.1", "eligible", "slower_region"),
          entry("beta:global:gpt-4.1", "skipped", "open"),
          entry("alpha:us-east:deepseek-v3"),
        ],
      },
    ],
  });
  const { alternatives } = CallAlternatives.parse(
    await callAlternatives(viewer, deps, { id: asked.id }),
  );
  expect(alternatives).toMatchObject([
    { region: "eu-west", sameProvider: true, answers: 20, costNanoUsd: 180_000, costRatio: 1 },
    { provider: "beta", decision: "skipped", reason: "open", sameProvider: false, answers: 50 },
    { model: "deepseek-v3", p50Ms: null, answers: 19, costNanoUsd: 170_000 },
  ]);
  const [west, beta] = alternatives;
  expect(west!.p50Ms! / 400).toBeCloseTo(1, 0);
  expect(west!.toMs - west!.fromMs).toBe(3_600_000);
  expect(beta!.p50Ms! / 2_000).toBeCloseTo(1, 0);
  expect(beta!.toMs - beta!.fromMs).toBeGreaterThan(12 * 3_600_000);

  const alone = others[0]![0];
  expect(await callAlternatives(viewer, deps, { id: alone.id })).toMatchObject({
    alternatives: [],
  });
  await expect(callAlternatives(viewer, deps, { id: "nothing" })).rejects.toMatchObject({
    code: "not_found",
  });
});
