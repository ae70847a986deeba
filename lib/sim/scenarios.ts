/** Scenarios with a name: one trouble each, on a chain of four models at two providers. */
import {
  type CallPlan,
  type Fault,
  type KeyPlan,
  type ModelPlan,
  type Scenario,
  briskManner,
  clearGossip,
  fault,
  plainCall,
} from "./scenario";

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;

/** A key without peculiarities. */
export function key(id: string, narrowed: Partial<KeyPlan> = {}): KeyPlan {
  return { id, share: 1, poison: null, allowedRegions: null, ...narrowed };
}

/** A model that answers briskly at one provider. */
export function model(id: string, provider: string, narrowed: Partial<ModelPlan> = {}): ModelPlan {
  return {
    id,
    providers: [provider],
    manner: briskManner,
    contextTokens: null,
    prefill: false,
    reasoning: false,
    minuteLimit: null,
    ...narrowed,
  };
}

export type Outline = Partial<Omit<Scenario, "workloads">> & {
  readonly perSecond?: number;
  readonly keys?: readonly KeyPlan[];
  readonly calls?: readonly CallPlan[];
};

/** Ten minutes of two keys' calls to `first` with `second` behind it, each at a provider of its own, and what differs. */
export function outline({ perSecond, keys, calls, ...rest }: Outline = {}): Scenario {
  const models = rest.models ?? [model("first", "acme"), model("second", "bolt")];
  const providers = rest.providers ?? [
    { id: "acme", regions: [{ id: "us", farMs: 20 }] },
    { id: "bolt", regions: [{ id: "us", farMs: 20 }] },
  ];
  const durationMs = rest.durationMs ?? 10 * minute;
  return {
    name: "outline",
    pace: "steady",
    seed: 1,
    maxCalls: Number.MAX_SAFE_INTEGER,
    routes: [{ id: "auto", chain: models.map(({ id }) => id) }],
    midstream: "resume",
    faults: [],
    toggles: [],
    resets: [],
    nodes: 1,
    freezes: [],
    gossip: clearGossip,
    ...rest,
    models,
    providers,
    durationMs,
    workloads: [
      {
        route: "auto",
        perSecond: perSecond ?? 10,
        curve: "steady",
        fromMs: 0,
        untilMs: durationMs,
        keys: keys ?? [key("ada"), key("bo")],
        calls: calls ?? [plainCall, { ...plainCall, stream: false }],
      },
    ],
  };
}

/** A fault of the first model's provider between two instants. */
export function ofFirst(kind: Fault["kind"], narrowed: Partial<Omit<Fault, "kind">> = {}): Fault {
  return fault(kind, { provider: "acme", fromMs: 2 * minute, untilMs: 4 * minute, ...narrowed });
}

const twoRegions = [
  { id: "us", farMs: 20 },
  { id: "eu", farMs: 90 },
];

/** Every scenario that `npm run sim -- --scenario NAME` knows, at 50 calls a second unless the trouble needs other. */
export const scenarios: Readonly<Record<string, () => Scenario>> = {
  calm: () => outline({ perSecond: 50 }),
  down: () => outline({ perSecond: 50, faults: [ofFirst("unavailable")] }),
  refused: () => outline({ perSecond: 50, faults: [ofFirst("refused")] }),
  hang: () => outline({ perSecond: 50, faults: [ofFirst("hang")] }),
  grey: () => outline({ perSecond: 50, faults: [ofFirst("server_error", { share: 0.3 })] }),
  "two-grey": () =>
    outline({ perSecond: 50, faults: [fault("unavailable", { fromMs: minute, share: 0.25 })] }),
  outage: () =>
    outline({
      perSecond: 50,
      providers: [
        { id: "acme", regions: twoRegions },
        { id: "bolt", regions: twoRegions },
      ],
      faults: [ofFirst("unavailable")],
    }),
  "brown-out": () =>
    outline({
      perSecond: 20,
      durationMs: 3 * hour,
      faults: [ofFirst("slow", { factor: 10, fromMs: hour, untilMs: 2 * hour })],
    }),
  limits: () =>
    outline({ perSecond: 50, faults: [ofFirst("rate_limited", { retryAfterMs: 20_000 })] }),
  "token-limits": () =>
    outline({
      perSecond: 20,
      models: [
        model("first", "acme", {
          minuteLimit: { requests: 600, tokens: 400_000, tells: true },
        }),
        model("second", "bolt"),
      ],
    }),
  flapping: () => outline({ perSecond: 20, faults: [ofFirst("unavailable", { flapMs: 6_000 })] }),
  cut: () =>
    outline({
      perSecond: 20,
      models: [model("first", "acme"), model("second", "bolt", { prefill: true })],
      faults: [ofFirst("cut", { share: 0.2 })],
    }),
  poison: () =>
    outline({
      perSecond: 20,
      keys: [key("ada"), key("bo"), key("poison", { share: 0.3, poison: "server_error" })],
    }),
  toggles: () =>
    outline({
      perSecond: 50,
      toggles: [
        { atMs: 2 * minute, type: "model", id: "first", intent: "disabled", forMs: minute },
        { atMs: 5 * minute, type: "provider", id: "bolt", intent: "draining", forMs: null },
      ],
    }),
  "bad-config": () => outline({ perSecond: 20, faults: [fault("not_found", { model: "first" })] }),
  nodes: () =>
    outline({
      perSecond: 50,
      nodes: 3,
      faults: [ofFirst("hang")],
      gossip: { ...clearGossip, lostShare: 0.3, delayMs: 2_000, liesPerMinute: 10 },
    }),
  freezes: () =>
    outline({
      perSecond: 50,
      freezes: [1, 2, 3, 4, 5].map((n) => ({ node: 0, atMs: n * minute, forMs: n * second })),
    }),
  background: () =>
    outline({
      perSecond: 50,
      durationMs: hour,
      models: [
        model("first", "acme", { manner: { ...briskManner, errorShare: 0.05 } }),
        model("second", "bolt"),
      ],
    }),
};
