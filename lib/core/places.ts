/** A place (provider × region) as a failure domain: what attempts at any of its targets say of it. */
import { givePermitBack, failureAsksFor, openCircuit, succeed } from "./circuit";
import type { Failure } from "./classify";
import type { Decision, HealthLabel } from "./events";
import { openingReason, runToOpen } from "./opening";
import { targetsAt } from "./probes";
import { perSecond } from "./rate";
import { tell, tellObserved } from "./tell";
import { type Attempt, type TargetHealth, type World, labelOfHealth } from "./world";
import { settle } from "./window";

const regionRun = 3;

/** What the place has shown stands; if it has shown nothing, this attempt says nothing of it. */
export function leavePlace({ id, health: { place }, placeStart }: Attempt): void {
  givePermitBack(place.circuit, id);
  if (placeStart.verdict === "pending") {
    settle(place.circuit.window, placeStart, "neutral");
  }
}

/** The place could not be reached; often enough, it opens for all of its targets. */
export function failPlace(
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

/**
 * The place was reached, whatever it said. Only an answer below 500 knows better than `GET /models`, of which the same is
 * asked: a place that fails at both is not called well at every call, and sick again at the next look.
 */
export function succeedPlace(
  world: World,
  attempt: Attempt,
  status: number,
  nowMs: number,
  out: Decision[],
): void {
  const { circuit, probe } = attempt.health.place;
  const isKnown = settle(circuit.window, attempt.placeStart, "ok");
  const isDisproved = probe.state === "down" && status < 500;
  if (!isKnown || (circuit.breaker.state === "closed" && !isDisproved)) {
    return;
  }
  const before = labelsAt(world, attempt, nowMs);
  if (isDisproved) {
    probe.state = "up";
    probe.failures = 0;
  }
  succeed(circuit, nowMs, "closed");
  tellAll(before, "trial_passed", {}, nowMs, out);
}
