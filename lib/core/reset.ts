/** A person overrules what the router holds against a target: it is tried again now, and as carefully as after any fault. */
import { forgive, recover, tryNow } from "./circuit";
import type { Decision } from "./events";
import { tell } from "./tell";
import { type TargetHealth, isObserved, isProbeDown, labelOfHealth } from "./world";

/**
 * Forgets the failures of a target, of calls and of probes. Who was out gets one trial, who was DEGRADED a ramp, and
 * nobody all calls at once. What it shares with others (account, place), how it is set up, and limits are as they were.
 */
export function resetTarget(health: TargetHealth, nowMs: number, out: Decision[]): void {
  const { circuit, probe, target } = health;
  const before = labelOfHealth(health, nowMs);
  const isOut = circuit.breaker.state === "open" || isProbeDown(health, nowMs);
  const isDegraded = health.degraded !== null;
  health.avoided.clear();
  health.trialFailedBy = null;
  health.degraded = null;
  health.degradedStay = { lastMs: 0, endedMs: null };
  probe.failures = 0;
  if (probe.state === "down") {
    probe.state = "unknown";
  }
  forgive(circuit);
  if (!isObserved(health, "opening")) {
    if (isOut && ["open", "closed"].includes(circuit.breaker.state)) {
      tryNow(circuit, nowMs);
    } else if (isDegraded && circuit.breaker.state === "closed") {
      recover(circuit, nowMs, "ramp");
    }
  }
  tell(health, before, "opening", "forgiven", {}, nowMs, out);
  if (circuit.breaker.state !== "closed") {
    // Where nobody calls, probes alone bring it back.
    out.push({ type: "probe", target, afterMs: 0 });
  }
}
