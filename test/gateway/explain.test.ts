import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ConfigInput, configDocument } from "@/lib/config/document";
import { type SwitchRow } from "@/lib/config/compile-holds";
import { compileSnapshot } from "@/lib/config/snapshot";
import { type CallConstraints, type CallNeeds, type CallSpec } from "@/lib/core/events";
import { step } from "@/lib/core/step";
import { type Snapshot } from "@/lib/core/types";
import { type TargetHealth, type World, emptyWorld, healthOf } from "@/lib/core/world";
import { planAnswer } from "@/lib/gateway/plan-answer";

const nowMs = 100_000;

const document: ConfigInput = {
  providers: [
    {
      id: "acme",
      base_url: "https://api.acme.example/v1",
      api_key: "env:ACME_KEY",
      regions: [{ id: "us" }, { id: "eu" }],
    },
  ],
  models: [
    { id: "first", targets: [{ provider: "acme" }], capabilities: { tools: false } },
    { id: "second", targets: [{ provider: "acme" }], capabilities: { reasoning: true } },
  ],
  routes: [{ id: "auto", chain: ["first", "second"] }],
};

function begin(switches: readonly SwitchRow[] = []): { world: World; snapshot: Snapshot } {
  const snapshot = compileSnapshot(configDocument.parse(document), switches, 7, (ms) => ms);
  const world = emptyWorld();
  step(world, { type: "snapshot", snapshot }, nowMs, () => 0.5);
  return { world, snapshot };
}

const anything: CallConstraints = {
  allowedModels: null,
  allowedRegions: null,
  region: null,
  regionMode: "prefer",
  fallback: true,
  ttftMs: null,
};

const plain: CallNeeds = {
  stream: true,
  promptTokens: 100,
  maxTokens: 50,
  tools: false,
  vision: false,
  json: false,
  reasoning: false,
  promptCacheKey: null,
  deterministic: false,
  resumable: true,
  collectable: true,
  pinned: false,
  unrepeatable: false,
};

function callOf(
  snapshot: Snapshot,
  constraints: Partial<CallConstraints> = {},
  needs: Partial<CallNeeds> = {},
): CallSpec {
  const route = snapshot.routes.get("auto");
  if (route === undefined) {
    throw new Error("no route");
  }
  return {
    id: "call",
    key: "ci",
    route,
    limits: route.limits,
    constraints: { ...anything, ...constraints },
    needs: { ...plain, ...needs },
  };
}

function at(world: World, snapshot: Snapshot, id: string): TargetHealth {
  const target = snapshot.targets.get(id);
  if (target === undefined) {
    throw new Error(`no target ${id}`);
  }
  return healthOf(world, target);
}

function openUntil(health: TargetHealth, untilMs: number): void {
  health.circuit.breaker = {
    state: "open",
    sinceMs: nowMs,
    untilMs,
    latestUntilMs: untilMs,
    probePasses: 0,
  };
}

const all = ["acme:us:first", "acme:eu:first", "acme:us:second", "acme:eu:second"];

describe("the plan of a call that is not sent", () => {
  it("names the first choice, the order behind it, and the limits that would hold", () => {
    const { world, snapshot } = begin();
    const answer = planAnswer(world, callOf(snapshot), nowMs);
    expect(answer).toMatchObject({
      object: "route.plan",
      route: "auto",
      revision: 7,
      chosen: "acme:us:first",
      how: "first",
      retry_in_ms: null,
      limits: { total_ms: 120_000, attempts: 6, first_content_ms: 12_000, idle_ms: 30_000 },
      stream: { upstream: true, midstream: "resume", restart: "same_model" },
      needs: { stream: true, prompt_tokens: 100, max_tokens: 50 },
    });
    expect(
      answer.entries.map(({ target, decision, reason }) => [target, decision, reason]),
    ).toEqual([
      ["acme:us:first", "chosen", "fastest_region"],
      ["acme:eu:first", "eligible", "slower_region"],
      ["acme:us:second", "eligible", "fastest_region"],
      ["acme:eu:second", "eligible", "slower_region"],
    ]);
  });

  it("gives a model that thinks its own limits", () => {
    const { world, snapshot } = begin();
    const answer = planAnswer(world, callOf(snapshot, {}, { tools: true }), nowMs);
    expect(answer.chosen).toBe("acme:us:second");
    expect(answer.limits).toMatchObject({ total_ms: 900_000, first_content_ms: 300_000 });
  });

  it("shows the counters of what is left out, and no provider's words", () => {
    const { world, snapshot } = begin();
    const health = at(world, snapshot, "acme:us:first");
    openUntil(health, nowMs + 5_000);
    health.why = { reason: "overloaded", evidence: { failures: 3, message: "about your prompt" } };
    const answer = planAnswer(world, callOf(snapshot), nowMs);
    expect(answer.chosen).toBe("acme:eu:first");
    expect(answer.entries[0]).toEqual({
      target: "acme:us:first",
      provider: "acme",
      region: "us",
      model: "first",
      decision: "skipped",
      reason: "open",
      counters: { failures: 3 },
    });
  });

  it.each<[string, Partial<CallConstraints>, Partial<CallNeeds>, string]>([
    [
      "a model that the key may not use",
      { allowedModels: new Set(["second"]) },
      {},
      "model_not_allowed",
    ],
    [
      "a region that the key may not use",
      { allowedRegions: new Set(["eu"]) },
      {},
      "region_not_allowed",
    ],
    [
      "a region that was not asked for",
      { region: "eu", regionMode: "require" },
      {},
      "region_not_asked",
    ],
    ["a model without tools", {}, { tools: true }, "lacks_tools"],
  ])("says why it passes over %s", (_name, constraints, needs, reason) => {
    const { world, snapshot } = begin();
    const answer = planAnswer(world, callOf(snapshot, constraints, needs), nowMs);
    const [first] = answer.entries.filter(({ target }) => target === "acme:us:first");
    expect(first).toMatchObject({ decision: "skipped", reason });
    expect(answer.chosen).not.toBe("acme:us:first");
  });

  it("is an answer too when nothing is left: everything switched off", () => {
    const off = {
      objectType: "provider",
      objectId: "acme",
      intent: "disabled",
      untilMs: null,
    } as const;
    const { world, snapshot } = begin([off]);
    const answer = planAnswer(world, callOf(snapshot), nowMs);
    expect(answer).toMatchObject({ chosen: null, how: null });
    expect(new Set(answer.entries.map(({ reason }) => reason))).toEqual(new Set(["disabled"]));
  });

  it("in panic chooses the target that is due back first", () => {
    const { world, snapshot } = begin();
    all.forEach((id, place) => {
      openUntil(at(world, snapshot, id), nowMs + 9_000 - place * 1_000);
    });
    const answer = planAnswer(world, callOf(snapshot), nowMs);
    expect(answer).toMatchObject({ chosen: "acme:eu:second", how: "panic" });
    expect(answer.entries.at(-1)).toMatchObject({ decision: "chosen", reason: "open" });
  });

  it("waits in no queue: with only rate limits left it says when there is room", () => {
    const { world, snapshot } = begin();
    all.forEach((id, place) => {
      at(world, snapshot, id).capacity.requestsUntilMs = nowMs + 3_000 + place;
    });
    const answer = planAnswer(world, callOf(snapshot), nowMs);
    expect(answer).toMatchObject({ chosen: null, how: null, retry_in_ms: 3_000 });
  });
});

const wrongs: readonly ((health: TargetHealth) => void)[] = [
  (health) => {
    openUntil(health, nowMs + 5_000);
  },
  (health) => {
    health.circuit.breaker = { state: "half_open", sinceMs: nowMs, trial: null };
  },
  (health) => {
    health.circuit.breaker = { state: "ramp", sinceMs: nowMs, successes: 0, failures: 0 };
  },
  (health) => {
    health.capacity.requestsUntilMs = nowMs + 4_000;
  },
  (health) => {
    health.silence.suspectMs = nowMs;
  },
  (health) => {
    health.blocked = { reason: "access", sinceMs: nowMs, nextProbeMs: nowMs + 900_000 };
  },
  (health) => {
    health.avoided.set("ci", nowMs + 30_000);
  },
  () => undefined,
];

describe("explaining, whatever is wrong in the world,", () => {
  const worlds = fc.array(fc.nat({ max: wrongs.length - 1 }), {
    minLength: all.length,
    maxLength: all.length,
  });
  const spoilt = (kinds: readonly number[]): { world: World; snapshot: Snapshot } => {
    const { world, snapshot } = begin();
    kinds.forEach((kind, place) => wrongs[kind]?.(at(world, snapshot, all[place] ?? "")));
    return { world, snapshot };
  };

  it("changes nothing", () => {
    fc.assert(
      fc.property(worlds, (kinds) => {
        const { world, snapshot } = spoilt(kinds);
        const before = structuredClone(world);
        planAnswer(world, callOf(snapshot), nowMs);
        expect(world).toEqual(before);
      }),
    );
  });

  it("names the target that an ordinary call then asks first, or none where it waits", () => {
    fc.assert(
      fc.property(worlds, (kinds) => {
        const { world, snapshot } = spoilt(kinds);
        const call = callOf(snapshot);
        const { chosen, how } = planAnswer(world, call, nowMs);
        step(world, { type: "call_started", call }, nowMs, () => 0.999);
        const next = { type: "next", call: call.id, resume: null } as const;
        const move = step(world, next, nowMs, () => 0.999).find(
          ({ type }) => type !== "transition",
        );
        const asked = move?.type === "attempt" ? move : null;
        expect({ chosen, how }).toEqual({
          chosen: asked?.target.id ?? null,
          how: asked?.how ?? null,
        });
      }),
      { numRuns: 500 },
    );
  });
});
