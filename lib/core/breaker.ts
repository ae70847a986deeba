/**
 * The passive breaker of one target: CLOSED → OPEN → HALF_OPEN → RAMP → CLOSED (Envoy outlier detection; gRPC A6).
 *
 * The state is owned by the caller and changed in place; time and chance are arguments.
 */
import type { BreakerSettings } from "./types";

export type BreakerState = "closed" | "open" | "half_open" | "ramp";

export type Breaker =
  | { state: "closed"; sinceMs: number }
  | { state: "open"; sinceMs: number; untilMs: number; latestUntilMs: number; probePasses: number }
  | { state: "half_open"; sinceMs: number; trial: { attempt: number; startedMs: number } | null }
  | { state: "ramp"; sinceMs: number; successes: number; failures: number };

/** A trial that neither ended nor left gives its permit back after this. */
const permitLifetimeMs = 30_000;
/** A failing probe may hold OPEN this much longer at most. */
const probeExtensionMs = 30_000;
/** Probes end OPEN no sooner than this after opening. */
const minProbedOpenMs = 5_000;
const passesToHalfOpen = 2;
const rampSuccesses = 5;
const rampVerdicts = 4;

/** How many started attempts the run of failures looks back on. */
const startsKept = 64;

type Start = { attempt: number; verdict: "pending" | "ok" | "failed" | "neutral" };

/** The newest attempts of a target in the order in which they started. */
export type Starts = Start[];

/** Notes that an attempt started. */
export function recordStart(starts: Starts, attempt: number): void {
  starts.push({ attempt, verdict: "pending" });
  if (starts.length > startsKept) {
    starts.shift();
  }
}

/** Notes how an attempt ended; an attempt that is too old to matter is ignored. */
export function recordVerdict(
  starts: Starts,
  attempt: number,
  verdict: "ok" | "failed" | "neutral",
): void {
  for (let index = starts.length - 1; index >= 0; index -= 1) {
    const start = starts[index];
    if (start?.attempt === attempt) {
      start.verdict = verdict;
      return;
    }
  }
}

/**
 * The run of failures that ends at the newest failure, in *start* order.
 *
 * Errors come back in milliseconds and answers in seconds: counted as they end, a few errors between slow answers look
 * like a run. A pending attempt is not a failure, so it ends the run; a neutral one is as if it never was.
 */
export function failureRun(starts: Starts): number {
  let run = 0;
  for (let index = starts.length - 1; index >= 0; index -= 1) {
    const verdict = starts[index]?.verdict;
    if (verdict === "failed") {
      run += 1;
    } else if (run > 0 && verdict !== "neutral") {
      return run;
    }
  }
  return run;
}

/**
 * How long the breaker stays open: base × 2^k, half of it fixed and half random, within the limit; in milliseconds.
 */
export function ejectionTimeMs(settings: BreakerSettings, k: number, random: number): number {
  const fullMs = Math.min(settings.baseEjectionMs * 2 ** k, settings.maxEjectionMs);
  return Math.round(fullMs * (0.5 + 0.5 * random));
}

/** An OPEN breaker; `minOpenMs` is what the provider asked for by Retry-After, 0 when it did not. */
export function opened(
  settings: BreakerSettings,
  k: number,
  minOpenMs: number,
  nowMs: number,
  random: number,
): Breaker {
  const openMs = Math.max(
    ejectionTimeMs(settings, k, random),
    Math.min(minOpenMs, settings.maxEjectionMs),
  );
  return {
    state: "open",
    sinceMs: nowMs,
    untilMs: nowMs + openMs,
    latestUntilMs: nowMs + openMs + probeExtensionMs,
    probePasses: 0,
  };
}

/** The breaker as it is at `nowMs`: an OPEN one whose time is over is HALF_OPEN, a stale permit is free again. */
export function elapsed(breaker: Breaker, nowMs: number): Breaker {
  if (breaker.state === "open" && nowMs >= breaker.untilMs) {
    return { state: "half_open", sinceMs: nowMs, trial: null };
  }
  if (
    breaker.state === "half_open" &&
    breaker.trial !== null &&
    nowMs - breaker.trial.startedMs >= permitLifetimeMs
  ) {
    return { ...breaker, trial: null };
  }
  return breaker;
}

/** The breaker after a probe. Probes shorten OPEN and never close anything; other states do not listen to them. */
export function probed(
  breaker: Breaker,
  passed: boolean,
  nextProbeMs: number,
  nowMs: number,
): Breaker {
  if (breaker.state !== "open") {
    return breaker;
  }
  if (!passed) {
    const untilMs = Math.max(breaker.untilMs, Math.min(nowMs + nextProbeMs, breaker.latestUntilMs));
    return { ...breaker, untilMs, probePasses: 0 };
  }
  const probePasses = breaker.probePasses + 1;
  if (probePasses >= passesToHalfOpen && nowMs - breaker.sinceMs >= minProbedOpenMs) {
    return { state: "half_open", sinceMs: nowMs, trial: null };
  }
  return { ...breaker, probePasses };
}

/** What a RAMP has shown after one more verdict. */
export function rampVerdict(ramp: {
  successes: number;
  failures: number;
}): "closed" | "open" | "going_on" {
  if (ramp.successes + ramp.failures >= rampVerdicts && ramp.failures >= ramp.successes) {
    return "open";
  }
  return ramp.successes >= rampSuccesses ? "closed" : "going_on";
}
