/** Tells of a change in a target's one word, with the reason and the counters of that moment. */
import type { Decision, Evidence, HealthLabel } from "./events";
import type { Rule } from "./types";
import { type TargetHealth, isObserved, labelOfHealth } from "./world";

/** Adds a transition if the label is no longer `before`; remembers why the target is where it is. */
export function tell(
  health: TargetHealth,
  before: HealthLabel,
  rule: Rule,
  reason: string,
  evidence: Evidence,
  nowMs: number,
  out: Decision[],
): void {
  const to = labelOfHealth(health, nowMs);
  if (to === before) {
    return;
  }
  const { breaker, k } = health.circuit;
  const told =
    breaker.state === "open"
      ? { ...evidence, openForMs: Math.round(breaker.untilMs - breaker.sinceMs), k }
      : evidence;
  health.why = to === "closed" ? null : { reason, evidence: told };
  const { target } = health;
  out.push({
    type: "transition",
    target,
    from: before,
    to,
    rule,
    reason,
    evidence: told,
    observed: false,
  });
}

const observedEveryMs = 30_000;

/** Tells what a rule that only observes would have done; not more often than every half minute. */
export function tellObserved(
  health: TargetHealth,
  to: HealthLabel,
  rule: Rule,
  reason: string,
  evidence: Evidence,
  nowMs: number,
  out: Decision[],
): void {
  if (!isObserved(health, rule) || nowMs < (health.observedUntilMs.get(rule) ?? 0)) {
    return;
  }
  health.observedUntilMs.set(rule, nowMs + observedEveryMs);
  const { target } = health;
  const from = labelOfHealth(health, nowMs);
  out.push({ type: "transition", target, from, to, rule, reason, evidence, observed: true });
}
