/** What the end of an attempt means for its target, its place and its account. */
import { clearBlock, doubtAccount, reviveAccount } from "./accounts";
import { clearRefusal, refuse, widenConcurrency } from "./capacity";
import { type Change, givePermitBack, isOfThisEpoch, seeContent, succeed } from "./circuit";
import type { Failure, Reason } from "./classify";
import { avoidMs, failTarget } from "./ejection";
import type { AttemptOutcome, Decision } from "./events";
import { countDegraded, degradeIf, greyBySlowness } from "./grey";
import { addSample, measureTtft } from "./latency";
import { failPlace, leavePlace, succeedPlace } from "./places";
import { closingState } from "./probes";
import { endSilence, isOurSilence, isTellingDeparture } from "./silence";
import { tell } from "./tell";
import { type Attempt, type World, labelOfHealth, speedOf } from "./world";
import { settle } from "./window";

/** A provider that does not stream is not asked to for this long. */
const plainMs = 3_600_000;
/** A timeout of a longer prompt may be the prompt's fault: it counts only with a failed probe beside it. */
const longPromptTokens = 8_000;

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
      if (outcome.isPlain) {
        health.plainUntilMs = nowMs + plainMs;
      }
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

function succeedAttempt(world: World, attempt: Attempt, nowMs: number, out: Decision[]): void {
  const { health } = attempt;
  succeedPlace(world, attempt, 200, nowMs, out);
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
  if (status !== null) {
    succeedPlace(world, attempt, status, nowMs, out);
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
