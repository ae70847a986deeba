import { describe, expect, it } from "vitest";
import { configDocument } from "@/lib/config/document";
import {
  busiestMove,
  type ImpactChange,
  impactOf,
  movedBy,
  type Traffic,
} from "@/lib/control/impact-of";
import { impactTier } from "@/lib/control/impact-tier";
import { type ImpactView } from "@/lib/shared/contract";
import { health, target } from "../components/fixtures";

const east = target({ ttftMs: 200, inFlight: 4 });
const west = target({ region: "eu-west", ttftMs: 300 });
const other = target({ model: "deepseek-v3", ttftMs: 100 });
const route = {
  id: "auto",
  chain: ["gpt-4.1", "deepseek-v3"],
  owner: "ui",
  ownerPath: null,
  overridden: false,
  revision: 1,
} as const;

function traffic(
  targets = [east, west, other],
  attempts: Record<string, number> = { [east.id]: 300, [west.id]: 100, [other.id]: 600 },
): Traffic {
  return {
    health: health(targets, { routes: [{ ...route, chain: [...route.chain] }] }),
    attempts: new Map(Object.entries(attempts)),
    calls: [
      { keyId: "shop", route: "auto", calls: 450 },
      { keyId: "ops", route: "deepseek-v3", calls: 550 },
    ],
  };
}

const off = (
  objectType: "target" | "model" | "region",
  objectId: string,
  intent: "enabled" | "draining" | "disabled" = "draining",
): ImpactChange => ({ type: "switch", objectType, objectId, intent });

function impactOn(change: ImpactChange, on = traffic()): ImpactView {
  return impactOf(on, change, movedBy(on, change), {
    from: undefined,
    to: undefined,
    toPrice: null,
  });
}

describe("how much a person must say", () => {
  const facts = {
    removes: false,
    takesAway: true,
    isWide: false,
    losesTargets: false,
    movedShare: 0.1,
    emptied: [],
    cut: 0,
  };
  it.each([
    ["nothing is taken away", { takesAway: false, movedShare: 1, emptied: ["auto"] }, "T0", []],
    ["a target of which little moves", {}, "T0", []],
    ["exactly a fifth moves", { movedShare: 0.2 }, "T0", []],
    ["more than a fifth moves", { movedShare: 0.21 }, "T1", ["much_moves"]],
    ["a whole model", { isWide: true }, "T1", ["whole_object"]],
    ["targets would be gone", { losesTargets: true }, "T1", ["targets_gone"]],
    ["exactly half moves", { movedShare: 0.5 }, "T1", ["much_moves"]],
    ["more than half moves", { movedShare: 0.51 }, "T2", ["most_moves"]],
    ["a chain is left with nobody", { emptied: ["auto"] }, "T2", ["empties"]],
    ["running calls are cut", { cut: 1 }, "T2", ["cuts_running"]],
    ["too few calls to tell a share", { movedShare: null }, "T0", []],
    ["a name that nobody asks for goes", { removes: true, movedShare: 0 }, "T2", ["removes"]],
  ] as const)("%s: %o is %s", (_name, over, tier, because) => {
    expect(impactTier({ ...facts, ...over })).toEqual({ tier, because });
  });
});

describe("what a switch would move", () => {
  it("is the calls of its targets; they go to the next region of the model", () => {
    expect(impactOn(off("target", east.id))).toMatchObject({
      tier: "T1",
      because: ["much_moves"],
      movedShare: 0.3,
      movedPerMinute: 20,
      apps: [{ id: "shop", callsPerMinute: 30 }],
      routes: [
        {
          id: "auto",
          from: { target: east.id },
          to: { target: west.id, region: "eu-west" },
          usableBefore: 3,
          usableAfter: 2,
        },
      ],
    });
  });

  it("goes to the next model of the chain when no region is left", () => {
    const { routes, movedShare, tier } = impactOn(off("model", "gpt-4.1"));
    expect(routes).toMatchObject([{ id: "auto", to: { model: "deepseek-v3" } }]);
    expect({ movedShare, tier }).toEqual({ movedShare: 0.4, tier: "T1" });
  });

  it("leaves a model's own name with nobody, when somebody asks for it by that name", () => {
    expect(impactOn(off("model", "deepseek-v3"))).toMatchObject({
      tier: "T2",
      emptied: ["deepseek-v3"],
      because: ["empties", "most_moves"],
    });
  });

  it("names a chain whose others are off or down already, as one with nobody left", () => {
    const broken = traffic(
      [east, { ...west, state: "down" }, { ...other, effectiveIntent: "draining" }],
      { [east.id]: 10 },
    );
    expect(impactOn(off("target", east.id), broken)).toMatchObject({
      tier: "T2",
      emptied: ["auto"],
      movedShare: null,
    });
  });

  it("cuts the calls that run there only when it stops at once", () => {
    expect(impactOn(off("target", east.id, "disabled"))).toMatchObject({
      tier: "T2",
      because: ["cuts_running"],
      inFlight: 4,
    });
    expect(impactOn(off("target", east.id)).because).not.toContain("cuts_running");
  });

  it("is nothing when it turns something on", () => {
    expect(impactOn(off("model", "gpt-4.1", "enabled"))).toMatchObject({
      tier: "T0",
      movedShare: 0,
      routes: [],
    });
  });

  it("moves no calls of a target that is down: they go elsewhere already", () => {
    const down = traffic([{ ...east, state: "down" }, west, other], {
      [east.id]: 40,
      [west.id]: 60,
    });
    expect(impactOn(off("target", east.id), down)).toMatchObject({
      tier: "T0",
      movedPerMinute: 0,
      movedShare: 0,
    });
  });

  it("leaves out targets that are off already", () => {
    const held = traffic([{ ...east, effectiveIntent: "draining" }, west, other]);
    expect(impactOn(off("target", east.id), held)).toMatchObject({ movedPerMinute: 0, routes: [] });
  });
});

describe("what a chain would move", () => {
  it("is all calls of the route when another model would answer first", () => {
    const change = { type: "chain", routeId: "auto", chain: ["deepseek-v3", "gpt-4.1"] } as const;
    expect(impactOn({ ...change, chain: [...change.chain] })).toMatchObject({
      tier: "T1",
      movedShare: 0.45,
      routes: [{ from: { model: "gpt-4.1" }, to: { model: "deepseek-v3" } }],
    });
  });

  it("is nothing when only later places change", () => {
    const change: ImpactChange = { type: "chain", routeId: "auto", chain: ["gpt-4.1"] };
    expect(impactOn(change)).toMatchObject({ tier: "T0", movedShare: 0, movedPerMinute: 0 });
  });
});

describe("what the removal of a route would end", () => {
  it("is every call that asks for its name, alone or in a list, by whom", () => {
    const on = traffic();
    const lists = { keyId: "ci", route: "auto,deepseek-v3", calls: 50 };
    const change: ImpactChange = { type: "route_removal", routeId: "auto" };
    expect(impactOn(change, { ...on, calls: [...on.calls, lists] })).toMatchObject({
      tier: "T2",
      because: ["removes"],
      movedShare: 500 / 1_050,
      routes: [{ id: "auto", from: { model: "gpt-4.1" }, to: null, usableAfter: 0 }],
      apps: [
        { id: "shop", callsPerMinute: 30 },
        { id: "ci", callsPerMinute: 50 / 15 },
      ],
    });
  });
});

describe("what another configuration would move", () => {
  const document = (models: readonly string[], chain: readonly string[]): ImpactChange => ({
    type: "document",
    next: configDocument.parse({
      providers: [
        {
          id: east.provider,
          base_url: "https://acme.example/v1",
          api_key: "env:ACME",
          regions: [{ id: east.region }, { id: west.region }],
        },
      ],
      models: models.map((id) => ({ id, targets: [{ provider: east.provider }] })),
      routes: [{ id: "auto", chain }],
    }),
  });

  it("is the calls of a route that another model would answer first", () => {
    const models = ["gpt-4.1", "deepseek-v3"];
    expect(impactOn(document(models, ["deepseek-v3", "gpt-4.1"]))).toMatchObject({
      tier: "T1",
      because: ["much_moves"],
      movedShare: 0.45,
      routes: [{ id: "auto", from: { model: "gpt-4.1" }, to: { model: "deepseek-v3" } }],
    });
    expect(impactOn(document(models, ["gpt-4.1", "deepseek-v3"]))).toMatchObject({
      tier: "T0",
      movedPerMinute: 0,
      routes: [],
    });
  });

  it("leaves nobody for the name of a model that would be gone", () => {
    expect(impactOn(document(["gpt-4.1"], ["gpt-4.1"]))).toMatchObject({
      tier: "T2",
      because: ["empties", "most_moves"],
      emptied: ["deepseek-v3"],
      // 600 of 1 000 attempts went there, of its own name and of others.
      movedShare: 0.6,
      movedPerMinute: 40,
    });
  });

  it("tells of targets that would be gone even where nobody calls it", () => {
    const quiet = { ...traffic(undefined, {}), calls: [] };
    expect(impactOn(document(["gpt-4.1"], ["gpt-4.1"]), quiet)).toMatchObject({
      tier: "T1",
      because: ["targets_gone"],
    });
  });
});

describe("money and time of a move", () => {
  const load = {
    targetId: east.id,
    attempts: 100,
    succeeded: 100,
    promptTokens: 100_000,
    completionTokens: 10_000,
    costNanoUsd: 200_000_000,
    p50Ms: 400,
    p95Ms: 900,
  };
  const on = traffic();
  const change = off("target", east.id);
  const moved = movedBy(on, change);
  const toPrice = { input: 1, output: 10 };

  it("are those of the route that moves most", () => {
    expect(busiestMove(moved.routes)).toMatchObject({ id: "auto", to: { target: west.id } });
    const to = { ...load, targetId: west.id, p95Ms: 1_200 };
    expect(impactOf(on, change, moved, { from: load, to, toPrice })).toMatchObject({
      p95: { fromMs: 900, toMs: 1_200 },
      // 100 calls: $0.20 here, 100 000 × $1/M + 10 000 × $10/M there; 1 200 calls an hour move.
      costNanoUsdPerHour: 0,
    });
    const dear = { input: 3, output: 10 };
    expect(impactOf(on, change, moved, { from: load, to, toPrice: dear }).costNanoUsdPerHour).toBe(
      2_400_000_000,
    );
  });

  it("are unknown of fewer than 20 calls, and without a price", () => {
    const few = { ...load, succeeded: 19 };
    expect(impactOf(on, change, moved, { from: few, to: load, toPrice })).toMatchObject({
      p95: null,
      costNanoUsdPerHour: null,
    });
    expect(
      impactOf(on, change, moved, { from: load, to: load, toPrice: null }).costNanoUsdPerHour,
    ).toBeNull();
  });
});
