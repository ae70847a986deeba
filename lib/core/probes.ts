/** The active axis: what probes say of a target, of its account, and of its place. */
import { refuse } from "./capacity";
import { hearProbe, recover } from "./circuit";
import type { Decision, ProbeResult } from "./events";
import { clearBlock, killAccount, reviveAccount } from "./accounts";
import { tell, tellObserved } from "./tell";
import {
  type Account,
  type Place,
  type ProbeAxis,
  type TargetHealth,
  type World,
  isFresh,
  isProbeDown,
  labelOfHealth,
  speedOf,
} from "./world";
import { endSilence, tellReasoning } from "./silence";
import { moveAverage } from "./latency";
import { perSecond } from "./rate";
import { samplesToCompare } from "./region";

const fall = 3;
const rise = 2;
/** A doubtful target (first failing probes, first passing probe while OPEN) is asked again this soon. */
const confirmMs = 1_000;
const openProbeMs = 2_000;
const longOpenProbeMs = 5_000;
const longOpenMs = 60_000;
/** HALF_OPEN without a call for this long, and with this many probes passed in a row, is CLOSED. */
const noTrialMs = 30_000;
const passesWithoutTrial = 3;
const blockedProbeMs = 900_000;

/** How long until a target that is out is probed again. */
export function openProbeIntervalMs({ circuit, probe }: TargetHealth, nowMs: number): number {
  const { breaker } = circuit;
  const downMs = breaker.state === "open" ? nowMs - breaker.sinceMs : probe.failures * openProbeMs;
  return downMs >= longOpenMs ? longOpenProbeMs : openProbeMs;
}

/** A probe of the model itself came back. */
export function endModelProbe(
  world: World,
  health: TargetHealth,
  seq: number,
  result: ProbeResult,
  nowMs: number,
  out: Decision[],
): void {
  const { probe } = health;
  if (seq <= probe.seq) {
    return;
  }
  const before = labelOfHealth(health, nowMs);
  note(probe, seq, result, nowMs);
  switch (result.verdict) {
    case "capacity":
      refuse(health.capacity, { ...result, bySize: false, promptTokens: 0 }, nowMs);
      countAlive(probe);
      tell(health, before, "probes", "probes_passed", { status: result.status }, nowMs, out);
      askAgainWhileOut(health, nowMs, out);
      return;
    case "credential":
    case "quota":
      health.account.refusedSeq = Math.max(health.account.refusedSeq, seq);
      refuseAccount(world, health.account, result.verdict, nowMs, out);
      askAgainWhileOut(health, nowMs, out);
      return;
    case "access":
    case "configuration":
      if (!isVouchedFor(health, nowMs)) {
        block(health, result.verdict, result.status, nowMs, out);
      }
      askAgainWhileOut(health, nowMs, out);
      return;
    case "pass":
      measure(health, result.latencyMs, nowMs);
      // A look that began before the account was refused has seen nothing of that.
      if (seq > health.account.refusedSeq) {
        reviveAccount(world, health.account, "quota", nowMs, out);
      }
      pass(world, health, nowMs, out);
      return;
    case "fail":
      fail(world, health, result, nowMs, out);
  }
}

/** Whether the last word of a real call, not long ago, was an answer: then a probe that is refused knows less. */
function isVouchedFor(health: TargetHealth, nowMs: number): boolean {
  const { lastError, lastSuccessMs } = health;
  return hasFreshSuccess(health, nowMs) && (lastSuccessMs ?? 0) > (lastError?.atMs ?? 0);
}

/** A doubt is confirmed; where nobody doubted, calls that just succeeded outrank the probe. */
function refuseAccount(
  world: World,
  account: Account,
  reason: "credential" | "quota",
  nowMs: number,
  out: Decision[],
): void {
  const isVouched = [...world.targets.values()].some(
    (health) => health.account === account && isVouchedFor(health, nowMs),
  );
  if (account.state !== "ok" || !isVouched) {
    killAccount(world, account, reason, nowMs, out);
  }
}

function block(
  health: TargetHealth,
  reason: "access" | "configuration",
  status: number | null,
  nowMs: number,
  out: Decision[],
): void {
  const before = labelOfHealth(health, nowMs);
  if (health.blocked === null) {
    health.blocked = { reason, sinceMs: nowMs, nextProbeMs: nowMs + blockedProbeMs };
    tellObserved(health, "blocked", "access", reason, { status }, nowMs, out);
  }
  tell(health, before, "access", reason, { status }, nowMs, out);
}

/** Whoever is OPEN is asked again, whatever the answer was. */
function askAgainWhileOut(health: TargetHealth, nowMs: number, out: Decision[]): void {
  if (health.circuit.breaker.state !== "closed") {
    const afterMs = openProbeIntervalMs(health, nowMs);
    out.push({ type: "probe", target: health.target, afterMs });
  }
}

/** Real calls measure a target better than probes do; where none has lately, a probe stands for them. */
const freshTtftMs = 20_000;

function measure(health: TargetHealth, latencyMs: number | null, nowMs: number): void {
  const isFresh = health.speeds.some(
    (speed) =>
      speed !== undefined &&
      nowMs - (speed.atMs ?? Number.NEGATIVE_INFINITY) < freshTtftMs &&
      speed.samples >= samplesToCompare,
  );
  if (latencyMs !== null && !isFresh) {
    moveAverage(speedOf(health, 0), latencyMs, nowMs);
  }
}

function note(probe: ProbeAxis, seq: number, result: ProbeResult, nowMs: number): void {
  probe.seq = seq;
  probe.atMs = nowMs;
  probe.verdict = result.verdict;
  probe.latencyMs = result.latencyMs;
}

function pass(world: World, health: TargetHealth, nowMs: number, out: Decision[]): void {
  const { probe, circuit, target } = health;
  const before = labelOfHealth(health, nowMs);
  countPass(probe, nowMs);
  clearBlock(health);
  endSilence(health);
  tellReasoning(world, health, true, nowMs, out);
  hearProbe(circuit, true, 0, nowMs);
  if (mayCloseWithoutTrial(health, nowMs)) {
    recover(circuit, nowMs, "closed");
  }
  const evidence = { passes: probe.passes };
  tell(health, before, "probes", "probes_passed", evidence, nowMs, out);
  const isDoubtful =
    isProbeDown(health, nowMs) ||
    (circuit.breaker.state === "open" && circuit.breaker.probePasses === 1);
  if (isDoubtful) {
    out.push({ type: "probe", target, afterMs: confirmMs });
  } else {
    askAgainWhileOut(health, nowMs, out);
  }
}

/** It answered, if only to say that there is no room: not a failure, and no reason to call it down. */
function countAlive(probe: ProbeAxis): void {
  probe.failures = 0;
  if (probe.state === "down") {
    probe.state = "unknown";
  }
}

function countPass(probe: ProbeAxis, nowMs: number): void {
  probe.passes += 1;
  probe.failures = 0;
  probe.passedMs = nowMs;
  if (probe.state === "unknown" || probe.passes >= rise) {
    probe.state = "up";
  }
}

function fail(
  world: World,
  health: TargetHealth,
  result: ProbeResult,
  nowMs: number,
  out: Decision[],
): void {
  const { probe, circuit, target, silence } = health;
  const before = labelOfHealth(health, nowMs);
  const { status } = result;
  health.lastError = {
    atMs: nowMs,
    reason: result.reason ?? "probe_failed",
    status,
    message: status === null ? "probe failed" : `probe: ${String(status)}`,
  };
  tellReasoning(world, health, false, nowMs, out);
  // A real call that succeeded lately knows better than a probe.
  const isOutranked = hasFreshSuccess(health, nowMs);
  countFail(probe, isOutranked, nowMs);
  hearProbe(circuit, false, openProbeIntervalMs(health, nowMs), nowMs);
  const evidence = { failures: probe.failures, status };
  const reason = result.reason ?? "probe_failed";
  tell(health, before, "probes", reason, evidence, nowMs, out);
  if (probe.state === "down") {
    tellObserved(health, "probe_down", "probes", reason, evidence, nowMs, out);
  }
  if (circuit.breaker.state === "open" || isProbeDown(health, nowMs)) {
    out.push({ type: "probe", target, afterMs: openProbeIntervalMs(health, nowMs) });
  } else if (silence.suspectMs !== null) {
    out.push({ type: "probe", target, afterMs: openProbeMs });
  } else if (!isOutranked) {
    out.push({ type: "probe", target, afterMs: confirmMs });
  }
}

function countFail(probe: ProbeAxis, isOutranked: boolean, nowMs: number): void {
  probe.failures = isOutranked ? 0 : probe.failures + 1;
  probe.passes = 0;
  probe.failedMs = nowMs;
  if (probe.failures >= fall) {
    probe.state = "down";
  }
}

/** Nobody has called it for longer than a trial lasts: probes that keep passing are all there is to go by. */
function mayCloseWithoutTrial(health: TargetHealth, nowMs: number): boolean {
  const { probe, lastStartMs } = health;
  const { breaker } = health.circuit;
  return (
    breaker.state === "half_open" &&
    probe.passes >= passesWithoutTrial &&
    nowMs - breaker.sinceMs >= noTrialMs &&
    (lastStartMs === null || nowMs - lastStartMs >= noTrialMs)
  );
}

/** What the newest probe said is too old to say anything now. */
export function forgetProbes(
  world: World,
  health: TargetHealth,
  nowMs: number,
  out: Decision[],
): void {
  for (const axis of [health.probe, health.place.probe]) {
    if (axis.state === "down" && !isFresh(axis, health, nowMs)) {
      const affected = axis === health.probe ? [health] : targetsAt(world, health.place);
      const told = affected.map((one) => ({ one, before: labelOfHealth(one, axis.atMs ?? 0) }));
      axis.state = "unknown";
      axis.failures = 0;
      for (const { one, before } of told) {
        tell(one, before, axis === health.probe ? "probes" : "region", "no_probe", {}, nowMs, out);
      }
    }
  }
}

/** A free look at a region came back: whether it can be reached, and whether it takes the credential. */
export function endRegionProbe(
  world: World,
  place: Place,
  account: Account,
  where: { provider: string; region: string; credential: string | null; seq: number },
  result: ProbeResult,
  nowMs: number,
  out: Decision[],
): void {
  if (result.verdict === "credential" || result.verdict === "pass") {
    hearAccount(world, account, where.seq, result, nowMs, out);
  }
  if (where.seq <= place.probe.seq) {
    return;
  }
  const affected = targetsAt(world, place).map((health) => ({
    health,
    before: labelOfHealth(health, nowMs),
  }));
  note(place.probe, where.seq, result, nowMs);
  const passed = result.verdict !== "fail";
  if (passed) {
    countPass(place.probe, nowMs);
  } else {
    const isOutranked = affected.some(({ health }) => hasFreshSuccess(health, nowMs));
    countFail(place.probe, isOutranked, nowMs);
  }
  hearProbe(place.circuit, passed, openProbeMs, nowMs);
  for (const { health, before } of affected) {
    const reason = passed ? "region_probes_passed" : (result.reason ?? "region_probe_failed");
    const evidence = { status: result.status, failures: place.probe.failures };
    tell(health, before, "region", reason, evidence, nowMs, out);
    if (place.probe.state === "down") {
      tellObserved(health, "region_down", "region", reason, evidence, nowMs, out);
    }
  }
  const isOut = place.circuit.breaker.state === "open" || place.probe.state === "down";
  if (isOut || (!passed && place.probe.failures < fall)) {
    const afterMs = isOut ? openProbeMs : confirmMs;
    const { provider, region, credential } = where;
    out.push({ type: "probe_region", provider, region, credential, afterMs });
  }
}

function hearAccount(
  world: World,
  account: Account,
  seq: number,
  result: ProbeResult,
  nowMs: number,
  out: Decision[],
): void {
  if (seq <= account.seq) {
    return;
  }
  account.seq = seq;
  if (result.verdict === "credential") {
    account.refusedSeq = seq;
    refuseAccount(world, account, "credential", nowMs, out);
  } else {
    reviveAccount(world, account, "credential", nowMs, out);
  }
}

/** What this node knows of the targets at a place. */
export function targetsAt(world: World, place: Place): readonly TargetHealth[] {
  return [...world.targets.values()].filter((health) => health.place === place);
}

function hasFreshSuccess(health: TargetHealth, nowMs: number): boolean {
  return (
    health.lastSuccessMs !== null && nowMs - health.lastSuccessMs < health.target.probe.intervalMs
  );
}

const rampPerSecond = 2;

/** Under two calls a second a RAMP would take minutes to see five calls. */
export function closingState(health: TargetHealth, nowMs: number): "ramp" | "closed" {
  return perSecond(health.rate, nowMs) >= rampPerSecond ? "ramp" : "closed";
}
