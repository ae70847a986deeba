/** What the router knows of the world's shape. Built by lib/config, never changed, swapped whole. */

/** A person's switch that keeps a target from calls. `untilMs` null: until somebody turns it on again. */
export type Hold = {
  readonly intent: "draining" | "disabled";
  readonly type: "provider" | "region" | "model" | "target";
  readonly id: string;
  readonly untilMs: number | null;
};

/** The rules that can be told to observe only: they decide and log, and change nothing. */
export const rules = [
  "opening",
  "suspect",
  "degraded",
  "probes",
  "capacity",
  "credential",
  "region",
  "access",
] as const;
export type Rule = (typeof rules)[number];

export type BreakerSettings = {
  /** The least run of failures, in start order, that opens the breaker; busy targets need longer runs. */
  readonly minThreshold: number;
  readonly baseEjectionMs: number;
  readonly maxEjectionMs: number;
  readonly observeOnly: ReadonlySet<Rule>;
};

export type ProbeSettings = {
  readonly intervalMs: number;
  readonly timeoutMs: number;
  /** `when_open`: no regular probe, but one that asks after it while it is OPEN. */
  readonly mode: "regular" | "when_open" | "off";
};

export type Price = {
  /** Nano-USD per token, so USD per million tokens × 1 000. */
  readonly inputNanoUsd: number;
  readonly outputNanoUsd: number;
  readonly cachedInputNanoUsd: number;
};

export type Capabilities = {
  readonly contextTokens: number | null;
  /** The longest answer that it gives; null: nobody said. */
  readonly outputTokens: number | null;
  /** Null: nobody said, so it is tried. */
  readonly tools: boolean | null;
  readonly vision: boolean | null;
  readonly json: boolean | null;
  /** Continues an assistant's message that ends in the middle. */
  readonly prefill: boolean;
  readonly reasoning: boolean;
};

/** Provider × credential × region × model: the thing that is healthy or not. */
export type Target = {
  /** `provider:region:upstream_model[#credential]`; stable over reloads. */
  readonly id: string;
  readonly provider: string;
  readonly credential: string | null;
  readonly region: string;
  readonly model: string;
  readonly upstreamModel: string;
  /** Provider × model: a failure domain of its own, whatever the region. */
  readonly pair: string;
  readonly regionPriority: number;
  readonly breaker: BreakerSettings;
  readonly probe: ProbeSettings;
  readonly price: Price | null;
  readonly capabilities: Capabilities;
};

export type Limits = {
  readonly ttftMs: number;
  readonly idleMs: number;
  readonly totalMs: number;
  readonly streamTotalMs: number;
  /** The same two for calls that let the model think: it may be silent for minutes. */
  readonly reasoningTtftMs: number;
  readonly reasoningTotalMs: number;
  readonly attempts: number;
  readonly retryAfterWaitMs: number;
  /** A refusal for content policy is passed on as it is, unless the route asks to try the next model. */
  readonly fallbackOnContentPolicy: boolean;
  /** `auto`: a plain call that is expected to take long is streamed upstream and collected. */
  readonly upstreamStream: "auto" | "off";
  /** What becomes of a stream whose provider breaks off after content went out. */
  readonly midstream: "resume" | "error" | "buffer";
  /** Whether a broken stream may be started over where nothing continues a prefill. */
  readonly restart: "same_model" | "any" | "off";
};

/** One place of a chain: a model with everywhere it lives. */
export type Entry = { readonly model: string; readonly targets: readonly Target[] };

/** What a name in a call's `model` field leads to. */
export type Route = {
  readonly id: string;
  readonly kind: "route" | "model" | "list" | "any_model";
  readonly entries: readonly Entry[];
  readonly limits: Limits;
  /** For how long what its callers sent and got is kept; absent: not at all. */
  readonly keepBodiesHours?: number;
};

export type AnyModelProvider = {
  readonly id: string;
  readonly regions: readonly { id: string; priority: number }[];
};

/** Everything that a call needs to be routed; immutable. */
export type Snapshot = {
  readonly revision: number;
  readonly targets: ReadonlyMap<string, Target>;
  readonly routes: ReadonlyMap<string, Route>;
  readonly models: ReadonlyMap<string, Entry>;
  readonly regions: ReadonlySet<string>;
  readonly anyModel: ReadonlyMap<string, AnyModelProvider>;
  readonly holds: ReadonlyMap<string, readonly Hold[]>;
  /** For each model, the models (itself among them) that share a route with it: who could take its calls. */
  readonly peers: ReadonlyMap<string, ReadonlySet<string>>;
  readonly defaultRouteOnModelName: boolean;
  /** What probes may cost in a day. */
  readonly probeBudgetNanoUsd: number;
  /** What a key may spend beyond what is leased of its budget while the database is away. */
  readonly budgetGraceNanoUsd: number;
};

/** Where the switches of targets that come into being with a call are kept (providers that take any model name). */
export function anyModelHoldKey(target: Pick<Target, "provider" | "region">): string {
  return `${target.provider}:${target.region}:*`;
}

/** What people want of a target at `nowMs`: the strongest of its switches that has not run out. */
export function holdAt(snapshot: Snapshot, target: Target, nowMs: number): Hold | null {
  if (snapshot.holds.size === 0) {
    return null;
  }
  const holds = snapshot.targets.has(target.id)
    ? snapshot.holds.get(target.id)
    : snapshot.holds.get(anyModelHoldKey(target));
  let strongest: Hold | null = null;
  for (const hold of holds ?? []) {
    if (hold.untilMs !== null && hold.untilMs <= nowMs) {
      continue;
    }
    if (strongest === null || (hold.intent === "disabled" && strongest.intent === "draining")) {
      strongest = hold;
    }
  }
  return strongest;
}
