/** Looks on as a simulation runs and notes every broken rule; the rules themselves are in the files beside it. */
import type { AttemptOutcome, Decision, Move, Transition } from "../core/events";
import { CallRules } from "./call-rules";
import { GroundTruth } from "./ground-truth";
import type { Attempting, Running } from "./running";
import type { Fault } from "./scenario";
import type { Reply, Shell } from "./shell";
import type { Stage } from "./stage";
import { TargetRules } from "./target-rules";
import type { Topology } from "./topology";

export type Violation = {
  readonly rule: string;
  readonly atMs: number;
  readonly detail: string;
};

const kept = 20;

export class Watch {
  readonly violations: Violation[] = [];
  readonly truth: GroundTruth;
  count = 0;
  /** Nobody has switched anything yet. */
  isUntouched = true;
  private stageOrNull: Stage | null = null;
  private readonly calls: CallRules;
  private readonly targets: TargetRules;

  constructor(topology: Topology) {
    this.truth = new GroundTruth(topology);
    this.calls = new CallRules(this);
    this.targets = new TargetRules(this, topology);
  }

  get stage(): Stage {
    if (this.stageOrNull === null) {
      throw new Error("nothing to watch yet");
    }
    return this.stageOrNull;
  }

  begin(stage: Stage): void {
    this.stageOrNull = stage;
    this.truth.isCalm &&= stage.scenario.workloads.every(({ keys }) =>
      keys.every(({ poison }) => poison === null),
    );
  }

  violated(rule: string, detail: string): void {
    this.count += 1;
    if (this.violations.length < kept) {
      this.violations.push({ rule, atMs: Math.round(this.stage.nowMs), detail });
    }
  }

  faultBegins(fault: Fault): void {
    this.truth.strike(fault, this.stage.nowMs);
  }

  faultEnds(fault: Fault): void {
    this.truth.lift(fault, this.stage.nowMs);
  }

  planned(run: Running): void {
    this.calls.planned(run);
  }

  moved(run: Running, move: Move, shell: Shell): void {
    this.calls.moved(run, move, shell);
    if (move.type === "attempt") {
      this.targets.began(run, move, shell);
    }
  }

  delivering(run: Running, attempt: Attempting): void {
    this.calls.delivering(run, attempt);
  }

  migrating(run: Running | undefined, attempt: number): void {
    this.calls.migrating(run, attempt);
  }

  ending(run: Running, attempt: Attempting, outcome: AttemptOutcome, shell: Shell): void {
    this.targets.ending(run, attempt, outcome, shell);
  }

  ended(
    run: Running,
    attempt: Attempting,
    outcome: AttemptOutcome,
    decisions: readonly Decision[],
    shell: Shell,
  ): void {
    this.targets.ended(attempt, outcome, decisions, shell);
    this.calls.ended(run);
  }

  replied(run: Running, reply: Reply, move: Move | null): void {
    this.calls.replied(run, reply, move);
  }

  transition(transition: Transition, shell: Shell): void {
    this.targets.transition(transition, shell);
  }

  ticked(shell: Shell): void {
    this.targets.ticked(shell);
  }

  atRest(shells: readonly Shell[]): void {
    for (const shell of shells) {
      this.targets.atRest(shell);
    }
  }
}
