/** DEGRADED: neither down nor well. Failures here and there, or answers that are slow against the target's own habit. */
import type { Decision } from "./events";
import { type SizeClass, normalTtftMs, recentTtftMs } from "./latency";
import { failureTally } from "./opening";
import { tell, tellObserved } from "./tell";
import { type Attempt, type Degraded, type TargetHealth, labelOfHealth, speedOf } from "./world";
import { lookBack } from "./window";

const enterRatio = 0.2;
const enterFailures = 5;
const leaveRatio = 0.1;
const slowFactor = 3;
const leaveSlowFactor = 1.5;
const slowFloorMs = 2_000;
const samplesToLeave = 20;
const minStayMs = 30_000;
const maxStayMs = 300_000;
const reentryMs = 600_000;
const countedBack = 20;

type Greyness = {
  readonly cause: Degraded["cause"];
  readonly ratio: number;
  readonly evidence: Readonly<Record<string, number>>;
};

/** The sign of too many failures after one more; null when they are few. */
export function greyByFailures(health: TargetHealth, nowMs: number): Greyness | null {
  const { window } = health.circuit;
  const tally = failureTally(window, lookBack(window, countedBack), nowMs);
  return tally !== null &&
    tally.failed >= enterFailures &&
    tally.failed >= enterRatio * tally.counted
    ? {
        cause: "failures",
        ratio: tally.failed / tally.counted,
        evidence: { failures: tally.failed, of: tally.counted },
      }
    : null;
}

/** How many keys have failures among the newest calls: one key's prompts are not the target's trouble. */
export function failingKeys({ circuit: { window } }: TargetHealth): number {
  return lookBack(window, countedBack).keys.size;
}

/** The sign of a brown-out after one more first token; null when it is as fast as ever. */
export function greyBySlowness(health: TargetHealth, sizeClass: SizeClass): Greyness | null {
  const speed = speedOf(health, sizeClass);
  const nowMs = recentTtftMs(speed);
  const normalMs = normalTtftMs(speed);
  return nowMs !== null && normalMs !== null && nowMs > slowFactor * normalMs && nowMs > slowFloorMs
    ? {
        cause: "slow",
        ratio: 0,
        evidence: { ttftMs: Math.round(nowMs), normalMs: Math.round(normalMs) },
      }
    : null;
}

/** DEGRADED from now on, if there is a sign of it and nothing worse. */
export function degradeIf(
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

/** Counts an outcome for whoever is DEGRADED, and ends it when the target has shown that it is well again. */
export function countDegraded(
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

/** Back within ten minutes it stays twice as long as the last time. */
function degradedFrom(
  health: TargetHealth,
  { cause, ratio }: Greyness,
  sizeClass: SizeClass,
  nowMs: number,
): Degraded {
  const { lastMs, endedMs } = health.degradedStay;
  const isBack = endedMs !== null && nowMs - endedMs < reentryMs;
  const stayMs = isBack ? Math.min(maxStayMs, 2 * Math.max(lastMs, minStayMs / 2)) : minStayMs;
  health.degradedStay = { lastMs: stayMs, endedMs };
  const sample = { counted: 0, failed: 0 };
  return { sinceMs: nowMs, cause, ratio, sizeClass, stayMs, ...sample, servedMs: nowMs };
}

function isWellAgain(health: TargetHealth, degraded: Degraded, nowMs: number): boolean {
  if (degraded.counted < samplesToLeave) {
    return false;
  }
  const isSteady = degraded.failed < leaveRatio * degraded.counted && isFastAgain(health, degraded);
  const isOver = nowMs - degraded.sinceMs >= degraded.stayMs;
  if (!isSteady) {
    degraded.counted = 0;
    degraded.failed = 0;
  }
  return isSteady && isOver;
}

function isFastAgain(health: TargetHealth, { sizeClass }: Degraded): boolean {
  const speed = speedOf(health, sizeClass);
  const nowMs = recentTtftMs(speed);
  const normalMs = normalTtftMs(speed);
  return nowMs === null || normalMs === null || nowMs < leaveSlowFactor * normalMs;
}

function endDegraded(health: TargetHealth, nowMs: number): void {
  health.degraded = null;
  health.degradedStay = { ...health.degradedStay, endedMs: nowMs };
}
