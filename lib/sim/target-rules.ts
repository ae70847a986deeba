/** The invariants of a target: permits, epochs, retries, counters, and that who is well comes back. */
import type {
  AttemptMove,
  AttemptOutcome,
  Decision,
  HealthLabel,
  Transition,
} from "../core/events";
import type { TargetHealth } from "../core/world";
import { labelOf } from "../core/world";
import type { Attempting, Running } from "./running";
import type { Shell } from "./shell";
import { Sliding } from "./sliding";
import type { Place, Topology } from "./topology";
import type { Watch } from "./watch";

const lookEveryMs = 5_000;
const backWithinMs = 60_000;
/** Dead credentials, refused access and configuration errors are looked at again only every quarter of an hour. */
const slowBackWithinMs = 1_000_000;
const thinkingBackWithinMs = 900_000;
const permitMs = 30_000;
const retryShare = 0.2;
const retriesBesides = 3;

type Seen = {
  /** Trials under way, with their epoch and their start. */
  readonly trials: Map<number, { readonly epoch: number; readonly startedMs: number }>;
  notClosedSinceMs: number | null;
  /** Calls that would have begun here since then. */
  callsSince: number;
  epochs: Map<number, number>;
  readonly starts: Sliding;
  readonly retries: Sliding;
  before: { readonly epoch: number; readonly k: number } | null;
};

export class TargetRules {
  private readonly watch: Watch;
  private readonly topology: Topology;
  private readonly seen: Seen[] = [];
  private readonly lookedMs: number[] = [];
  /** When the last fault was noticed and got over, by place. */
  private readonly detected: boolean[] = [];
  private readonly away: boolean[] = [];

  constructor(watch: Watch, topology: Topology) {
    this.watch = watch;
    this.topology = topology;
  }

  began(run: Running, move: AttemptMove, shell: Shell): void {
    const { nowMs } = this.watch.stage;
    const { target, how } = move;
    const health = shell.world.targets.get(target.id);
    const seen = this.seenOf(shell, target.id);
    if (run.tried.length === 0) {
      this.countFirstCall(run, shell);
    }
    if (health === undefined) {
      return;
    }
    seen.epochs.set(move.attempt, health.circuit.epoch);
    const { breaker } = health.circuit;
    if (
      breaker.state === "half_open" &&
      how !== "panic" &&
      breaker.trial?.attempt !== move.attempt
    ) {
      this.watch.violated("half_open", `${target.id} got a call beside its trial (${how})`);
    }
    if (breaker.state === "half_open" && how !== "panic") {
      this.countTrial(seen, move, health.circuit.epoch);
    }
    // Whoever waited for room comes when there is room again.
    this.countRetries(seen, how === "retry" && run.waitedFor !== "capacity", nowMs, target.id);
  }

  ending(_run: Running, attempt: Attempting, _outcome: AttemptOutcome, shell: Shell): void {
    const health = shell.world.targets.get(attempt.move.target.id);
    const seen = this.seenOf(shell, attempt.move.target.id);
    seen.trials.delete(attempt.id);
    seen.before =
      health === undefined ? null : { epoch: health.circuit.epoch, k: health.circuit.k };
  }

  /** Results of an older epoch change nothing. */
  ended(
    attempt: Attempting,
    outcome: AttemptOutcome,
    decisions: readonly Decision[],
    shell: Shell,
  ): void {
    const { target } = attempt.move;
    const health = shell.world.targets.get(target.id);
    const seen = this.seenOf(shell, target.id);
    const epoch = seen.epochs.get(attempt.id);
    seen.epochs.delete(attempt.id);
    if (health === undefined || seen.before === null) {
      return;
    }
    if (health.inFlight < 0) {
      this.watch.violated("counters", `${target.id} has ${health.inFlight} in flight`);
    }
    const isOld = epoch !== undefined && epoch < seen.before.epoch;
    const hasMoved = decisions.some(
      (decision) =>
        decision.type === "transition" &&
        decision.target.id === target.id &&
        decision.rule === "opening" &&
        decision.to === "open",
    );
    if (isOld && (hasMoved || health.circuit.k !== seen.before.k)) {
      this.watch.violated("epochs", `a ${outcome.kind} of an older epoch moved ${target.id}`);
    }
    if (outcome.kind !== "success" && outcome.kind !== "failure" && hasMoved) {
      this.watch.violated("neutral", `a ${outcome.kind} opened ${target.id}`);
    }
  }

  transition(transition: Transition, shell: Shell): void {
    const { stage, truth } = this.watch;
    const place = this.topology.byTarget.get(transition.target.id);
    if (place === undefined || transition.observed) {
      return;
    }
    const { index } = place;
    if (transition.to === "open") {
      stage.ledger.opened(transition, truth.wellForMs(index, stage.nowMs) > backWithinMs);
    }
    if (shell.node !== 0) {
      return;
    }
    if (transition.from === "closed" && truth.isSick(index) && this.detected[index] !== true) {
      this.detected[index] = true;
      stage.ledger.detectionMs.add(truth.sickForMs(index, stage.nowMs));
    }
    if (transition.to === "closed" && !truth.isSick(index) && this.away[index] === true) {
      stage.ledger.returnMs.add(truth.wellForMs(index, stage.nowMs));
    }
    this.away[index] = transition.to !== "closed";
    if (transition.to === "closed" && !truth.isSick(index)) {
      this.detected[index] = false;
    }
  }

  ticked(shell: Shell): void {
    const { nowMs } = this.watch.stage;
    if (nowMs - (this.lookedMs[shell.node] ?? 0) < lookEveryMs) {
      return;
    }
    this.lookedMs[shell.node] = nowMs;
    for (const { target } of this.topology.places) {
      const health = shell.world.targets.get(target.id);
      if (health !== undefined) {
        this.checkPermit(health, nowMs);
        this.checkBack(health, shell, nowMs);
      }
    }
    this.checkInFlight(shell);
  }

  atRest(shell: Shell): void {
    const { world } = shell;
    if (world.calls.size > 0 || world.attempts.size > 0) {
      this.watch.violated(
        "counters",
        `${world.calls.size} calls and ${world.attempts.size} attempts at rest`,
      );
    }
    for (const health of world.targets.values()) {
      const { breaker } = health.circuit;
      const left = health.inFlight + health.waiting.size + health.capacity.waiters;
      const hasPermit = breaker.state === "half_open" && breaker.trial !== null;
      if (left !== 0 || hasPermit) {
        this.watch.violated("counters", `${health.target.id} is not at rest`);
      }
    }
  }

  /** A call whose route begins at an entry of one target would have begun there. */
  private countFirstCall(run: Running, shell: Shell): void {
    const [first] = run.spec.route.entries;
    const [only, second] = first?.targets ?? [];
    if (
      only !== undefined &&
      second === undefined &&
      run.spec.constraints.allowedRegions === null
    ) {
      this.seenOf(shell, only.id).callsSince += 1;
    }
  }

  /** A permit that is out for half a minute is given to the next call. */
  private countTrial(seen: Seen, move: AttemptMove, epoch: number): void {
    const { nowMs } = this.watch.stage;
    const others = [...seen.trials.values()].filter(
      (one) => one.epoch === epoch && nowMs - one.startedMs < permitMs,
    );
    if (others.length > 0) {
      this.watch.violated("half_open", `${move.target.id} has several trials under way`);
    }
    seen.trials.set(move.attempt, { epoch, startedMs: nowMs });
  }

  private countRetries(seen: Seen, isRetry: boolean, nowMs: number, id: string): void {
    seen.starts.add(nowMs);
    if (!isRetry) {
      return;
    }
    seen.retries.add(nowMs);
    const retries = seen.retries.count(nowMs);
    const starts = seen.starts.count(nowMs);
    // The router counts in whole seconds: up to one second of the ten is another one than here.
    if (retries > (retryShare + 0.02) * starts + retriesBesides + 4) {
      this.watch.violated(
        "amplification",
        `${id}: ${retries} retries of ${starts} attempts in 10 s`,
      );
    }
  }

  private checkPermit(health: TargetHealth, nowMs: number): void {
    const { breaker } = health.circuit;
    if (breaker.state === "half_open" && breaker.trial !== null) {
      const forMs = nowMs - breaker.trial.startedMs;
      if (forMs > permitMs + 1_000) {
        this.watch.violated("half_open", `${health.target.id}: a permit is out for ${forMs} ms`);
      }
    }
  }

  /** A target that has been well for a minute, with traffic, is CLOSED. */
  private checkBack(health: TargetHealth, shell: Shell, nowMs: number): void {
    const { target } = health;
    const place = this.topology.byTarget.get(target.id);
    const seen = this.seenOf(shell, target.id);
    const label = labelOf(shell.world, target, nowMs);
    if (place === undefined || label === "closed" || label === "degraded") {
      seen.notClosedSinceMs = null;
      return;
    }
    const clearMs = this.watch.truth.clearForMs(place.index, nowMs);
    if (seen.notClosedSinceMs === null || clearMs < lookEveryMs) {
      seen.notClosedSinceMs = nowMs;
      seen.callsSince = 0;
    }
    const awayMs = Math.min(nowMs - seen.notClosedSinceMs, clearMs);
    if (
      place.model.minuteLimit === null &&
      awayMs > this.patienceOf(place, label, seen.callsSince, awayMs)
    ) {
      this.watch.violated(
        "back_when_well",
        `${target.id} is well for ${Math.round(clearMs / 1_000)} s and still ${label}`,
      );
      seen.notClosedSinceMs = nowMs;
    }
  }

  /** Who thinks for minutes takes minutes to prove that it is well. */
  private patienceOf(place: Place, label: HealthLabel, calls: number, awayMs: number): number {
    const isProven = label === "half_open" || label === "ramp";
    const thinks =
      place.model.reasoning ||
      this.watch.stage.scenario.workloads.some((one) => one.calls.some((plan) => plan.reasoning));
    return isProven && thinks ? thinkingBackWithinMs : patienceMs(label, calls, awayMs);
  }

  private checkInFlight(shell: Shell): void {
    const counts = new Map<string, number>();
    for (const run of shell.attempts.values()) {
      const id = run.attempt?.move.target.id ?? "";
      counts.set(id, (counts.get(id) ?? 0) + 1);
    }
    for (const health of shell.world.targets.values()) {
      const own = counts.get(health.target.id) ?? 0;
      if (health.inFlight !== own) {
        this.watch.violated(
          "counters",
          `${health.target.id}: ${health.inFlight} in flight, really ${own}`,
        );
      }
    }
  }

  private seenOf(shell: Shell, id: string): Seen {
    const index = this.topology.byTarget.get(id)?.index ?? -1;
    const slot = shell.node * (this.topology.places.length + 1) + index + 1;
    let seen = this.seen[slot];
    if (seen === undefined) {
      seen = {
        trials: new Map(),
        notClosedSinceMs: null,
        callsSince: 0,
        epochs: new Map(),
        starts: new Sliding(),
        retries: new Sliding(),
        before: null,
      };
      this.seen[slot] = seen;
    }
    return seen;
  }
}

/** How long a well target may take to be CLOSED again: without a call nobody can prove it. */
function patienceMs(label: HealthLabel, calls: number, awayMs: number): number {
  switch (label) {
    case "credential_dead":
    case "blocked":
      return slowBackWithinMs;
    case "half_open":
    case "ramp": {
      const isBusy = (calls * 1_000) / Math.max(1, awayMs) >= 2;
      return calls >= (isBusy ? 200 : 10) ? backWithinMs : Number.POSITIVE_INFINITY;
    }
    case "open":
    case "region_down":
    case "probe_down":
    case "suspect":
    case "degraded":
    case "closed":
      return backWithinMs;
  }
}
