/**
 * Random scenarios (swarm testing): every run draws which troubles it has at all, and how bad each is, so that over many
 * seeds the odd combinations come up too.
 */
import { Chance } from "./chance";
import {
  type CallPlan,
  type Fault,
  type FaultKind,
  type Freeze,
  type Gossip,
  type KeyPlan,
  type Manner,
  type ModelPlan,
  type ProviderPlan,
  type RegionPlan,
  type Reset,
  type Scenario,
  type Toggle,
  clearGossip,
  fault,
  plainCall,
} from "./scenario";

export type SwarmOptions = {
  /** About how many calls the run makes. */
  readonly calls: number;
};

const second = 1_000;
const minute = 60 * second;
const rates = [1 / 60, 0.2, 2, 10, 50, 200, 1_000];
/** Faults come first and end this long before the run does. */
const calmAtEnd = 2.5 * minute;
const leastRun = 6 * minute;
const longestRun = 3 * 3_600 * second;

/** The scenario of a seed. */
export function swarmScenario(seed: number, { calls }: SwarmOptions): Scenario {
  const chance = new Chance(seed).place(11, 0, 0);
  const perSecond = chance.pick(rates);
  const durationMs = Math.min(longestRun, Math.max(leastRun, (calls / perSecond) * second));
  const providers = drawProviders(chance);
  const models = drawModels(chance, providers);
  const chain = models.map(({ id }) => id);
  const nodes = chance.happens(0.2) ? chance.pick([2, 3]) : 1;
  const faultsUntilMs = durationMs - calmAtEnd;
  return {
    name: `swarm ${seed}`,
    pace: "steady",
    seed,
    durationMs,
    maxCalls: calls,
    providers,
    models,
    routes: [{ id: "auto", chain }],
    midstream: chance.pick(["resume", "resume", "error", "buffer"]),
    workloads: [
      {
        route: "auto",
        // A short run at a low rate still takes its six minutes.
        perSecond: Math.min(perSecond, (calls / durationMs) * second),
        curve: "steady",
        fromMs: 0,
        untilMs: durationMs,
        keys: drawKeys(chance, providers),
        calls: drawCalls(chance),
      },
    ],
    faults: drawFaults(chance, providers, models, faultsUntilMs),
    toggles: chance.happens(0.2) ? drawToggles(chance, models, providers, faultsUntilMs) : [],
    nodes,
    freezes: chance.happens(0.15) ? drawFreezes(chance, nodes, faultsUntilMs) : [],
    gossip: chance.happens(0.3) ? drawGossip(chance) : clearGossip,
    // Drawn last: seeds keep the rest of their world.
    resets: chance.happens(0.3) ? drawResets(chance, faultsUntilMs) : [],
  };
}

function drawProviders(chance: Chance): ProviderPlan[] {
  const count = 1 + chance.below(3);
  return ["acme", "bolt", "cove"].slice(0, count).map((id) => ({
    id,
    regions: drawRegions(chance),
  }));
}

function drawRegions(chance: Chance): RegionPlan[] {
  return ["us", "eu", "ap"]
    .slice(0, 1 + chance.below(3))
    .map((id) => ({ id, farMs: chance.between(5, 180) }));
}

function drawModels(chance: Chance, providers: readonly ProviderPlan[]): ModelPlan[] {
  const ids = ["first", "second", "third", "fourth"].slice(0, 1 + chance.below(4));
  const hasLimits = chance.happens(0.15);
  const hasErrors = chance.happens(0.3);
  return ids.map((id, index) => {
    const own = providers.filter((_, place) => place === index % providers.length);
    const also = chance.happens(0.2) ? providers : own;
    return {
      id,
      providers: also.map((provider) => provider.id),
      manner: drawManner(chance, hasErrors),
      contextTokens: index === 0 ? chance.pick([null, 8_000, 128_000]) : null,
      prefill: chance.happens(0.4),
      reasoning: chance.happens(0.08),
      minuteLimit:
        hasLimits && index === 0
          ? {
              requests: chance.pick([60, 600, 6_000]),
              tokens: chance.pick([60_000, 600_000, 6_000_000]),
              tells: chance.happens(0.6),
            }
          : null,
    };
  });
}

function drawManner(chance: Chance, hasErrors: boolean): Manner {
  const isSlow = chance.happens(0.2);
  return {
    ttftMs: chance.between(80, 900),
    sigma: chance.between(0.1, 0.6),
    msPerToken: isSlow ? 60 : chance.between(3, 20),
    errorShare: hasErrors ? chance.pick([0.002, 0.01, 0.03, 0.05]) : 0,
    errorAfterMs: 60,
  };
}

function drawKeys(chance: Chance, providers: readonly ProviderPlan[]): KeyPlan[] {
  const ids = ["ada", "bo", "cy", "di"].slice(0, 1 + chance.below(4));
  const keys: KeyPlan[] = ids.map((id) => ({
    id,
    share: chance.between(0.2, 1),
    poison: null,
    allowedRegions: null,
  }));
  if (chance.happens(0.15) && keys.length > 2) {
    keys.push({
      id: "poison",
      share: chance.between(0.02, 0.3),
      poison: chance.pick(["server_error", "bad_request"]),
      allowedRegions: null,
    });
  }
  if (chance.happens(0.1)) {
    const region = providers[0]?.regions[0]?.id ?? "us";
    keys.push({ id: "fenced", share: 0.2, poison: null, allowedRegions: [region] });
  }
  return keys;
}

function drawCalls(chance: Chance): CallPlan[] {
  const plans: CallPlan[] = [
    { ...plainCall, stream: chance.happens(0.7), outputTokens: chance.pick([20, 120, 400]) },
  ];
  const extras: readonly Partial<CallPlan>[] = [
    { stream: false, outputTokens: 60 },
    { stream: true, tools: true },
    { promptTokens: 40_000, outputTokens: 300 },
    { promptTokens: 12_000, share: 0.3 },
    { reasoning: true, share: 0.1 },
    { totalMs: chance.between(1_500, 20_000), share: 0.3 },
    { patienceMs: chance.between(500, 10_000), share: 0.3 },
    { clientRetries: 3, share: 0.5 },
    { deterministic: true, share: 0.5 },
    { region: "eu", share: 0.4 },
  ];
  for (const extra of extras) {
    if (chance.happens(0.25)) {
      plans.push({ ...plainCall, stream: chance.happens(0.6), ...extra });
    }
  }
  return plans;
}

const kinds: readonly FaultKind[] = [
  "refused",
  "blackhole",
  "reset",
  "server_error",
  "unavailable",
  "overloaded",
  "hang",
  "slow",
  "rate_limited",
  "too_big",
  "cut",
  "stall",
  "stall_alive",
  "unauthorized",
  "forbidden",
  "not_found",
  "no_money",
  "garbage",
];
/** What breaks the way to a provider breaks it for all its models. */
const ofTheWay: ReadonlySet<FaultKind> = new Set([
  "refused",
  "blackhole",
  "unauthorized",
  "no_money",
]);

function drawFaults(
  chance: Chance,
  providers: readonly ProviderPlan[],
  models: readonly ModelPlan[],
  untilMs: number,
): Fault[] {
  const inPlay = kinds.filter(() => chance.happens(0.2));
  const count = inPlay.length === 0 ? 0 : 1 + chance.below(6);
  return Array.from({ length: count }, () => {
    const kind = chance.pick(inPlay);
    const provider = chance.pick(providers);
    const fromMs = chance.between(20 * second, Math.max(30 * second, untilMs - 30 * second));
    const lengthMs = chance.pick([5 * second, 30 * second, 2 * minute, untilMs]);
    return fault(kind, {
      provider: chance.happens(0.1) ? null : provider.id,
      region: chance.happens(0.5) ? chance.pick(provider.regions).id : null,
      model: ofTheWay.has(kind) || chance.happens(0.4) ? null : chance.pick(models).id,
      fromMs,
      untilMs: Math.min(untilMs, fromMs + lengthMs),
      share: chance.pick([1, 1, 0.5, 0.3, 0.2]),
      factor: chance.pick([3, 10, 30]),
      retryAfterMs: chance.pick([null, null, 1_000, 20_000]),
      atToken: chance.pick([1, 5, 40]),
      flapMs: chance.happens(0.2) ? chance.between(3 * second, 20 * second) : 0,
    });
  });
}

function drawToggles(
  chance: Chance,
  models: readonly ModelPlan[],
  providers: readonly ProviderPlan[],
  untilMs: number,
): Toggle[] {
  return Array.from({ length: 1 + chance.below(4) }, (): Toggle => {
    const type = chance.pick(["provider", "region", "model"] as const);
    const ids = {
      provider: providers.map(({ id }) => id),
      region: providers.flatMap(({ regions }) => regions.map(({ id }) => id)),
      model: models.map(({ id }) => id),
    };
    return {
      atMs: chance.between(10 * second, untilMs),
      type,
      id: chance.pick(ids[type]),
      intent: chance.pick(["draining", "disabled", "enabled"]),
      forMs: chance.between(5 * second, 60 * second),
    };
  });
}

function drawResets(chance: Chance, untilMs: number): Reset[] {
  return Array.from({ length: 1 + chance.below(5) }, () => ({
    atMs: chance.between(10 * second, untilMs),
    place: chance.below(12),
  }));
}

function drawFreezes(chance: Chance, nodes: number, untilMs: number): Freeze[] {
  return Array.from({ length: 1 + chance.below(3) }, () => ({
    node: chance.below(nodes),
    atMs: chance.between(10 * second, untilMs),
    forMs: chance.between(second, 5 * second),
  }));
}

function drawGossip(chance: Chance): Gossip {
  return {
    lostShare: chance.pick([0, 0.5, 1]),
    delayMs: chance.pick([50, 2_000, 20_000]),
    liesPerMinute: chance.pick([0, 1, 20]),
    probeLostShare: chance.pick([0, 0.3]),
    probeTwiceShare: chance.pick([0, 0.3]),
    probeLateShare: chance.pick([0, 0.3]),
  };
}
