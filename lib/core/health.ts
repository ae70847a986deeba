/**
 * What one node believes of every target, and how events change that belief.
 *
 * `step` is the only way to change a `World`: (world, event, now, random) → decisions. It changes the world in place
 * (the path of a call cannot afford copies) and is otherwise pure: the same events at the same times with the same
 * random numbers lead to the same world and the same decisions.
 */
import {
  type Breaker,
  type BreakerState,
  type Starts,
  elapsed,
  failureRun,
  opened,
  probed,
  rampVerdict,
  recordStart,
  recordVerdict,
} from "./breaker";
import type { Failure } from "./classify";
import type { BreakerSettings, Target } from "./types";

export type ProbeAxis = {
  state: "unknown" | "up" | "down";
  atMs: number | null;
  verdict: "pass" | "fail" | "neutral" | null;
  latencyMs: number | null;
  failures: number;
  passes: number;
};

export type LastError = { atMs: number; reason: string; status: number | null; message: string };

export type TargetHealth = {
  readonly id: string;
  breaker: Breaker;
  /** Grows with every opening and closing; results of an older epoch change nothing. */
  epoch: number;
  /** k of the ejection time: grows when a real trial fails, shrinks by one per healthy minute. */
  openings: number;
  readonly starts: Starts;
  inFlight: number;
  /** Moving average of the time to first token, in milliseconds; null before the first sample. */
  ttftMs: number | null;
  ttftSamples: number;
  ttftAtMs: number | null;
  rateLimitedUntilMs: number | null;
  probe: ProbeAxis;
  lastStartMs: number | null;
  lastSuccessMs: number | null;
  lastError: LastError | null;
  /** Attempts in the running and in the previous 10 s, for the rate before an opening. */
  rate: { windowMs: number; count: number; previous: number };
  busyBeforeOpening: boolean;
};

/** Which region a model is served from, and who has been faster for how long. */
export type Preference = {
  targetId: string;
  measured: boolean;
  challengerId: string | null;
  wins: number;
  evaluatedMs: number;
};

export type World = {
  readonly targets: Map<string, TargetHealth>;
  readonly preferences: Map<string, Preference>;
};

export type Event =
  | { type: "attempt_started"; target: Target; attempt: number }
  | {
      type: "attempt_ended";
      target: Target;
      attempt: number;
      epoch: number;
      outcome: { kind: "success" } | { kind: "failure"; failure: Failure } | { kind: "cancelled" };
    }
  | { type: "first_token"; target: Target; ttftMs: number }
  | { type: "probe_ended"; target: Target; result: ProbeResult }
  | { type: "tick"; target: Target };

export type ProbeResult = {
  verdict: "pass" | "fail" | "neutral";
  latencyMs: number | null;
  status: number | null;
  reason: string | null;
  retryAfterMs: number | null;
};

export type HealthLabel = BreakerState | "probe_down";

export type Transition = {
  readonly type: "transition";
  readonly target: Target;
  readonly from: HealthLabel;
  readonly to: HealthLabel;
  readonly reason: string;
  readonly evidence: Readonly<Record<string, string | number | null>>;
};

export type Decision =
  Transition | { readonly type: "probe_again"; readonly target: Target; readonly afterMs: number };

const nothing: readonly Decision[] = [];

/** Weight of a new sample in the moving average of the time to first token. */
const ttftWeight = 0.2;
const rateWindowMs = 10_000;
/** Under this rate a RAMP would take minutes to see five calls. */
const rampMinPerWindow = 20;
const healthyMinuteMs = 60_000;
const probeFall = 3;
const probeRise = 2;
/** A doubtful target (first failing probes, first passing probe while OPEN) is asked again this soon. */
const confirmProbeMs = 1_000;
/** HALF_OPEN without a call for this long, and with this many probes passed in a row, is CLOSED. */
const noTrialMs = 30_000;
const passesWithoutTrial = 3;
const maxCapacityWaitMs = 300_000;
const defaultCapacityWaitMs = 5_000;
/** While OPEN or probe-down: every 2 s in the first minute, then every 5 s. */
const openProbeMs = 2_000;
const longOpenProbeMs = 5_000;

/** A world that has seen nothing. */
export function emptyWorld(): World {
  return { targets: new Map(), preferences: new Map() };
}

/** The health of a target, new and CLOSED when it was never seen. */
export function healthOf(world: World, targetId: string): TargetHealth {
  let health = world.targets.get(targetId);
  if (health === undefined) {
    health = {
      id: targetId,
      breaker: { state: "closed", sinceMs: 0 },
      epoch: 0,
      openings: 0,
      starts: [],
      inFlight: 0,
      ttftMs: null,
      ttftSamples: 0,
      ttftAtMs: null,
      rateLimitedUntilMs: null,
      probe: {
        state: "unknown",
        atMs: null,
        verdict: null,
        latencyMs: null,
        failures: 0,
        passes: 0,
      },
      lastStartMs: null,
      lastSuccessMs: null,
      lastError: null,
      rate: { windowMs: 0, count: 0, previous: 0 },
      busyBeforeOpening: false,
    };
    world.targets.set(targetId, health);
  }
  return health;
}

/** Applies one event at `nowMs` (monotonic) and returns what is to be done about it. */
export function step(
  world: World,
  event: Event,
  nowMs: number,
  random: () => number,
): readonly Decision[] {
  const health = healthOf(world, event.target.id);
  const before = labelOf(health);
  const aged = elapsed(health.breaker, nowMs);
  const timely =
    aged.state === health.breaker.state
      ? nothing
      : [transition(event.target, before, aged.state, "time_over", health)];
  health.breaker = aged;
  const decisions = apply(health, event, nowMs, random);
  return timely.length === 0 ? decisions : [...timely, ...decisions];
}

function apply(
  health: TargetHealth,
  event: Event,
  nowMs: number,
  random: () => number,
): readonly Decision[] {
  switch (event.type) {
    case "attempt_started":
      startAttempt(health, event.attempt, nowMs);
      return nothing;
    case "attempt_ended":
      health.inFlight -= 1;
      return endAttempt(health, event, nowMs, random);
    case "first_token":
      measureTtft(health, event.ttftMs, nowMs);
      return nothing;
    case "probe_ended":
      return endProbe(health, event.target, event.result, nowMs);
    case "tick":
      return nothing;
  }
}

/** The first samples count alike; from then on the newest one weighs `ttftWeight`. */
function measureTtft(health: TargetHealth, ttftMs: number, nowMs: number): void {
  health.ttftSamples += 1;
  health.ttftAtMs = nowMs;
  const weight = Math.max(ttftWeight, 1 / health.ttftSamples);
  health.ttftMs = (health.ttftMs ?? 0) + weight * (ttftMs - (health.ttftMs ?? 0));
}

function startAttempt(health: TargetHealth, attempt: number, nowMs: number): void {
  health.inFlight += 1;
  health.lastStartMs = nowMs;
  recordStart(health.starts, attempt);
  countRate(health, nowMs);
  if (health.breaker.state === "half_open" && health.breaker.trial === null) {
    health.breaker = { ...health.breaker, trial: { attempt, startedMs: nowMs } };
  }
}

function countRate(health: TargetHealth, nowMs: number): void {
  const { rate } = health;
  if (nowMs - rate.windowMs >= rateWindowMs) {
    rate.previous = nowMs - rate.windowMs < 2 * rateWindowMs ? rate.count : 0;
    rate.count = 0;
    rate.windowMs = nowMs;
  }
  rate.count += 1;
}

function endAttempt(
  health: TargetHealth,
  event: Extract<Event, { type: "attempt_ended" }>,
  nowMs: number,
  random: () => number,
): readonly Decision[] {
  const { target, outcome, attempt } = event;
  if (outcome.kind === "failure") {
    const { reason, status, message } = outcome.failure;
    health.lastError = { atMs: nowMs, reason, status, message };
  }
  if (outcome.kind === "success") {
    health.lastSuccessMs = nowMs;
  }
  if (event.epoch !== health.epoch) {
    return nothing;
  }
  if (outcome.kind === "success") {
    return succeed(health, target, attempt, nowMs);
  }
  if (outcome.kind === "failure" && outcome.failure.health === "failure") {
    return fail(health, target, attempt, outcome.failure, nowMs, random);
  }
  if (outcome.kind === "failure" && outcome.failure.health === "capacity") {
    limitCapacity(health, outcome.failure.retryAfterMs, nowMs);
  }
  recordVerdict(health.starts, attempt, "neutral");
  giveBackPermit(health, attempt);
  return nothing;
}

function limitCapacity(health: TargetHealth, retryAfterMs: number | null, nowMs: number): void {
  const untilMs = nowMs + Math.min(retryAfterMs ?? defaultCapacityWaitMs, maxCapacityWaitMs);
  health.rateLimitedUntilMs = Math.max(health.rateLimitedUntilMs ?? 0, untilMs);
}

function giveBackPermit(health: TargetHealth, attempt: number): void {
  if (health.breaker.state === "half_open" && health.breaker.trial?.attempt === attempt) {
    health.breaker = { ...health.breaker, trial: null };
  }
}

function succeed(
  health: TargetHealth,
  target: Target,
  attempt: number,
  nowMs: number,
): readonly Decision[] {
  recordVerdict(health.starts, attempt, "ok");
  health.rateLimitedUntilMs = null;
  const { breaker } = health;
  switch (breaker.state) {
    case "closed":
      return revive(health, target);
    case "open":
    case "half_open": {
      const from = labelOf(health);
      health.epoch += 1;
      health.starts.length = 0;
      health.breaker = health.busyBeforeOpening
        ? { state: "ramp", sinceMs: nowMs, successes: 0, failures: 0 }
        : { state: "closed", sinceMs: nowMs };
      return [transition(target, from, labelOf(health), "trial_passed", health)];
    }
    case "ramp": {
      const ramp = { ...breaker, successes: breaker.successes + 1 };
      health.breaker = ramp;
      if (rampVerdict(ramp) !== "closed") {
        return nothing;
      }
      health.breaker = { state: "closed", sinceMs: nowMs };
      return [transition(target, "ramp", labelOf(health), "ramp_passed", health)];
    }
  }
}

/** A real answer outranks failing probes. */
function revive(health: TargetHealth, target: Target): readonly Decision[] {
  if (health.probe.state !== "down") {
    return nothing;
  }
  health.probe = { ...health.probe, state: "up", failures: 0 };
  return [transition(target, "probe_down", "closed", "call_succeeded", health)];
}

function fail(
  health: TargetHealth,
  target: Target,
  attempt: number,
  failure: Failure,
  nowMs: number,
  random: () => number,
): readonly Decision[] {
  recordVerdict(health.starts, attempt, "failed");
  const { breaker } = health;
  switch (breaker.state) {
    case "closed": {
      const run = failureRun(health.starts);
      if (run < target.breaker.threshold) {
        return nothing;
      }
      const healthyMinutes = Math.floor((nowMs - breaker.sinceMs) / healthyMinuteMs);
      health.openings = Math.max(0, health.openings - healthyMinutes);
      health.busyBeforeOpening = health.rate.count + health.rate.previous >= rampMinPerWindow;
      return open(health, target, failure, run, nowMs, random);
    }
    case "open":
      return nothing;
    case "half_open":
      if (breaker.trial?.attempt !== attempt) {
        return nothing;
      }
      health.openings += 1;
      return open(health, target, failure, 1, nowMs, random);
    case "ramp": {
      const ramp = { ...breaker, failures: breaker.failures + 1 };
      health.breaker = ramp;
      if (rampVerdict(ramp) !== "open") {
        return nothing;
      }
      health.openings += 1;
      return open(health, target, failure, ramp.failures, nowMs, random);
    }
  }
}

function open(
  health: TargetHealth,
  target: Target,
  failure: Failure,
  failures: number,
  nowMs: number,
  random: () => number,
): readonly Decision[] {
  const from = labelOf(health);
  const settings: BreakerSettings = target.breaker;
  health.breaker = opened(settings, health.openings, failure.retryAfterMs ?? 0, nowMs, random());
  health.epoch += 1;
  health.starts.length = 0;
  const evidence = { failures, status: failure.status, message: failure.message };
  return [
    transition(target, from, "open", failure.reason, health, evidence),
    { type: "probe_again", target, afterMs: openProbeMs },
  ];
}

function endProbe(
  health: TargetHealth,
  target: Target,
  result: ProbeResult,
  nowMs: number,
): readonly Decision[] {
  const from = labelOf(health);
  const { probe } = health;
  probe.atMs = nowMs;
  probe.verdict = result.verdict;
  probe.latencyMs = result.latencyMs;
  if (result.verdict === "neutral") {
    if (result.reason === "rate_limited") {
      limitCapacity(health, result.retryAfterMs, nowMs);
    }
    return nothing;
  }
  const passed = result.verdict === "pass";
  if (!passed) {
    const message = result.status === null ? "probe failed" : `probe: ${String(result.status)}`;
    const reason = result.reason ?? "probe_failed";
    health.lastError = { atMs: nowMs, reason, status: result.status, message };
  }
  countProbe(probe, passed);
  const probeEveryMs = openProbeIntervalMs(health, nowMs);
  health.breaker = probed(health.breaker, passed, probeEveryMs, nowMs);
  if (passed && mayCloseWithoutTrial(health, nowMs)) {
    health.epoch += 1;
    health.breaker = { state: "closed", sinceMs: nowMs };
  }
  const to = labelOf(health);
  const decisions: Decision[] = [];
  if (to !== from) {
    const evidence = { status: result.status, failures: probe.failures, passes: probe.passes };
    const reason = passed ? "probes_passed" : "probes_failed";
    decisions.push(transition(target, from, to, reason, health, evidence));
  }
  const doubtful = passed
    ? to === "probe_down" || (health.breaker.state === "open" && health.breaker.probePasses === 1)
    : to === "closed" && probe.failures < probeFall;
  if (doubtful) {
    decisions.push({ type: "probe_again", target, afterMs: confirmProbeMs });
  } else if (to === "open" || to === "probe_down") {
    decisions.push({ type: "probe_again", target, afterMs: probeEveryMs });
  }
  return decisions;
}

/** Nobody calls it, so no trial will ever come: probes that keep passing are all there is to go by. */
function mayCloseWithoutTrial(health: TargetHealth, nowMs: number): boolean {
  const { breaker, probe, lastStartMs } = health;
  return (
    breaker.state === "half_open" &&
    breaker.trial === null &&
    probe.passes >= passesWithoutTrial &&
    nowMs - breaker.sinceMs >= noTrialMs &&
    (lastStartMs === null || nowMs - lastStartMs >= noTrialMs)
  );
}

function countProbe(probe: ProbeAxis, passed: boolean): void {
  if (passed) {
    probe.passes += 1;
    probe.failures = 0;
    if (probe.state === "unknown" || probe.passes >= probeRise) {
      probe.state = "up";
    }
    return;
  }
  probe.failures += 1;
  probe.passes = 0;
  if (probe.failures >= probeFall) {
    probe.state = "down";
  }
}

/** How often a target that is out is probed. */
function openProbeIntervalMs(health: TargetHealth, nowMs: number): number {
  const { breaker } = health;
  return breaker.state === "open" && nowMs - breaker.sinceMs < healthyMinuteMs
    ? openProbeMs
    : longOpenProbeMs;
}

/** One word for a target's health; a breaker that is not CLOSED outranks the probes. */
export function labelOf(health: TargetHealth): HealthLabel {
  if (health.breaker.state === "closed" && health.probe.state === "down") {
    return "probe_down";
  }
  return health.breaker.state;
}

function transition(
  target: Target,
  from: HealthLabel,
  to: HealthLabel,
  reason: string,
  health: TargetHealth,
  evidence: Readonly<Record<string, string | number | null>> = {},
): Transition {
  const openForMs =
    health.breaker.state === "open"
      ? Math.round(health.breaker.untilMs - health.breaker.sinceMs)
      : null;
  return {
    type: "transition",
    target,
    from,
    to,
    reason,
    evidence: openForMs === null ? evidence : { ...evidence, openForMs, k: health.openings },
  };
}
