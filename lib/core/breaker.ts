/**
 * The states of a breaker: CLOSED → OPEN → HALF_OPEN → RAMP → CLOSED (Envoy outlier detection; gRPC A6).
 *
 * Values in, values out; time and chance are arguments.
 */
import type { BreakerSettings } from "./types";

export type BreakerState = "closed" | "open" | "half_open" | "ramp";

export type Trial = {
  readonly attempt: number;
  readonly startedMs: number;
  /** When its content will have lasted long enough; null before the first content. */
  provenMs: number | null;
};

export type Breaker =
  | { state: "closed"; sinceMs: number }
  | {
      state: "open";
      sinceMs: number;
      untilMs: number;
      latestUntilMs: number;
      probePasses: number;
    }
  | { state: "half_open"; sinceMs: number; trial: Trial | null }
  | { state: "ramp"; sinceMs: number; successes: number; failures: number };

/** A trial that neither ended nor left gives its permit back after this. */
const permitLifetimeMs = 30_000;
/** A failing probe may hold OPEN this much longer at most. */
const probeExtensionMs = 30_000;
/** Probes end OPEN no sooner than this after opening. */
const minProbedOpenMs = 5_000;
const passesToHalfOpen = 2;
export const rampSuccesses = 5;
const rampVerdicts = 4;

/**
 * How long the breaker stays open: base × 2^k, half of it fixed and half random, within the limit; in milliseconds.
 */
export function ejectionTimeMs(settings: BreakerSettings, k: number, random: number): number {
  return Math.round(longestEjectionMs(settings, k) * (0.5 + 0.5 * random));
}

/** The longest that chance alone lets an opening at step `k` last, in milliseconds. */
export function longestEjectionMs(settings: BreakerSettings, k: number): number {
  return Math.min(settings.baseEjectionMs * 2 ** k, settings.maxEjectionMs);
}

/**
 * An OPEN breaker. `minOpenMs` is what the provider asked for by Retry-After, 0 when it did not; it is capped, and the
 * later of both deadlines wins.
 */
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

/** What a RAMP has shown so far. */
export function rampVerdict(ramp: {
  successes: number;
  failures: number;
}): "closed" | "open" | "going_on" {
  if (ramp.successes + ramp.failures >= rampVerdicts && ramp.failures >= ramp.successes) {
    return "open";
  }
  return ramp.successes >= rampSuccesses ? "closed" : "going_on";
}
