/** A world to simulate, as plain data: it can be printed, shrunk, pinned and played again. */

/** How a model answers while it is well. */
export type Manner = {
  /** Median time to first token of a short prompt. */
  readonly ttftMs: number;
  /** Spread of the times: 0 always gives the median, 0.5 is usual. */
  readonly sigma: number;
  readonly msPerToken: number;
  /** Share of attempts that fail even on good days, with a 500. */
  readonly errorShare: number;
  /** How soon such an error comes. */
  readonly errorAfterMs: number;
};

export type RegionPlan = {
  readonly id: string;
  /** What the way there adds to every answer. */
  readonly farMs: number;
};

export type ProviderPlan = { readonly id: string; readonly regions: readonly RegionPlan[] };

/** What an account may use of a model in a minute, as the provider counts it. */
export type MinuteLimit = {
  readonly requests: number;
  readonly tokens: number;
  /** Whether a refusal names the moment of the next try, and answers tell what is left. */
  readonly tells: boolean;
};

export type ModelPlan = {
  readonly id: string;
  readonly providers: readonly string[];
  readonly manner: Manner;
  readonly contextTokens: number | null;
  readonly prefill: boolean;
  readonly reasoning: boolean;
  readonly minuteLimit: MinuteLimit | null;
};

export type KeyPlan = {
  readonly id: string;
  readonly share: number;
  /** What every provider says to each prompt of this key; null: nothing special. */
  readonly poison: "server_error" | "bad_request" | null;
  readonly allowedRegions: readonly string[] | null;
};

/** One sort of call. */
export type CallPlan = {
  readonly share: number;
  readonly stream: boolean;
  readonly promptTokens: number;
  readonly outputTokens: number;
  readonly tools: boolean;
  readonly reasoning: boolean;
  readonly deterministic: boolean;
  readonly region: string | null;
  /** The caller's own deadline, where it is shorter than the route's. */
  readonly totalMs: number | null;
  /** How long the caller waits for its first content before it leaves, on average; null: for ever. */
  readonly patienceMs: number | null;
  /** How often the caller's client tries again by itself. */
  readonly clientRetries: number;
};

export type Workload = {
  readonly route: string;
  readonly perSecond: number;
  /** `day`: business hours, a peak and nights, around the given rate. */
  readonly curve: "steady" | "day";
  readonly fromMs: number;
  readonly untilMs: number;
  readonly keys: readonly KeyPlan[];
  readonly calls: readonly CallPlan[];
};

export type FaultKind =
  | "refused"
  | "blackhole"
  | "reset"
  | "server_error"
  | "unavailable"
  | "overloaded"
  | "hang"
  | "slow"
  | "rate_limited"
  | "too_big"
  | "cut"
  | "stall"
  | "stall_alive"
  | "unauthorized"
  | "forbidden"
  | "not_found"
  | "no_money"
  | "garbage";

export type Fault = {
  readonly kind: FaultKind;
  /** Null: all of them. */
  readonly provider: string | null;
  readonly region: string | null;
  readonly model: string | null;
  readonly fromMs: number;
  readonly untilMs: number;
  /** Share of the attempts that it hits. */
  readonly share: number;
  /** Of `slow`: how many times slower. */
  readonly factor: number;
  /** Of `rate_limited` and `unavailable`: what the answer says; null: nothing. */
  readonly retryAfterMs: number | null;
  /** Of `cut` and `stall`: after how many tokens. */
  readonly atToken: number;
  /** On for so long, off for so long, and again; 0: on all the time. */
  readonly flapMs: number;
};

/** A person's switch. */
export type Toggle = {
  readonly atMs: number;
  readonly type: "provider" | "region" | "model";
  readonly id: string;
  readonly intent: "draining" | "disabled" | "enabled";
  readonly forMs: number | null;
};

/** A person has the failures of one place forgotten, by its place in the topology. */
export type Reset = { readonly atMs: number; readonly place: number };

export type Freeze = { readonly node: number; readonly atMs: number; readonly forMs: number };

/** How badly nodes and probes hear of each other. */
export type Gossip = {
  /** Share of the hints that never arrive. */
  readonly lostShare: number;
  readonly delayMs: number;
  /** Hints out of nowhere, about any target. */
  readonly liesPerMinute: number;
  /** Share of the probe results that never arrive, arrive twice, or arrive late by up to 10 s. */
  readonly probeLostShare: number;
  readonly probeTwiceShare: number;
  readonly probeLateShare: number;
};

export type Scenario = {
  readonly name: string;
  /** `day`: models answer slower at the peak and faster at night. */
  readonly pace: "steady" | "day";
  readonly seed: number;
  readonly durationMs: number;
  readonly maxCalls: number;
  readonly providers: readonly ProviderPlan[];
  readonly models: readonly ModelPlan[];
  readonly routes: readonly { readonly id: string; readonly chain: readonly string[] }[];
  readonly midstream: "resume" | "error" | "buffer";
  readonly workloads: readonly Workload[];
  readonly faults: readonly Fault[];
  readonly toggles: readonly Toggle[];
  readonly resets: readonly Reset[];
  readonly nodes: number;
  readonly freezes: readonly Freeze[];
  readonly gossip: Gossip;
};

/** Everybody hears everything at once. */
export const clearGossip: Gossip = {
  lostShare: 0,
  delayMs: 50,
  liesPerMinute: 0,
  probeLostShare: 0,
  probeTwiceShare: 0,
  probeLateShare: 0,
};

/** A short streamed call of a patient caller. */
export const plainCall: CallPlan = {
  share: 1,
  stream: true,
  promptTokens: 400,
  outputTokens: 120,
  tools: false,
  reasoning: false,
  deterministic: false,
  region: null,
  totalMs: null,
  patienceMs: null,
  clientRetries: 0,
};

/** A model that answers in about half a second. */
export const briskManner: Manner = {
  ttftMs: 450,
  sigma: 0.35,
  msPerToken: 12,
  errorShare: 0,
  errorAfterMs: 60,
};

/** A fault of everything, all the time, on every attempt; a scenario narrows it. */
export function fault(kind: FaultKind, narrowed: Partial<Omit<Fault, "kind">> = {}): Fault {
  return {
    kind,
    provider: null,
    region: null,
    model: null,
    fromMs: 0,
    untilMs: Number.MAX_SAFE_INTEGER,
    share: 1,
    factor: 10,
    retryAfterMs: null,
    atToken: 40,
    flapMs: 0,
    ...narrowed,
  };
}
