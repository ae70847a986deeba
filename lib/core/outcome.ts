/** What the end of an attempt means for its target, its place and its account. */
import { clearRefusal, cutConcurrency, refuse, widenConcurrency } from "./capacity";
import {
  type Change,
  extendOpen,
  failureAsksFor,
  givePermitBack,
  isOfThisEpoch,
  openCircuit,
  seeContent,
  succeed,
} from "./circuit";
import { clearBlock, doubtAccount, reviveAccount } from "./accounts";
import type { Failure, Reason } from "./classify";
import type { AttemptOutcome, Decision, HealthLabel } from "./events";
import {
  type Greyness,
  degradedFrom,
  endDegraded,
  failingKeys,
  greyByFailures,
  greyBySlowness,
  isWellAgain,
} from "./grey";
import { addSample, measureTtft } from "./latency";
import { type Opening, degradedSample, failureRatio, openingReason, runToOpen } from "./opening";
import { closingState, openProbeIntervalMs, targetsAt } from "./probes";
import { hasSeveralKeys, perSecond } from "./rate";
import { endSilence, isOurSilence, isTellingDeparture } from "./silence";
import { tell, tellObserved } from "./tell";
import { holdAt } from "./types";
import {
  type Attempt,
  type TargetHealth,
  type World,
  isFresh,
  isObserved,
  labelOfHealth,
  speedOf,
} from "./world";
import { settle } from "./window";

/** A timeout of a longer prompt may be the prompt's fault: it counts only with a failed probe beside it. */
const longPromptTokens = 8_000;
/** One key's failures keep it away from the target for this long. */
const avoidMs = 30_000;
const avoidedKept = 256;
const regionRun = 3;

/** The first content of an attempt: its time is measured, silence ends, a trial begins to prove itself. */
export function seeFirstContent(
  world: World,
  attempt: Attempt,
  nowMs: number,
  out: Decision[],
): void {
  const { health } = attempt;
  const before = labelOfHealth(health, nowMs);
  attempt.contentMs = nowMs;
  const { suspectMs } = health.silence;
  if (suspectMs !== null && attempt.startMs >= suspectMs) {
    endSilence(health);
    tell(health, before, "suspect", "content_came", {}, nowMs, out);
  }
  seeContent(health.circuit, attempt.id, nowMs);
  seeContent(health.place.circuit, attempt.id, nowMs);
  if (isOfThisEpoch(health.circuit, attempt.start)) {
    settle(health.circuit.window, attempt.start, "ok");
  }
  // A time in which our own loop stood still is not the target's, and how long a model thinks is the prompt's.
  if (!attempt.streamed || attempt.reasoning || attempt.startMs < world.frozenUntilMs) {
    return;
  }
  const isNormal = health.circuit.breaker.state === "closed" && health.degraded === null;
  const speed = speedOf(health, attempt.sizeClass);
  measureTtft(speed, nowMs - attempt.startMs, isNormal, nowMs);
  if (isNormal) {
    degradeIf(health, greyBySlowness(health, attempt.sizeClass), attempt, nowMs, out);
  }
}

/** An attempt ended. */
export function endAttempt(
  world: World,
  attempt: Attempt,
  outcome: AttemptOutcome,
  nowMs: number,
  random: () => number,
  out: Decision[],
): void {
  const { health } = attempt;
  health.inFlight -= 1;
  health.panicInFlight -= Number(attempt.isPanic);
  health.waiting.delete(attempt);
  switch (outcome.kind) {
    case "success":
      succeedAttempt(world, attempt, nowMs, out);
      return;
    case "failure":
      failAttempt(world, attempt, outcome.failure, nowMs, random, out);
      return;
    case "cancelled":
      if (isTellingDeparture(health, attempt, nowMs)) {
        out.push({ type: "probe", target: health.target, afterMs: 0 });
      }
      leaveNeutral(attempt);
      return;
    case "withdrawn":
      leaveNeutral(attempt);
  }
}

/** As if it never was, for every count: the permit goes back, the start is struck out. */
function leaveNeutral(attempt: Attempt): void {
  const { health } = attempt;
  givePermitBack(health.circuit, attempt.id);
  // Content that came was a good answer; only its end is nobody's fault.
  const verdict = attempt.contentMs === null ? "neutral" : "ok";
  settle(health.circuit.window, attempt.start, verdict);
  leavePlace(attempt);
}

/** What the place has shown stands; if it has shown nothing, this attempt says nothing of it. */
function leavePlace({ id, health: { place }, placeStart }: Attempt): void {
  givePermitBack(place.circuit, id);
  if (placeStart.verdict === "pending") {
    settle(place.circuit.window, placeStart, "neutral");
  }
}

function succeedAttempt(world: World, attempt: Attempt, nowMs: number, out: Decision[]): void {
  const { health } = attempt;
  succeedPlace(world, attempt, nowMs, out);
  clearRefusal(health.capacity, attempt.startMs);
  widenConcurrency(health.capacity, nowMs);
  if (!attempt.streamed && attempt.startMs >= world.frozenUntilMs) {
    addSample(speedOf(health, attempt.sizeClass).durations, nowMs - attempt.startMs, nowMs);
  }
  disprove(world, attempt, nowMs, out);
  if (!settle(health.circuit.window, attempt.start, "ok")) {
    return;
  }
  const before = labelOfHealth(health, nowMs);
  health.lastSuccessMs = nowMs;
  health.trialFailedBy = null;
  if (health.probe.state === "down") {
    // A real answer outranks failing probes.
    health.probe.state = "up";
    health.probe.failures = 0;
  }
  const change = succeed(health.circuit, nowMs, closingState(health, nowMs));
  tell(health, before, "opening", reasonOfSuccess(change), {}, nowMs, out);
  countDegraded(health, false, nowMs, out);
}

/** An answer ends every doubt that is older than its question; a straggler has seen nothing of a newer one. */
function disprove(world: World, attempt: Attempt, nowMs: number, out: Decision[]): void {
  const { health, startMs, key } = attempt;
  if (startMs >= health.account.sinceMs) {
    reviveAccount(world, health.account, "quota", nowMs, out);
  }
  if (health.blocked !== null && startMs >= health.blocked.sinceMs) {
    const before = labelOfHealth(health, nowMs);
    clearBlock(health);
    tell(health, before, "access", "call_succeeded", {}, nowMs, out);
  }
  if (startMs >= (health.avoided.get(key) ?? 0) - avoidMs) {
    health.avoided.delete(key);
  }
}

function reasonOfSuccess(change: Change): string {
  if (change === null) {
    return "call_succeeded";
  }
  return change.from === "ramp" ? "ramp_passed" : "trial_passed";
}

function failAttempt(
  world: World,
  attempt: Attempt,
  failure: Failure,
  nowMs: number,
  random: () => number,
  out: Decision[],
): void {
  const { health } = attempt;
  const { reason, status, message } = failure;
  health.lastError = { atMs: nowMs, reason, status, message };
  const kind = isOurFault(world, attempt, failure, nowMs) ? "neutral" : failure.health;
  if (failure.status !== null) {
    succeedPlace(world, attempt, nowMs, out);
  }
  if (kind === "target" || kind === "region") {
    world.calls.get(attempt.call)?.counted.add(health.target.id);
  }
  switch (kind) {
    case "target":
      failTarget(world, attempt, failure, nowMs, random, out);
      return;
    case "region":
      failPlace(world, attempt, failure, nowMs, random, out);
      break;
    case "credential":
    case "quota":
      doubtAccount(world, health, kind, nowMs, out);
      break;
    case "access":
    case "configuration":
      out.push({ type: "probe", target: health.target, afterMs: 0 });
      break;
    case "capacity":
      refuse(health.capacity, { ...failure, promptTokens: attempt.promptTokens }, nowMs);
      break;
    case "neutral":
      break;
  }
  leaveNeutral(attempt);
}

/** Whether the failure says nothing about the target: our own stall, an impatient caller, a prompt that takes its time. */
function isOurFault(world: World, attempt: Attempt, failure: Failure, nowMs: number): boolean {
  const isRepeated = attempt.countedBefore && hurtsHealth(failure);
  // A socket that was kept alive may just have been stale; the second try tells.
  if (isRepeated || (failure.reason === "reset_early" && attempt.isFirstTry)) {
    return true;
  }
  if (wireReasons.has(failure.reason) && isOurSilence(world, nowMs)) {
    return true;
  }
  const { times, promptTokens, health } = attempt;
  if (failure.reason === "connect_timeout") {
    return times.impatient && times.firstMs <= times.connectMs;
  }
  if (!waitReasons.has(failure.reason)) {
    return false;
  }
  const isLong = promptTokens > longPromptTokens && health.probe.failures === 0;
  return isLong || (times.impatient && failure.reason === "ttft_timeout");
}

const waitReasons: ReadonlySet<Reason> = new Set([
  "ttft_timeout",
  "idle_timeout",
  "progress_timeout",
  "total_timeout",
]);
/** What a loop that stood still, or a network of our own that is gone, looks like. */
const wireReasons: ReadonlySet<Reason> = new Set([
  ...waitReasons,
  "connect_timeout",
  "unreachable",
  "reset_early",
  "reset",
  "interrupted",
]);

function hurtsHealth(failure: Failure): boolean {
  return failure.health === "target" || failure.health === "region";
}

function failTarget(
  world: World,
  attempt: Attempt,
  failure: Failure,
  nowMs: number,
  random: () => number,
  out: Decision[],
): void {
  const { health } = attempt;
  leavePlace(attempt);
  if (!settle(health.circuit.window, attempt.start, "failed")) {
    return;
  }
  if (failure.overload) {
    cutConcurrency(health.capacity, health.inFlight + 1, nowMs);
  }
  countDegraded(health, true, nowMs, out);
  switch (failureAsksFor(health.circuit, attempt.id)) {
    case "nothing":
      extendOpen(health.circuit, health.target.breaker, failure.retryAfterMs ?? 0, nowMs);
      return;
    case "open":
      if (isOneKeysTrial(world, health, attempt.key, nowMs)) {
        health.trialFailedBy = attempt.key;
        givePermitBack(health.circuit, attempt.id);
        avoidFor(health, attempt.key, nowMs);
        out.push({ type: "probe", target: health.target, afterMs: 0 });
        return;
      }
      open(health, failure, { failures: 1 }, nowMs, random, out);
      return;
    case "weigh":
      weigh(world, attempt, failure, nowMs, random, out);
  }
}

function weigh(
  world: World,
  attempt: Attempt,
  failure: Failure,
  nowMs: number,
  random: () => number,
  out: Decision[],
): void {
  const { health } = attempt;
  const opening = openingOf(world, health, nowMs);
  if (opening === null) {
    const isShared = !hasSeveralKeys(world.keys, nowMs) || failingKeys(health) > 1;
    degradeIf(health, isShared ? greyByFailures(health, nowMs) : null, attempt, nowMs, out);
    return;
  }
  if (isOneKeys(world, health, opening, nowMs)) {
    avoidFor(health, attempt.key, nowMs);
    out.push({ type: "probe", target: health.target, afterMs: 0 });
    return;
  }
  open(health, failure, countersOf(opening), nowMs, random, out);
}

function openingOf(world: World, health: TargetHealth, nowMs: number): Opening | null {
  const { circuit, target, degraded } = health;
  // DEGRADED outlasts OPEN: a grey target that came back with all its calls would be thrown out again at once.
  const grey = isObserved(health, "degraded") ? null : degraded;
  const sample = grey === null ? undefined : degradedSample;
  const ownRatio =
    grey === null ? undefined : (failureRatio(circuit.window, nowMs, sample) ?? grey.ratio);
  const fleetPerSecond = perSecond(health.rate, nowMs) * world.nodes;
  const run = runToOpen(target.breaker.minThreshold, fleetPerSecond, ownRatio);
  return openingReason(
    circuit.window,
    run,
    nowMs,
    (ratio) => hasBetterAlternative(world, health, ratio, nowMs),
    sample,
  );
}

function countersOf({ rule, failed, counted, threshold }: Opening): Counters {
  return { rule, failures: failed, of: counted, threshold };
}

/**
 * A probe has failed: where one key's failures are enough and only a second witness was missing, the probe is it.
 *
 * A dead target must not stay because one key carries all its calls.
 */
export function bearOut(
  world: World,
  health: TargetHealth,
  nowMs: number,
  random: () => number,
  out: Decision[],
): void {
  const isAsked = [...health.avoided.values()].some((untilMs) => untilMs > nowMs);
  const { state } = health.circuit.breaker;
  if (!isAsked || state === "open" || !isProbeFailing(health, nowMs) || health.lastError === null) {
    return;
  }
  if (state !== "closed") {
    if (health.trialFailedBy !== null) {
      open(health, health.lastError, { failures: 1 }, nowMs, random, out);
    }
    return;
  }
  const opening = openingOf(world, health, nowMs);
  if (opening !== null && !isOneKeys(world, health, opening, nowMs)) {
    open(health, health.lastError, countersOf(opening), nowMs, random, out);
  }
}

/** Whether a CLOSED target that could take the calls fails less than half as often. */
function hasBetterAlternative(
  world: World,
  health: TargetHealth,
  ratio: number,
  nowMs: number,
): boolean {
  const peers = world.snapshot.peers.get(health.target.model);
  for (const other of world.targets.values()) {
    if (
      other !== health &&
      (other.target.model === health.target.model || peers?.has(other.target.model) === true) &&
      holdAt(world.snapshot, other.target, nowMs) === null &&
      labelOfHealth(other, nowMs) === "closed" &&
      2 * (failureRatio(other.circuit.window, nowMs) ?? 0) < ratio
    ) {
      return true;
    }
  }
  return false;
}

/** Whether only one of several keys has these failures, and no probe bears it out. */
function isOneKeys(world: World, health: TargetHealth, opening: Opening, nowMs: number): boolean {
  return (
    hasSeveralKeys(world.keys, nowMs) &&
    opening.keys.size < 2 &&
    !(isProbeFailing(health, nowMs) && !hasServedOthers(health, opening))
  );
}

/** Whether a trial or a ramp failed while probes pass, by one key of several: another is to try before it opens again. */
function isOneKeysTrial(world: World, health: TargetHealth, key: string, nowMs: number): boolean {
  const { probe, trialFailedBy } = health;
  return (
    hasSeveralKeys(world.keys, nowMs) &&
    probe.verdict === "pass" &&
    isFresh(probe, health, nowMs) &&
    (trialFailedBy === null || trialFailedBy === key)
  );
}

function isProbeFailing(health: TargetHealth, nowMs: number): boolean {
  const { probe, lastSuccessMs } = health;
  return (
    probe.verdict === "fail" &&
    isFresh(probe, health, nowMs) &&
    !isObserved(health, "probes") &&
    (lastSuccessMs === null || (probe.failedMs ?? 0) >= lastSuccessMs)
  );
}

/** Whether other keys got answers while this one failed: then one failing probe more is no proof. */
function hasServedOthers({ circuit }: TargetHealth, { failed, keys }: Opening): boolean {
  const { entries } = circuit.window;
  let left = failed;
  for (let index = entries.length - 1; index >= 0 && left > 0; index -= 1) {
    const entry = entries[index];
    if (entry?.verdict === "ok" && !keys.has(entry.key)) {
      return true;
    }
    left -= Number(entry?.verdict === "failed");
  }
  return false;
}

function avoidFor(health: TargetHealth, key: string, nowMs: number): void {
  if (isObserved(health, "opening")) {
    return;
  }
  if (health.avoided.size >= avoidedKept) {
    health.avoided.clear();
  }
  health.avoided.set(key, nowMs + avoidMs);
}

type Counters = Readonly<Record<string, string | number>>;
type Cause = Pick<Failure, "status" | "message"> & {
  readonly reason: string;
  readonly retryAfterMs?: number | null;
};

function open(
  health: TargetHealth,
  failure: Cause,
  counters: Counters,
  nowMs: number,
  random: () => number,
  out: Decision[],
): void {
  const { circuit, target } = health;
  const evidence = { ...counters, status: failure.status, message: failure.message };
  if (isObserved(health, "opening")) {
    tellObserved(health, "open", "opening", failure.reason, evidence, nowMs, out);
    return;
  }
  const before = labelOfHealth(health, nowMs);
  health.trialFailedBy = null;
  // It is the target's fault then, and no key's: nobody is kept away once it is well again.
  health.avoided.clear();
  openCircuit(circuit, target.breaker, failure.retryAfterMs ?? 0, nowMs, random());
  tell(health, before, "opening", failure.reason, evidence, nowMs, out);
  out.push({ type: "probe", target, afterMs: openProbeIntervalMs(health, nowMs) });
}

function failPlace(
  world: World,
  attempt: Attempt,
  failure: Failure,
  nowMs: number,
  random: () => number,
  out: Decision[],
): void {
  const { place, target } = attempt.health;
  const { circuit } = place;
  if (!settle(circuit.window, attempt.placeStart, "failed")) {
    return;
  }
  const { provider, region, credential } = target;
  const asks = failureAsksFor(circuit, attempt.id);
  if (asks === "weigh") {
    const fleetPerSecond = placeRate(world, attempt, nowMs) * world.nodes;
    const run = runToOpen(regionRun, fleetPerSecond);
    if (openingReason(circuit.window, run, nowMs, () => true) === null) {
      return;
    }
  } else if (asks === "nothing") {
    return;
  }
  const before = labelsAt(world, attempt, nowMs);
  openCircuit(circuit, target.breaker, failure.retryAfterMs ?? 0, nowMs, random());
  tellAll(before, failure.reason, { message: failure.message }, nowMs, out);
  out.push({ type: "probe_region", provider, region, credential, afterMs: 0 });
}

function placeRate(world: World, attempt: Attempt, nowMs: number): number {
  return targetsAt(world, attempt.health.place).reduce(
    (sum, health) => sum + perSecond(health.rate, nowMs),
    0,
  );
}

type Labelled = { readonly health: TargetHealth; readonly before: HealthLabel };

function labelsAt(world: World, attempt: Attempt, nowMs: number): readonly Labelled[] {
  return targetsAt(world, attempt.health.place).map((health) => ({
    health,
    before: labelOfHealth(health, nowMs),
  }));
}

function tellAll(
  labelled: readonly Labelled[],
  reason: string,
  evidence: Readonly<Record<string, string>>,
  nowMs: number,
  out: Decision[],
): void {
  for (const { health, before } of labelled) {
    tell(health, before, "region", reason, evidence, nowMs, out);
    if (health.place.circuit.breaker.state === "open") {
      tellObserved(health, "region_down", "region", reason, evidence, nowMs, out);
    }
  }
}

/** The place was reached, whatever it said. */
function succeedPlace(world: World, attempt: Attempt, nowMs: number, out: Decision[]): void {
  const { circuit, probe } = attempt.health.place;
  const isKnown = settle(circuit.window, attempt.placeStart, "ok");
  const isWell = circuit.breaker.state === "closed" && probe.state !== "down";
  if (!isKnown || isWell) {
    return;
  }
  const before = labelsAt(world, attempt, nowMs);
  // Whoever answers can be reached, whatever `GET /models` says.
  probe.state = probe.state === "down" ? "up" : probe.state;
  probe.failures = 0;
  succeed(circuit, nowMs, "closed");
  tellAll(before, "trial_passed", {}, nowMs, out);
}

function degradeIf(
  health: TargetHealth,
  grey: Greyness | null,
  attempt: Attempt,
  nowMs: number,
  out: Decision[],
): void {
  if (grey === null || health.degraded !== null || health.circuit.breaker.state !== "closed") {
    return;
  }
  const before = labelOfHealth(health, nowMs);
  const reason = grey.cause === "slow" ? "slow" : "failures";
  health.degraded = degradedFrom(health, grey, attempt.sizeClass, nowMs);
  tell(health, before, "degraded", reason, grey.evidence, nowMs, out);
  tellObserved(health, "degraded", "degraded", reason, grey.evidence, nowMs, out);
}

function countDegraded(
  health: TargetHealth,
  failed: boolean,
  nowMs: number,
  out: Decision[],
): void {
  const { degraded } = health;
  if (degraded === null) {
    return;
  }
  degraded.counted += 1;
  degraded.failed += Number(failed);
  if (isWellAgain(health, degraded, nowMs)) {
    const before = labelOfHealth(health, nowMs);
    const { counted: of, failed: failures } = degraded;
    endDegraded(health, nowMs);
    tell(health, before, "degraded", "well_again", { failures, of }, nowMs, out);
  }
}
