/** What the dashboard hears of a target: this node's world of it, axis by axis, in epoch milliseconds. */
import { breakerFigures } from "../core/breaker-figures";
import { limitedUntilMs } from "../core/capacity";
import type { HealthLabel, ProbeVerdict } from "../core/events";
import type { Successor } from "../core/successors";
import type { Target } from "../core/types";
import { lookBack } from "../core/window";
import {
  type TargetHealth,
  type World,
  healthOf,
  isObserved,
  isProbeDown,
  labelOfHealth,
} from "../core/world";
import type { TargetStateRow } from "../store/target-states";
import { redact } from "./redact";

export type Reading = {
  readonly nowMs: number;
  /** Added to a monotonic instant, it gives the wall's. */
  readonly wallOffsetMs: number;
  /** Since when the target has its label; null: as long as we know. */
  readonly sinceMs: number | null;
  readonly nextProbeMs: number | null;
  /** Who would answer in its place. */
  readonly successors: readonly Successor[];
};

const maxMessageChars = 300;
/** Failures in a row beyond this are simply many. */
const countedBack = 128;

/** This node's opinion of `target` now. */
export function stateRow(world: World, target: Target, reading: Reading): TargetStateRow {
  const { nowMs, wallOffsetMs } = reading;
  const wall = (ms: number): number => Math.round(ms + wallOffsetMs);
  const wallOrNull = (ms: number | null): number | null => (ms === null ? null : wall(ms));
  const health = healthOf(world, target);
  const { circuit, probe, lastError } = health;
  const label = labelOfHealth(health, nowMs);
  const { sinceMs, untilMs: openUntilMs, ...figures } = breakerFigures(world, health, nowMs);
  return {
    breaker: circuit.breaker.state,
    soft: softState(health),
    barred: barredBy(label),
    since: wallOrNull(reading.sinceMs),
    until: wallOrNull(untilMs(health, label)),
    reason: label === "closed" ? null : (health.why?.reason ?? lastError?.reason ?? label),
    openings: circuit.k,
    consecutiveFailures: failuresInARow(health, label),
    figures: {
      ...figures,
      since: wallOrNull(sinceMs),
      until: wallOrNull(openUntilMs),
      observed: isObserved(health, "opening"),
    },
    rateLimitedUntil: wallOrNull(shownLimitMs(health, nowMs)),
    probe: probeState(health, nowMs),
    lastProbe:
      probe.atMs === null || probe.verdict === null
        ? null
        : {
            at: wall(probe.atMs),
            verdict: shownVerdict(probe.verdict),
            latencyMs: probe.latencyMs,
          },
    nextProbeAt: wallOrNull(reading.nextProbeMs),
    successors: [...reading.successors],
    inFlight: health.inFlight,
    ttftMs: usualTtftMs(health),
    lastError: lastError && {
      at: wall(lastError.atMs),
      reason: lastError.reason,
      status: lastError.status,
      message: shownMessage(lastError.message),
    },
  };
}

/** A provider's words without our key in them. */
export function shownMessage(message: string): string {
  return redact(message).slice(0, maxMessageChars);
}

/** A verdict in the words of the log: a refusal is a failure for whoever calls, a limit says nothing. */
export function shownVerdict(verdict: ProbeVerdict): "pass" | "fail" | "neutral" {
  switch (verdict) {
    case "pass":
      return "pass";
    case "capacity":
      return "neutral";
    case "fail":
    case "credential":
    case "quota":
    case "access":
    case "configuration":
      return "fail";
  }
}

function softState(health: TargetHealth): TargetStateRow["soft"] {
  if (health.silence.suspectMs !== null && !isObserved(health, "suspect")) {
    return "suspect";
  }
  return health.degraded !== null && !isObserved(health, "degraded") ? "degraded" : "none";
}

function barredBy(label: HealthLabel): TargetStateRow["barred"] {
  switch (label) {
    case "credential_dead":
    case "region_down":
    case "blocked":
      return label;
    case "open":
    case "half_open":
    case "ramp":
    case "probe_down":
    case "suspect":
    case "degraded":
    case "closed":
      return null;
  }
}

function untilMs({ circuit, place }: TargetHealth, label: HealthLabel): number | null {
  const { breaker } = label === "region_down" ? place.circuit : circuit;
  return breaker.state === "open" ? breaker.untilMs : null;
}

/** Before an opening those under way; after it those that led to it, because an opening forgets what was. */
function failuresInARow(health: TargetHealth, label: HealthLabel): number {
  if (label === "open") {
    const { failures, rule } = health.why?.evidence ?? {};
    return typeof failures === "number" && (rule === undefined || rule === "run") ? failures : 0;
  }
  const { lastSuccessMs, lastError, circuit } = health;
  const isOver = lastSuccessMs !== null && lastSuccessMs > (lastError?.atMs ?? 0);
  return isOver ? 0 : lookBack(circuit.window, countedBack).run;
}

/** A limit on large prompts only is no state of the target. */
function shownLimitMs(health: TargetHealth, nowMs: number): number | null {
  return isObserved(health, "capacity") ? null : limitedUntilMs(health.capacity, 0, nowMs);
}

function probeState(health: TargetHealth, nowMs: number): TargetStateRow["probe"] {
  if (health.probe.state !== "down") {
    return health.probe.state;
  }
  return isProbeDown(health, nowMs) && !isObserved(health, "probes") ? "down" : "unknown";
}

/** Of the size of prompt that was measured most. */
function usualTtftMs({ speeds }: TargetHealth): number | null {
  const measured = speeds.filter((speed) => speed !== undefined);
  const [most] = measured.toSorted((a, b) => b.samples - a.samples);
  const ttftMs = most?.ttftMs ?? null;
  return ttftMs === null ? null : Math.round(ttftMs);
}
