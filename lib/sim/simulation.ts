/**
 * Runs one scenario from its first call to rest: callers, faults, people, probes and nodes on one virtual clock.
 *
 * Nothing here reads a clock or rolls dice of its own: the same scenario gives the same decisions.
 */
import type { Decision, Move } from "../core/events";
import { holdAt } from "../core/types";
import { Agenda } from "./agenda";
import { callSpec, nextArrivalMs } from "./callers";
import { Chance } from "./chance";
import { Digest } from "./digest";
import { happening } from "./happenings";
import { Ledger } from "./ledger";
import { Prober } from "./prober";
import { type Caller, Running } from "./running";
import type { Scenario, Toggle, Workload } from "./scenario";
import { type Reply, Shell, type Step } from "./shell";
import type { Stage } from "./stage";
import { type Topology, buildTopology } from "./topology";
import { Upstream } from "./upstream";
import { type Violation, Watch } from "./watch";

export type SimulationResult = {
  readonly digest: string;
  readonly ledger: Ledger;
  readonly violations: readonly Violation[];
  readonly violationCount: number;
  readonly topology: Topology;
  /** What each call was told, by its id; empty unless asked for. */
  readonly traces: ReadonlyMap<string, string>;
};

export type SimulationOptions = {
  /** Keeps the moves of every call, to compare two runs. */
  readonly trace?: boolean;
  /** Hears of every call as it ends. */
  readonly onReply?: (run: Running, reply: Reply, move: Move | null, stage: Stage) => void;
  readonly onDecision?: (decision: Decision, nowMs: number, node: number) => void;
  /** Ticks of an idle node are left out; they change nothing. Not for scenarios with freezes. */
  readonly skipIdleTicks?: boolean;
};

export const tickMs = 250;
const idleTickMs = 5_000;
/** A node is idle when nothing has been under way or away from CLOSED for so long. */
const idleAfterMs = 500;
const serialsPerWorkload = 2 ** 26;
const tickStream = -1;
const otherStream = -5;
const arrivalStream = -6;
const retryAfterMs = 500;
/** Long enough for anything that a call may wait for. */
const restWithinMs = 4_000_000;

/** The outcome of `scenario` under `step`. */
export function simulate(
  scenario: Scenario,
  step: Step,
  options: SimulationOptions = {},
): SimulationResult {
  return new Simulation(scenario, step, options).run();
}

class Simulation {
  private readonly scenario: Scenario;
  private readonly options: SimulationOptions;
  private readonly stage: Stage;
  private readonly shells: Shell[] = [];
  private readonly probers: Prober[] = [];
  private readonly runs: (Running | undefined)[] = [];
  private readonly versions: number[] = [];
  private readonly free: number[] = [];
  private readonly arrivals: number[];
  private readonly toggles: Toggle[] = [];
  private readonly traces = new Map<string, string>();
  private readonly busyUntilMs: number[];
  private readonly unwell: Set<string>[];
  private revision = 1;
  private started = 0;
  private running = 0;
  private ticks = 0;
  private lies = 0;

  constructor(scenario: Scenario, step: Step, options: SimulationOptions) {
    this.scenario = scenario;
    this.options = options;
    const topology = buildTopology(scenario);
    const stepChance = new Chance(scenario.seed);
    this.stage = {
      nowMs: 0,
      scenario,
      snapshot: topology.snapshotWith([], this.revision),
      midstream: scenario.midstream,
      topology,
      agenda: new Agenda(),
      upstream: new Upstream(topology, scenario.pace),
      stepChance,
      fateChance: new Chance(scenario.seed ^ 0x5bd1e995),
      drawStep: () => stepChance.next(),
      digest: new Digest(),
      ledger: new Ledger(),
      watch: new Watch(topology),
    };
    this.stage.watch.begin(this.stage);
    this.arrivals = scenario.workloads.map(() => 0);
    this.busyUntilMs = [];
    this.unwell = [];
    for (let node = 0; node < scenario.nodes; node += 1) {
      this.addNode(node, step);
    }
  }

  run(): SimulationResult {
    const { stage } = this;
    this.begin();
    const { agenda } = stage;
    while (agenda.take()) {
      stage.nowMs = agenda.atMs;
      if (stage.nowMs > this.scenario.durationMs + restWithinMs) {
        stage.watch.violated("one_reply", `${this.running} calls never end`);
        break;
      }
      this.happen(agenda.kind, agenda.a, agenda.b);
      for (const shell of this.shells) {
        shell.migrate();
      }
      if (this.running === 0 && this.isOver()) {
        break;
      }
    }
    stage.watch.atRest(this.shells);
    stage.ledger.simulatedMs = stage.nowMs;
    return {
      digest: stage.digest.hex,
      ledger: stage.ledger,
      violations: stage.watch.violations,
      violationCount: stage.watch.count,
      topology: stage.topology,
      traces: this.traces,
    };
  }

  private addNode(node: number, step: Step): void {
    const { stage } = this;
    const shell = new Shell({
      node,
      stage,
      step,
      onDecision: (decision) => this.decided(shell, decision),
      onReply: (run, reply, move) => this.replied(run, reply, move),
      ...(this.options.trace === true ? { trace: true } : {}),
      ...(this.options.skipIdleTicks === true ? { skipsTicksOfMs: tickMs } : {}),
    });
    this.shells.push(shell);
    this.probers.push(new Prober(stage, shell));
    this.busyUntilMs.push(0);
    this.unwell.push(new Set());
  }

  private begin(): void {
    const { scenario, stage } = this;
    const { agenda } = stage;
    for (const [node, shell] of this.shells.entries()) {
      shell.tell({ type: "snapshot", snapshot: stage.snapshot }, otherStream, 0);
      if (scenario.nodes > 1) {
        shell.tell({ type: "fleet", nodes: scenario.nodes }, otherStream, 1);
      }
      this.probers[node]?.begin();
      agenda.note((tickMs * (node + 1)) / scenario.nodes, happening.tick, node, 0);
    }
    for (const [index, fault] of scenario.faults.entries()) {
      agenda.note(fault.fromMs, happening.faultOn, index, 0);
      agenda.note(fault.untilMs, happening.faultOff, index, 0);
    }
    for (const [index, toggle] of scenario.toggles.entries()) {
      agenda.note(toggle.atMs, happening.toggle, index, 0);
    }
    for (const [index, reset] of scenario.resets.entries()) {
      agenda.note(reset.atMs, happening.reset, index, 0);
    }
    for (const [index, freeze] of scenario.freezes.entries()) {
      agenda.note(freeze.atMs, happening.freeze, index, 0);
    }
    for (const index of scenario.workloads.keys()) {
      this.noteArrival(index, 0);
    }
    if (scenario.gossip.liesPerMinute > 0) {
      this.noteLie();
    }
  }

  /** No call is to come any more. */
  private isOver(): boolean {
    return this.started >= this.scenario.maxCalls || this.stage.nowMs >= this.scenario.durationMs;
  }

  private happen(kind: number, a: number, b: number): void {
    switch (kind) {
      case happening.arrival:
        this.arrive(a);
        break;
      case happening.start:
      case happening.due:
      case happening.wake:
        this.happenToCall(kind, a, b);
        break;
      case happening.leave:
        this.leave(a, b);
        break;
      case happening.tick:
        this.tick(a, b);
        break;
      case happening.probeDue:
      case happening.regionProbeDue:
      case happening.probeEnd:
      case happening.regionProbeEnd:
        this.happenToProbe(kind, a, b);
        break;
      default:
        this.happenToWorld(kind, a, b);
    }
  }

  private happenToCall(kind: number, slot: number, version: number): void {
    const run = this.runs[slot];
    const shell = this.shells[run?.node ?? 0];
    if (run?.version !== version || shell === undefined) {
      return;
    }
    if (this.isDeferred(shell, kind, slot, version)) {
      return;
    }
    switch (kind) {
      case happening.start:
        if (run.plan.patienceMs !== null) {
          this.stage.fateChance.place(run.serial, -1, 0);
          const patienceMs = this.stage.fateChance.exponential(run.plan.patienceMs);
          const atMs = this.stage.nowMs + patienceMs;
          this.stage.agenda.note(atMs, happening.leave, slot, run.serial);
        }
        shell.start(run);
        break;
      case happening.due:
        shell.due(run);
        break;
      default:
        shell.wake(run);
    }
    this.busyUntilMs[shell.node] = this.stage.nowMs + idleAfterMs;
  }

  private leave(slot: number, serial: number): void {
    const run = this.runs[slot];
    const shell = this.shells[run?.node ?? 0];
    if (run?.serial !== serial || run.isOver || shell === undefined) {
      return;
    }
    if (!this.isDeferred(shell, happening.leave, slot, serial)) {
      shell.leave(run);
    }
  }

  /** A node that stands still hears of everything when it moves again. */
  private isDeferred(shell: Shell, kind: number, a: number, b: number): boolean {
    if (this.stage.nowMs >= shell.frozenUntilMs) {
      return false;
    }
    this.stage.agenda.note(shell.frozenUntilMs, kind, a, b);
    return true;
  }

  private happenToProbe(kind: number, a: number, b: number): void {
    const isEnd = kind === happening.probeEnd || kind === happening.regionProbeEnd;
    const node = isEnd ? a : a % this.scenario.nodes;
    const index = Math.floor(a / this.scenario.nodes);
    const prober = this.probers[node];
    const shell = this.shells[node];
    if (prober === undefined || shell === undefined || this.isDeferred(shell, kind, a, b)) {
      return;
    }
    switch (kind) {
      case happening.probeDue:
        prober.due(index, b);
        break;
      case happening.regionProbeDue:
        prober.regionDue(index, b);
        break;
      case happening.probeEnd:
        prober.ended(b);
        break;
      default:
        prober.regionEnded(b);
    }
  }

  private happenToWorld(kind: number, a: number, b: number): void {
    const { scenario, stage } = this;
    const fault = scenario.faults[a];
    switch (kind) {
      case happening.faultOn:
        if (fault !== undefined) {
          stage.upstream.strike(fault);
          stage.watch.faultBegins(fault);
        }
        break;
      case happening.faultOff:
        if (fault !== undefined) {
          stage.upstream.lift(fault);
          stage.watch.faultEnds(fault);
        }
        break;
      case happening.toggle:
        this.toggle(scenario.toggles[a]);
        break;
      case happening.freeze:
        this.freeze(scenario.freezes[a]);
        break;
      case happening.reset:
        this.reset(a);
        break;
      case happening.hint:
        this.hint(a, b);
        break;
      case happening.lie:
        this.lie();
        break;
    }
  }

  private noteArrival(index: number, afterMs: number): void {
    const workload = this.scenario.workloads[index];
    if (workload === undefined) {
      return;
    }
    const chance = this.stage.fateChance.place(arrivalStream, index, this.arrivals[index] ?? 0);
    const atMs = nextArrivalMs(workload, afterMs, chance);
    if (atMs < this.scenario.durationMs) {
      this.stage.agenda.note(atMs, happening.arrival, index, 0);
    }
  }

  private arrive(index: number): void {
    const workload = this.scenario.workloads[index];
    if (workload === undefined || this.started >= this.scenario.maxCalls) {
      return;
    }
    const number = this.arrivals[index] ?? 0;
    this.arrivals[index] = number + 1;
    this.noteArrival(index, this.stage.nowMs);
    const serial = index * serialsPerWorkload + number * 4;
    const chance = this.stage.fateChance.place(serial, -2, 0);
    const key = chance.pickByShare(workload.keys);
    const plan = chance.pickByShare(workload.calls);
    const node = chance.below(this.scenario.nodes);
    this.enter(workload, serial, { plan, key, node, clientTry: 0 }, this.stage.nowMs);
  }

  private enter(workload: Workload, serial: number, who: Caller, atMs: number): void {
    const route = this.stage.snapshot.routes.get(workload.route);
    if (route === undefined) {
      throw new Error(`the scenario has no route ${workload.route}`);
    }
    const slot = this.free.pop() ?? this.runs.length;
    const version = (this.versions[slot] ?? 0) + 1;
    const spec = callSpec(`c${serial}`, route, who.plan, who.key, null);
    this.runs[slot] = new Running({ slot, version }, serial, spec, who, workload);
    this.started += who.clientTry === 0 ? 1 : 0;
    this.running += 1;
    this.stage.agenda.note(atMs, happening.start, slot, version);
  }

  private replied(run: Running, reply: Reply, move: Move | null): void {
    const { stage } = this;
    stage.ledger.replied(run, reply, move, stage.nowMs);
    this.options.onReply?.(run, reply, move, stage);
    if (this.options.trace === true) {
      this.traces.set(run.spec.id, run.trace);
    }
    this.running -= 1;
    this.runs[run.slot] = undefined;
    this.versions[run.slot] = run.version;
    this.free.push(run.slot);
    const { who, workload } = run;
    if (reply === "failed" && who.clientTry < run.plan.clientRetries) {
      const atMs = stage.nowMs + retryAfterMs * 2 ** who.clientTry;
      this.enter(workload, run.serial + 1, { ...who, clientTry: who.clientTry + 1 }, atMs);
    }
  }

  private decided(shell: Shell, decision: Decision): void {
    const { stage, scenario } = this;
    this.options.onDecision?.(decision, stage.nowMs, shell.node);
    if (decision.type === "probe" || decision.type === "probe_region") {
      this.probers[shell.node]?.wish(decision);
      return;
    }
    if (decision.type !== "transition") {
      return;
    }
    stage.watch.transition(decision, shell);
    const unwell = this.unwell[shell.node];
    if (decision.to === "closed") {
      unwell?.delete(decision.target.id);
    } else {
      unwell?.add(decision.target.id);
    }
    const index = stage.topology.byTarget.get(decision.target.id)?.index;
    if (decision.to !== "open" || scenario.nodes < 2 || index === undefined) {
      return;
    }
    for (const other of this.shells) {
      const chance = stage.fateChance.place(otherStream, Math.round(stage.nowMs), other.node);
      if (other !== shell && !chance.happens(scenario.gossip.lostShare)) {
        const atMs = stage.nowMs + chance.exponential(scenario.gossip.delayMs);
        stage.agenda.note(atMs, happening.hint, other.node, index);
      }
    }
  }

  private tick(node: number, outOfTurn: number): void {
    const { stage } = this;
    const shell = this.shells[node];
    if (shell === undefined) {
      return;
    }
    const isFrozen = stage.nowMs < shell.frozenUntilMs;
    if (outOfTurn === 0) {
      const nextMs = isFrozen ? shell.frozenUntilMs + tickMs : stage.nowMs + this.tickEveryMs(node);
      stage.agenda.note(nextMs, happening.tick, node, 0);
    }
    if (isFrozen) {
      return;
    }
    this.ticks += 1;
    shell.tell({ type: "tick" }, tickStream, this.ticks);
    stage.watch.ticked(shell);
  }

  private tickEveryMs(node: number): number {
    const isIdle =
      this.options.skipIdleTicks === true &&
      this.stage.nowMs >= (this.busyUntilMs[node] ?? 0) &&
      this.shells[node]?.attempts.size === 0 &&
      this.unwell[node]?.size === 0;
    return isIdle ? idleTickMs : tickMs;
  }

  private toggle(toggle: Toggle | undefined): void {
    if (toggle === undefined) {
      return;
    }
    const { stage } = this;
    const others = this.toggles.filter((one) => one.type !== toggle.type || one.id !== toggle.id);
    this.toggles.splice(0, this.toggles.length, ...others, toggle);
    this.revision += 1;
    stage.snapshot = stage.topology.snapshotWith(this.toggles, this.revision);
    stage.watch.isUntouched = false;
    for (const shell of this.shells) {
      shell.tell({ type: "snapshot", snapshot: stage.snapshot }, otherStream, this.revision);
    }
    for (const shell of this.shells) {
      shell.withdrawAll(
        (run) =>
          run.attempt !== null &&
          holdAt(stage.snapshot, run.attempt.move.target, stage.nowMs)?.intent === "disabled",
      );
    }
  }

  private reset(index: number): void {
    const { places } = this.stage.topology;
    const { place } = this.scenario.resets[index] ?? { place: 0 };
    const target = places[place % places.length]?.target.id ?? "";
    for (const shell of this.shells) {
      shell.tell({ type: "reset", target }, otherStream, Math.round(this.stage.nowMs));
    }
  }

  private freeze(freeze: Scenario["freezes"][number] | undefined): void {
    const shell = this.shells[freeze?.node ?? 0];
    if (freeze === undefined || shell === undefined) {
      return;
    }
    shell.frozenUntilMs = this.stage.nowMs + freeze.forMs;
    shell.freezes += 1;
    // Timers run before what came over the wire.
    this.stage.agenda.note(shell.frozenUntilMs, happening.tick, freeze.node, 1);
    shell.rearm(freeze.forMs);
  }

  private hint(node: number, index: number): void {
    const target = this.stage.topology.places[index]?.target.id;
    const shell = this.shells[node];
    if (target === undefined || shell === undefined) {
      return;
    }
    if (!this.isDeferred(shell, happening.hint, node, index)) {
      shell.tell({ type: "hint", target }, otherStream, Math.round(this.stage.nowMs));
    }
  }

  private noteLie(): void {
    this.lies += 1;
    const chance = this.stage.fateChance.place(otherStream, -this.lies, 0);
    const afterMs = chance.exponential(60_000 / this.scenario.gossip.liesPerMinute);
    this.stage.agenda.note(this.stage.nowMs + afterMs, happening.lie, 0, 0);
  }

  private lie(): void {
    const chance = this.stage.fateChance.place(otherStream, -this.lies, 1);
    const node = chance.below(this.scenario.nodes);
    const index = chance.below(this.stage.topology.places.length);
    this.noteLie();
    this.hint(node, index);
  }
}
