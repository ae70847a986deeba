/**
 * `step` is the only way to change a `World`: (world, event, now, random) → decisions.
 *
 * It changes the world in place and is otherwise pure: the same events at the same times with the same random numbers lead
 * to the same world and the same decisions. The gateway and the simulator call nothing else.
 */
import { reprobe } from "./accounts";
import { hearLimits } from "./capacity";
import { age, recover, takePermit } from "./circuit";
import { type Course, type Step, beginCourse, endCourse, leftMs, nextStep } from "./course";
import { attemptTimes, callMs, isReasoning, isStreamedUpstream } from "./deadline";
import type { CallSpec, Decision, Event, RateLimits, Resume } from "./events";
import { sizeClassOf } from "./latency";
import { bearOut } from "./ejection";
import { endAttempt, seeFirstContent } from "./outcome";
import { planCall } from "./plan";
import { closingState, endModelProbe, endRegionProbe, forgetProbes, targetsAt } from "./probes";
import { countStart, noteKey } from "./rate";
import { resetTarget } from "./reset";
import { considerRegions, forgetPreferences, rememberWarm } from "./region";
import { becomeSuspect, watchSilence } from "./silence";
import { tell, tellObserved } from "./tell";
import type { Snapshot, Target } from "./types";
import { recordStart } from "./window";
import {
  type Attempt,
  type TargetHealth,
  type World,
  accountOf,
  healthOf,
  isObserved,
  labelOfHealth,
  placeOf,
  speedOf,
} from "./world";

/** Ticks come a few times a second: a longer gap means that our own loop stood still. */
const stallMs = 1_250;
/** For so long after a stall, what the sockets say may be our own fault. */
const thawMs = 1_000;

/** Applies one event at `nowMs` (monotonic) and returns what is to be done about it. `random` yields numbers in 0..1. */
export function step(
  world: World,
  event: Event,
  nowMs: number,
  random: () => number,
): readonly Decision[] {
  const out: Decision[] = [];
  if (world.tickedMs !== null && nowMs - world.tickedMs > stallMs) {
    world.tickedMs = nowMs;
    world.frozenUntilMs = nowMs + thawMs;
  }
  switch (event.type) {
    case "snapshot":
      swap(world, event.snapshot, nowMs, out);
      return out;
    case "call_started":
      startCall(world, event.call, nowMs, random, out);
      return out;
    case "next":
      moveOn(world, event.call, event.resume, nowMs, random, out);
      return out;
    case "head":
      seeHead(world, event.attempt, event.limits, nowMs);
      return out;
    case "first_content": {
      const attempt = world.attempts.get(event.attempt);
      if (attempt !== undefined) {
        seeFirstContent(world, attempt, nowMs, out);
      }
      return out;
    }
    case "attempt_ended": {
      const attempt = world.attempts.get(event.attempt);
      if (attempt !== undefined) {
        world.attempts.delete(event.attempt);
        passTime(world, attempt.health, nowMs, out);
        noteInCourse(world, attempt, event.outcome);
        endAttempt(world, attempt, event.outcome, nowMs, random, out);
      }
      return out;
    }
    case "call_ended": {
      const course = world.calls.get(event.call);
      if (course !== undefined) {
        endCourse(course);
        world.calls.delete(event.call);
      }
      return out;
    }
    case "probe_ended": {
      const health = world.targets.get(event.target);
      if (health !== undefined) {
        passTime(world, health, nowMs, out);
        endModelProbe(world, health, event.seq, event.result, nowMs, out);
        bearOut(world, health, nowMs, random, out);
      }
      return out;
    }
    case "region_probe_ended": {
      const place = placeOf(world, event.provider, event.region);
      const account = accountOf(world, event.provider, event.credential);
      endRegionProbe(world, place, account, event, event.result, nowMs, out);
      return out;
    }
    case "forget":
      forgetNames(world, event.targets);
      return out;
    case "hint": {
      const target = world.snapshot.targets.get(event.target);
      if (target !== undefined) {
        out.push({ type: "probe", target, afterMs: 0 });
      }
      return out;
    }
    case "reset": {
      const health = world.targets.get(event.target);
      if (health !== undefined) {
        passTime(world, health, nowMs, out);
        resetTarget(health, nowMs, out);
      }
      return out;
    }
    case "fleet":
      world.nodes = Math.max(1, event.nodes);
      return out;
    case "tick":
      tick(world, nowMs, out);
      return out;
  }
}

/** A new configuration. Health stays with a target's id; what is gone is forgotten once nobody uses it. */
function swap(world: World, snapshot: Snapshot, nowMs: number, out: Decision[]): void {
  world.snapshot = snapshot;
  for (const [id, health] of world.targets) {
    const target = snapshot.targets.get(id);
    if (target !== undefined) {
      renew(health, target, nowMs, out);
    } else if (health.inFlight === 0 && !snapshot.anyModel.has(health.target.provider)) {
      world.targets.delete(id);
    }
  }
  for (const target of snapshot.targets.values()) {
    healthOf(world, target);
  }
}

/** A breaker that only observes from now on keeps nobody away any more. */
function renew(health: TargetHealth, target: Target, nowMs: number, out: Decision[]): void {
  const before = labelOfHealth(health, nowMs);
  health.target = target;
  if (isObserved(health, "opening")) {
    health.avoided.clear();
    if (health.circuit.breaker.state !== "closed") {
      recover(health.circuit, nowMs, "closed");
    }
  }
  tell(health, before, "opening", "only_observed", {}, nowMs, out);
}

function startCall(
  world: World,
  spec: CallSpec,
  nowMs: number,
  random: () => number,
  out: Decision[],
): void {
  const sizeClass = sizeClassOf(spec.needs.promptTokens);
  for (const { model, targets } of spec.route.entries) {
    considerRegions(world, model, sizeClass, targets, nowMs);
    for (const target of targets) {
      passTime(world, healthOf(world, target), nowMs, out);
    }
  }
  const luck = { ramp: random(), degraded: random() };
  const plan = planCall(world, spec, luck, nowMs);
  world.calls.set(spec.id, beginCourse(spec, plan, luck, nowMs));
  out.push({ type: "planned", plan });
}

function moveOn(
  world: World,
  callId: string,
  resume: Resume | null,
  nowMs: number,
  random: () => number,
  out: Decision[],
): void {
  const course = world.calls.get(callId);
  if (course === undefined) {
    out.push({ type: "finish", why: "exhausted", tried: [], retryInMs: null });
    return;
  }
  for (const { target } of course.plan.candidates) {
    passTime(world, healthOf(world, target), nowMs, out);
  }
  const next = nextStep(world, course, resume, nowMs, random);
  switch (next.kind) {
    case "attempt":
      out.push(startAttempt(world, course, next, nowMs));
      return;
    case "pause":
      out.push({ type: "pause", forMs: next.forMs, why: next.why });
      return;
    case "finish":
      out.push({
        type: "finish",
        why: next.why,
        tried: course.tried,
        retryInMs: next.retryInMs,
      });
  }
}

function startAttempt(
  world: World,
  course: Course,
  { candidate, how, splice, healthyFollows }: Extract<Step, { kind: "attempt" }>,
  nowMs: number,
): Decision {
  const { spec } = course;
  const { target, entryIndex } = candidate;
  const health = healthOf(world, target);
  const sizeClass = sizeClassOf(spec.needs.promptTokens);
  const speed = speedOf(health, sizeClass);
  const mayStream = spec.needs.stream || nowMs >= health.plainUntilMs;
  const streamed = splice !== null || (mayStream && isStreamedUpstream(spec, target, speed));
  const totalMs = callMs(spec, target);
  // A resumption has a time of its own: the stream that it continues has made progress.
  const leftNowMs = splice === null ? leftMs(course, target, nowMs) : totalMs;
  const times = attemptTimes(spec, target, speed, streamed, leftNowMs, totalMs, healthyFollows);
  world.lastAttempt += 1;
  const id = world.lastAttempt;
  const isRetry = how === "retry";
  const attempt: Attempt = {
    id,
    call: spec.id,
    health,
    start: recordStart(health.circuit.window, spec.key, nowMs, isRetry),
    placeStart: recordStart(health.place.circuit.window, spec.key, nowMs, isRetry),
    startMs: nowMs,
    key: spec.key,
    promptTokens: spec.needs.promptTokens,
    sizeClass,
    streamed,
    reasoning: isReasoning(spec, target),
    times,
    countedBefore: course.counted.has(target.id),
    isFirstTry: !isRetry,
    isPanic: how === "panic",
    headMs: null,
    contentMs: null,
    silenceProbes: null,
  };
  world.attempts.set(id, attempt);
  noteStart(world, course, attempt, nowMs);
  course.resumed += Number(splice !== null);
  return { type: "attempt", attempt: id, target, entryIndex, how, splice, streamed, times };
}

function noteStart(world: World, course: Course, attempt: Attempt, nowMs: number): void {
  const { health } = attempt;
  const { promptCacheKey } = course.spec.needs;
  course.started += 1;
  health.inFlight += 1;
  health.panicInFlight += Number(attempt.isPanic);
  health.lastStartMs = nowMs;
  countStart(health.rate, nowMs);
  noteKey(world.keys, attempt.key, nowMs);
  takePermit(health.circuit, attempt.id, nowMs);
  takePermit(health.place.circuit, attempt.id, nowMs);
  if (attempt.streamed) {
    health.waiting.add(attempt);
  }
  if (health.degraded !== null) {
    health.degraded.servedMs = nowMs;
  }
  if (promptCacheKey !== null) {
    rememberWarm(world, health.target, promptCacheKey, nowMs);
  }
}

function seeHead(world: World, id: number, limits: RateLimits | null, nowMs: number): void {
  const attempt = world.attempts.get(id);
  if (attempt === undefined) {
    return;
  }
  const { health } = attempt;
  attempt.headMs = nowMs;
  health.waiting.delete(attempt);
  speedOf(health, attempt.sizeClass).lastByteMs = nowMs;
  if (limits !== null) {
    hearLimits(health.capacity, limits, nowMs);
  }
}

/** What the call itself remembers of an attempt that ended without an answer. */
function noteInCourse(
  world: World,
  attempt: Attempt,
  outcome: Extract<Event, { type: "attempt_ended" }>["outcome"],
): void {
  const course = world.calls.get(attempt.call);
  const { target } = attempt.health;
  if (course === undefined || outcome.kind === "success") {
    return;
  }
  if (attempt.contentMs !== null) {
    course.authors.add(target.model);
  }
  if (outcome.kind === "failure") {
    course.tried.push({ target, failure: outcome.failure });
    course.last = "failed";
    return;
  }
  // A caller whose own time for it ran out may still have some for another.
  course.left.add(target.id);
  course.last = outcome.kind === "withdrawn" && outcome.why === "migrated" ? "migrated" : "left";
}

/** Brings a target's breakers up to time, and tells what that changed. */
function passTime(world: World, health: TargetHealth, nowMs: number, out: Decision[]): void {
  const { circuit, place } = health;
  if (circuit.breaker.state !== "closed") {
    const before = labelOfHealth(health, nowMs);
    const change = age(circuit, nowMs, closingState(health, nowMs));
    const reason = change?.from === "half_open" ? "trial_passed" : "time_over";
    tell(health, before, "opening", reason, {}, nowMs, out);
  }
  if (place.circuit.breaker.state !== "closed") {
    const there = targetsAt(world, place).map((one) => ({
      one,
      before: labelOfHealth(one, nowMs),
    }));
    age(place.circuit, nowMs, "closed");
    for (const { one, before } of there) {
      tell(one, before, "region", "time_over", {}, nowMs, out);
    }
  }
}

const strangerMs = 600_000;

/** Providers that take any name get a target for each name that a caller makes up: those are not kept for ever. */
function forgetStrangers(world: World, nowMs: number): void {
  if (world.targets.size === world.snapshot.targets.size) {
    return;
  }
  const idle = [...world.targets].filter(
    ([, { lastStartMs }]) => nowMs - (lastStartMs ?? 0) >= strangerMs,
  );
  forgetNames(
    world,
    idle.map(([id]) => id),
  );
}

/** Forgets those of them that nobody uses and that no configuration names. */
function forgetNames(world: World, ids: readonly string[]): void {
  for (const id of ids) {
    const health = world.targets.get(id);
    if (health?.inFlight === 0 && !world.snapshot.targets.has(id)) {
      world.targets.delete(id);
      forgetPreferences(world, health.target.model);
    }
  }
}

function tick(world: World, nowMs: number, out: Decision[]): void {
  world.tickedMs = nowMs;
  for (const health of world.targets.values()) {
    passTime(world, health, nowMs, out);
    reprobe(health, nowMs, out);
    forgetProbes(world, health, nowMs, out);
  }
  forgetStrangers(world, nowMs);
  if (nowMs < world.frozenUntilMs) {
    return;
  }
  watchSilence(world, nowMs, out, (health, silentMs) => {
    const before = labelOfHealth(health, nowMs);
    const evidence = { silentMs: Math.round(silentMs), waiting: health.waiting.size };
    becomeSuspect(health, nowMs, out);
    tell(health, before, "suspect", "silence", evidence, nowMs, out);
    tellObserved(health, "suspect", "suspect", "silence", evidence, nowMs, out);
  });
}
