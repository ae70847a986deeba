import { describe, expect, it } from "vitest";
import { type ConfigInput, configDocument } from "@/lib/config/document";
import { anyModelRoute, compileSnapshot } from "@/lib/config/snapshot";
import { type Limits, type Snapshot, type Target, rules } from "@/lib/core/types";

const base = {
  providers: [{ id: "acme", base_url: "https://api.acme.example/v1", api_key: "env:ACME_KEY" }],
  models: ["a", "b", "c"].map((id) => ({ id, targets: [{ provider: "acme" }] })),
} satisfies ConfigInput;

function compiled(over: Partial<ConfigInput>): Snapshot {
  return compileSnapshot(configDocument.parse({ ...base, ...over }), [], 7, (ms) => ms);
}

function targetOf(over: Partial<ConfigInput>, model = "a"): Target {
  const target = compiled(over).targets.get(`acme:global:${model}`);
  if (target === undefined) {
    throw new Error(`no target of ${model}`);
  }
  return target;
}

function limitsOf(route: Record<string, unknown>): Limits | undefined {
  const routes = [{ id: "auto", chain: ["a"], ...route }];
  return compiled({ routes }).routes.get("auto")?.limits;
}

describe("the limits of a route", () => {
  it("are the design's where nothing is said", () => {
    expect(limitsOf({})).toEqual({
      ttftMs: 12_000,
      idleMs: 30_000,
      totalMs: 120_000,
      streamTotalMs: 3_600_000,
      reasoningTtftMs: 300_000,
      reasoningTotalMs: 900_000,
      attempts: 6,
      retryAfterWaitMs: 2_000,
      fallbackOnContentPolicy: false,
      upstreamStream: "auto",
      midstream: "resume",
      restart: "same_model",
    });
  });

  it("are what the route says, in milliseconds", () => {
    const limits = limitsOf({
      upstream_stream: "off",
      midstream: "buffer",
      restart: "any",
      fallback_on_content_policy: true,
      limits: {
        ttft_s: 0.5,
        idle_s: 1,
        total_s: 2,
        stream_total_s: 3,
        reasoning_ttft_s: 4,
        reasoning_total_s: 5,
        attempts: 7,
        retry_after_wait_ms: 8,
      },
    });
    expect(limits).toEqual({
      ttftMs: 500,
      idleMs: 1_000,
      totalMs: 2_000,
      streamTotalMs: 3_000,
      reasoningTtftMs: 4_000,
      reasoningTotalMs: 5_000,
      attempts: 7,
      retryAfterWaitMs: 8,
      fallbackOnContentPolicy: true,
      upstreamStream: "off",
      midstream: "buffer",
      restart: "any",
    });
  });

  it("give a thinking model at least the time of every other", () => {
    expect(limitsOf({ limits: { total_s: 3_000 } })).toMatchObject({ reasoningTotalMs: 3_000_000 });
  });
});

describe("the breaker of a target in several routes", () => {
  const routes = [
    {
      id: "one",
      chain: ["a", "b"],
      breaker: { min_threshold: 9, base_ejection_s: 60, observe_only: ["suspect" as const] },
    },
    { id: "two", chain: ["a"], breaker: { min_threshold: 2, max_ejection_s: 20 } },
    { id: "three", chain: ["c"], breaker: { observe_only: true } },
  ];

  it("takes the most careful number of each, and no ejection longer than the longest", () => {
    expect(targetOf({ routes }).breaker).toMatchObject({
      minThreshold: 2,
      baseEjectionMs: 20_000,
      maxEjectionMs: 20_000,
    });
  });

  it("only observes a rule as soon as one of its routes asks for that", () => {
    expect([...targetOf({ routes }).breaker.observeOnly]).toEqual(["suspect"]);
    expect([...targetOf({ routes }, "b").breaker.observeOnly]).toEqual(["suspect"]);
    expect([...targetOf({ routes }, "c").breaker.observeOnly]).toEqual([...rules]);
    expect(targetOf({}).breaker.observeOnly.size).toBe(0);
  });
});

describe("what is known of a model", () => {
  it("is unknown, not absent, where nobody said anything", () => {
    expect(targetOf({}).capabilities).toEqual({
      contextTokens: null,
      outputTokens: null,
      tools: null,
      vision: null,
      json: null,
      prefill: false,
      reasoning: false,
    });
  });

  it("is what the document says", () => {
    const capabilities = {
      context: 8_000,
      tools: true,
      vision: false,
      json: true,
      prefill: true,
      reasoning: true,
    };
    const models = [{ id: "a", targets: [{ provider: "acme" }], capabilities }];
    expect(targetOf({ models }).capabilities).toEqual({
      contextTokens: 8_000,
      outputTokens: null,
      tools: true,
      vision: false,
      json: true,
      prefill: true,
      reasoning: true,
    });
  });

  it("decides how it is probed: regularly, not at all, and a name made up by a caller only while it is out", () => {
    const models = [
      { id: "a", targets: [{ provider: "acme" }], probe: { enabled: false, interval_s: 60 } },
    ];
    expect(targetOf({}).probe).toEqual({ intervalMs: 30_000, timeoutMs: 5_000, mode: "regular" });
    expect(targetOf({ models }).probe).toEqual({
      intervalMs: 60_000,
      timeoutMs: 5_000,
      mode: "off",
    });
    const made = anyModelRoute({ id: "acme", regions: [{ id: "global", priority: 1 }] }, "x");
    expect(made.entries[0]?.targets[0]?.probe.mode).toBe("when_open");
  });
});

describe("peers", () => {
  const peersOf = (over: Partial<ConfigInput>): Record<string, string[]> =>
    Object.fromEntries(
      [...compiled(over).peers].map(([model, peers]) => [model, [...peers].toSorted()]),
    );

  it("are the models that share a route, each itself among them", () => {
    const routes = [
      { id: "auto", chain: ["a"] },
      { id: "other", chain: ["b", "c"] },
    ];
    expect(peersOf({ routes })).toEqual({ a: ["a"], b: ["b", "c"], c: ["b", "c"] });
  });

  it("are all models where the route auto is implied", () => {
    expect(peersOf({})).toEqual({ a: ["a", "b", "c"], b: ["a", "b", "c"], c: ["a", "b", "c"] });
  });

  it("count the chain of auto where it comes behind every model's own name", () => {
    const routes = [{ id: "auto", chain: ["a"] }];
    expect(peersOf({ routes, settings: { default_route_on_model_name: true } })).toEqual({
      a: ["a"],
      b: ["a", "b"],
      c: ["a", "c"],
    });
  });
});
