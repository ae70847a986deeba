/**
 * What one node believes: of every target, of the accounts and places that targets share, and of the calls under way.
 *
 * Only `step` changes a `World`. It changes it in place, because the path of a call cannot afford copies.
 */
import type { Capacity } from "./capacity";
import { emptyCapacity } from "./capacity";
import type { Circuit } from "./circuit";
import { emptyCircuit } from "./circuit";
import type { Course } from "./course";
import type { AttemptTimes, Evidence, HealthLabel, ProbeVerdict } from "./events";
import { type SizeClass, type Speed, emptySpeed } from "./latency";
import { type Keys, type Rate, emptyRate } from "./rate";
import type { Preference } from "./region";
import type { Rule, Snapshot, Target } from "./types";
import type { Start } from "./window";

export type ProbeAxis = {
  state: "unknown" | "up" | "down";
  /** Number of the newest probe that was heard of. */
  seq: number;
  atMs: number | null;
  verdict: ProbeVerdict | null;
  latencyMs: number | null;
  failures: number;
  passes: number;
  passedMs: number | null;
  failedMs: number | null;
};

export type LastError = { atMs: number; reason: string; status: number | null; message: string };

/** Silence: calls wait and none has a byte. */
export type Silence = {
  /** When the confirming probe was asked for; null: not yet. */
  probeAskedMs: number | null;
  /** Since when the target is SUSPECT; null: it is not. */
  suspectMs: number | null;
};

export type Degraded = {
  sinceMs: number;
  readonly cause: "failures" | "slow";
  /** The share of failures by which it came; 0 for a slow target. */
  readonly ratio: number;
  readonly sizeClass: SizeClass;
  /** Least stay. */
  readonly stayMs: number;
  /** The sample under way by which it may leave. */
  counted: number;
  failed: number;
  /** When a call was last let through because its turn had come. */
  servedMs: number;
};

/** What several targets have in common: a provider × credential. */
export type Account = {
  state: "ok" | "doubtful" | "dead";
  reason: "credential" | "quota" | null;
  sinceMs: number;
  nextProbeMs: number | null;
  seq: number;
  /** Of the newest probe that was refused. */
  refusedSeq: number;
};

/** … and a provider × region. */
export type Place = {
  readonly circuit: Circuit;
  readonly probe: ProbeAxis;
};

export type TargetHealth = {
  target: Target;
  readonly account: Account;
  readonly place: Place;
  readonly circuit: Circuit;
  readonly rate: Rate;
  /** Keys whose failures look like their own: until when they go elsewhere. */
  readonly avoided: Map<string, number>;
  /** The key whose trial failed while probes passed. */
  trialFailedBy: string | null;
  readonly speeds: (Speed | undefined)[];
  readonly capacity: Capacity;
  readonly probe: ProbeAxis;
  readonly silence: Silence;
  degraded: Degraded | null;
  degradedStay: { lastMs: number; endedMs: number | null };
  /** A configuration error or a refusal of access, confirmed by a probe. */
  blocked: { reason: "access" | "configuration"; sinceMs: number; nextProbeMs: number } | null;
  inFlight: number;
  /** Of these, the ones that were sent in panic. */
  panicInFlight: number;
  /** It answers in one piece whatever it is asked for: until then a plain call is not streamed from it. */
  plainUntilMs: number;
  /** Streaming attempts that have no byte yet. */
  readonly waiting: Set<Attempt>;
  lastStartMs: number | null;
  lastSuccessMs: number | null;
  lastError: LastError | null;
  /** What moved it out of `closed`, with the counters of that moment. */
  why: { reason: string; evidence: Evidence } | null;
  /** Rules that only observe do not repeat themselves before this. */
  readonly observedUntilMs: Map<Rule, number>;
};

/** An attempt under way. */
export type Attempt = {
  readonly id: number;
  readonly call: string;
  readonly health: TargetHealth;
  readonly start: Start;
  readonly placeStart: Start;
  readonly startMs: number;
  readonly key: string;
  readonly promptTokens: number;
  readonly sizeClass: SizeClass;
  readonly streamed: boolean;
  readonly reasoning: boolean;
  readonly times: AttemptTimes;
  /** An earlier attempt of this call at this target has counted already. */
  readonly countedBefore: boolean;
  readonly isFirstTry: boolean;
  readonly isPanic: boolean;
  headMs: number | null;
  contentMs: number | null;
  silenceProbes: { askedMs: number; failures: number } | null;
};

export type World = {
  snapshot: Snapshot;
  readonly targets: Map<string, TargetHealth>;
  readonly accounts: Map<string, Account>;
  readonly places: Map<string, Place>;
  readonly preferences: Map<string, Preference>;
  /** Region that a prompt cache is warm in, by model and cache key. */
  readonly warm: Map<string, { targetId: string; untilMs: number }>;
  readonly calls: Map<string, Course>;
  readonly attempts: Map<number, Attempt>;
  /** Who has called this node: one key that is alone is trusted, one of several is not. */
  readonly keys: Keys;
  lastAttempt: number;
  /** Live gateway processes; limits and rates are shared by so many. */
  nodes: number;
  /** Instant of the last tick: a long gap means that our own loop stood still. */
  tickedMs: number | null;
  /** The fault is ours: until then silence and broken connections say nothing about anybody. */
  frozenUntilMs: number;
  /** Since when most targets have been silent at once. */
  massSilenceMs: number | null;
};

const nothingKnown: Snapshot = {
  revision: 0,
  targets: new Map(),
  routes: new Map(),
  models: new Map(),
  regions: new Set(),
  anyModel: new Map(),
  holds: new Map(),
  peers: new Map(),
  defaultRouteOnModelName: false,
  probeBudgetNanoUsd: 0,
  budgetGraceNanoUsd: 0,
};

/** A world that has seen nothing. */
export function emptyWorld(): World {
  return {
    snapshot: nothingKnown,
    targets: new Map(),
    accounts: new Map(),
    places: new Map(),
    preferences: new Map(),
    warm: new Map(),
    calls: new Map(),
    attempts: new Map(),
    keys: { key: null, atMs: 0, otherAtMs: null },
    lastAttempt: 0,
    nodes: 1,
    tickedMs: null,
    frozenUntilMs: 0,
    massSilenceMs: null,
  };
}

function unprobed(): ProbeAxis {
  return {
    state: "unknown",
    seq: -1,
    atMs: null,
    verdict: null,
    latencyMs: null,
    failures: 0,
    passes: 0,
    passedMs: null,
    failedMs: null,
  };
}

/** The health of a target; it is well until something says otherwise. */
export function healthOf(world: World, target: Target): TargetHealth {
  const known = world.targets.get(target.id);
  if (known !== undefined) {
    return known;
  }
  const health: TargetHealth = {
    target,
    account: accountOf(world, target.provider, target.credential),
    place: placeOf(world, target.provider, target.region),
    circuit: emptyCircuit(),
    rate: emptyRate(),
    avoided: new Map(),
    trialFailedBy: null,
    speeds: [],
    capacity: emptyCapacity(),
    probe: unprobed(),
    silence: { probeAskedMs: null, suspectMs: null },
    degraded: null,
    degradedStay: { lastMs: 0, endedMs: null },
    blocked: null,
    inFlight: 0,
    panicInFlight: 0,
    plainUntilMs: 0,
    waiting: new Set(),
    lastStartMs: null,
    lastSuccessMs: null,
    lastError: null,
    why: null,
    observedUntilMs: new Map(),
  };
  world.targets.set(target.id, health);
  return health;
}

/** The account that a provider's targets are called with. */
export function accountOf(world: World, provider: string, credential: string | null): Account {
  const id = `${provider}#${credential ?? ""}`;
  let account = world.accounts.get(id);
  if (account === undefined) {
    account = { state: "ok", reason: null, sinceMs: 0, nextProbeMs: null, seq: -1, refusedSeq: -1 };
    world.accounts.set(id, account);
  }
  return account;
}

/** The place that a provider's targets of one region answer from. */
export function placeOf(world: World, provider: string, region: string): Place {
  const id = `${provider} ${region}`;
  let place = world.places.get(id);
  if (place === undefined) {
    place = { circuit: emptyCircuit(), probe: unprobed() };
    world.places.set(id, place);
  }
  return place;
}

/** The speed of a target for one class of prompts. */
export function speedOf(health: TargetHealth, sizeClass: SizeClass): Speed {
  let speed = health.speeds[sizeClass];
  if (speed === undefined) {
    speed = emptySpeed();
    health.speeds[sizeClass] = speed;
  }
  return speed;
}

/** Whether `rule` only observes this target. */
export function isObserved(health: TargetHealth, rule: Rule): boolean {
  return health.target.breaker.observeOnly.has(rule);
}

/** A result older than this many intervals says nothing any more. */
const probeMemoryIntervals = 3;

/** Whether the newest probe, of the target itself or of its place, is recent enough to say anything. */
export function isFresh({ atMs }: ProbeAxis, { target }: TargetHealth, nowMs: number): boolean {
  return atMs !== null && nowMs - atMs <= probeMemoryIntervals * target.probe.intervalMs;
}

/** Whether the probes say that the target is down, and recently so. */
export function isProbeDown(health: TargetHealth, nowMs: number): boolean {
  return health.probe.state === "down" && isFresh(health.probe, health, nowMs);
}

/** Whether the target's place cannot be reached, by its own probes or by calls. */
export function isPlaceDown(health: TargetHealth, nowMs: number): boolean {
  const { circuit, probe } = health.place;
  return (
    circuit.breaker.state === "open" || (probe.state === "down" && isFresh(probe, health, nowMs))
  );
}

/**
 * The one word for a target: the worst of its axes that is not only observed.
 *
 * It is as of the last event; `step` keeps breakers up to time.
 */
export function labelOfHealth(health: TargetHealth, nowMs: number): HealthLabel {
  if (health.account.state === "dead" && !isObserved(health, "credential")) {
    return "credential_dead";
  }
  if (isPlaceDown(health, nowMs) && !isObserved(health, "region")) {
    return "region_down";
  }
  if (health.blocked !== null && !isObserved(health, "access")) {
    return "blocked";
  }
  const { state } = health.circuit.breaker;
  if (state === "open") {
    return state;
  }
  // No call goes to whom the probes call down, whatever its breaker would allow.
  if (isProbeDown(health, nowMs) && !isObserved(health, "probes")) {
    return "probe_down";
  }
  if (state !== "closed") {
    return state;
  }
  if (health.silence.suspectMs !== null && !isObserved(health, "suspect")) {
    return "suspect";
  }
  return health.degraded !== null && !isObserved(health, "degraded") ? "degraded" : "closed";
}

/** The one word for a target at `nowMs`. */
export function labelOf(world: World, target: Target, nowMs: number): HealthLabel {
  return labelOfHealth(healthOf(world, target), nowMs);
}
