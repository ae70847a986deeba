import {
  type CallView,
  type HealthView,
  type KeyView,
  type MetricsView,
  type SwitchView,
  type TargetView,
} from "@/lib/shared/contract";
import type { ModelView } from "@/lib/shared/provider-contract";

export const now = Date.UTC(2026, 10, 23, 5, 32);

export const on: SwitchView = {
  intent: "enabled",
  until: null,
  reason: null,
  actor: null,
  changedAt: null,
  revision: 3,
};

export function target(over: Partial<TargetView> = {}): TargetView {
  const { provider = "acme", region = "us-east", model = "gpt-4.1" } = over;
  return {
    id: `${provider}:${region}:${model}`,
    provider,
    region,
    model,
    upstreamModel: model,
    switch: on,
    effectiveIntent: "enabled",
    offBy: null,
    state: "healthy",
    label: "closed",
    breaker: "closed",
    since: null,
    until: null,
    reason: null,
    consecutiveFailures: 0,
    figures: null,
    rateLimitedUntil: null,
    availability: { ratio: 0.9996, n: 2914, source: "live" },
    p50Ms: 812,
    p95Ms: 1_980,
    attempts: 2_930,
    costNanoUsd: 4_200_000_000,
    firstChoice: 2_900,
    movedOut: 12,
    ttftMs: 240,
    inFlight: 0,
    lastError: null,
    nextProbeAt: null,
    successors: [],
    lastProbe: null,
    probeCostNanoUsd: null,
    onNodes: { count: 1, of: 1 },
    strip: [],
    ...over,
  };
}

export function down(over: Partial<TargetView> = {}): TargetView {
  return target({
    model: "claude-sonnet-4-5",
    state: "down",
    label: "open",
    breaker: "open",
    since: now - 41_000,
    consecutiveFailures: 7,
    lastError: { at: now - 12_000, reason: "overloaded", status: 503, message: null },
    nextProbeAt: now + 2_000,
    ...over,
  });
}

export function health(targets: readonly TargetView[], over: Partial<HealthView> = {}): HealthView {
  const object = (id: string): HealthView["models"][number] => switched(id, {});
  const ids = (key: "model" | "region" | "provider"): string[] => [
    ...new Set(targets.map((each) => each[key])),
  ];
  return {
    generatedAt: now,
    revision: 12,
    demo: "off",
    exchange: null,
    windowMs: 900_000,
    nodes: [node("host/0", 12, now)],
    models: ids("model").map(object),
    regions: ids("region").map(object),
    providers: ids("provider").map(object),
    targets: [...targets],
    routes: [],
    ...over,
  };
}

/** A model or region whose switch is as `over` says. */
export function switched(id: string, over: Partial<SwitchView>): HealthView["models"][number] {
  const availability = { ratio: 0.99, n: 100, source: "live" } as const;
  return { id, switch: { ...on, ...over }, availability };
}

export function node(
  id: string,
  appliedRevision: number,
  appliedAt: number,
  refused: HealthView["nodes"][number]["refused"] = null,
): HealthView["nodes"][number] {
  return { id, live: true, startedAt: 0, heartbeatAt: now, appliedRevision, appliedAt, refused };
}

type Counts = Partial<MetricsView["series"][number]>;

/** An hour of one-minute buckets; `last` are the newest ones, oldest first. */
export function metrics(
  last: readonly Counts[],
  totals: Partial<MetricsView["totals"]> = {},
): MetricsView {
  const bucketMs = 60_000;
  const series = Array.from({ length: 60 }, (_, index) => {
    const own = last[index - (60 - last.length)] ?? {};
    const t = now - (60 - index) * bucketMs;
    return { ...bucket(t), firstTry: 400, ...own };
  });
  const all = { ...usualTotals, ...totals };
  return {
    generatedAt: now,
    range: "1h",
    from: now - 60 * bucketMs,
    to: now,
    bucketMs,
    partialFrom: now - bucketMs,
    demo: false,
    totals: all,
    former: { shiftMs: 7 * 86_400_000, totals: usualTotals },
    sloServedPercent: 99.9,
    apps: { active: 5, failing: [] },
    series,
    annotations: [],
    gaps: [],
  };
}

/** A bucket with a call in it and nothing told of it. */
export function bucket(t: number, over: Counts = {}): MetricsView["series"][number] {
  return {
    ...{ t, firstTry: 0, rescued: 0, failed: 0, refused: 0, cancelled: 0 },
    ...{ attemptsSucceeded: 0, attemptsFailed: 0, costNanoUsd: 0, pricedTokens: 0 },
    ...{ p95Ms: null, ttftP50Ms: null },
    gap: false,
    ...over,
  };
}

const usualTotals: MetricsView["totals"] = {
  calls: 24_000,
  served: 24_000,
  failed: 0,
  refused: 0,
  cancelled: 0,
  servedRate: 1,
  availability: { ratio: 0.9819, n: 25_216, source: "live" },
  rescued: 0,
  fallbacks: 0,
  regionSwitches: 0,
  p50Ms: 812,
  p95Ms: 2840,
  ttftP50Ms: 412,
  ttftN: 19_874,
  overheadP50Us: 740,
  costNanoUsd: 842_130_000_000,
  promptTokens: 31_234_567,
  completionTokens: 8_123_456,
  costPerMTokNanoUsd: 2_139_000_000,
  unpriced: 0,
};

export function call(over: Partial<CallView> = {}): CallView {
  return {
    id: "019aab3e-7c41-7000-8000-000000000001",
    startedAt: now,
    keyId: "shop",
    demo: false,
    route: "auto",
    askedModel: "auto",
    model: "gpt-4.1",
    provider: "acme",
    region: "us-east",
    firstModel: "gpt-4.1",
    outcome: "served",
    status: 200,
    errorCode: null,
    errorMessage: null,
    stream: false,
    metadata: null,
    rescuedBy: null,
    fallback: false,
    regionSwitch: false,
    totalMs: 900,
    ttftMs: 300,
    overheadUs: 700,
    promptTokens: 10,
    completionTokens: 20,
    cachedTokens: 0,
    tokensEstimated: false,
    costNanoUsd: 1,
    rescueNanoUsd: null,
    revision: 12,
    attempts: [],
    ...over,
  };
}

export const key: KeyView = {
  ...{ id: "shop", name: "The shop", last4: "abcd", former: null, kind: "live", source: "minted" },
  limits: {
    ...{ rpm: 60, tpm: null, parallel: null, budgetUsdPerMonth: 12.5, strictBudget: false },
    allowedModels: ["gpt-4.1"],
    allowedRegions: null,
  },
  ...{ revokedAt: null, revision: 7, lastUsedAt: null, callsInHour: 0, spentNanoUsd: 0 },
};

export const model: ModelView = {
  id: "gpt",
  targets: [{ provider: "acme", upstreamModel: "gpt-4.1", regions: ["eu", "us"] }],
  price: { input: 2, output: 8, cachedInput: null },
  capabilities: { context: 128_000, tools: true, vision: false },
  routes: ["auto"],
  owner: "ui",
  ownerPath: null,
  revision: 3,
};
