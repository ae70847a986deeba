/**
 * One simulated node: drives `step` exactly as the gateway does, with a virtual clock and invented answers.
 *
 * call_started → next → attempt, pause or finish → head, first_content, attempt_ended → call_ended.
 */
import type { AttemptMove, AttemptOutcome, Decision, Event, Move } from "../core/events";
import type { Failure } from "../core/classify";
import type { step } from "../core/step";
import { type World, emptyWorld } from "../core/world";
import { happening } from "./happenings";
import { type Attempting, type Running, nextDueMs } from "./running";
import { failureOf, timeoutFailure } from "./signals";
import type { Stage } from "./stage";

export type Step = typeof step;

/** How a call ended for its caller. */
export type Reply = "served" | "failed" | "refused" | "left";

export type ShellDeps = {
  readonly node: number;
  readonly stage: Stage;
  readonly step: Step;
  /** Keeps the moves of each call. */
  readonly trace?: boolean;
  /** Ticks may have been left out: that must not look like a loop that stood still. */
  readonly skipsTicksOfMs?: number;
  /** Probe wishes and transitions go here; moves stay with their calls. */
  onDecision(decision: Decision): void;
  onReply(run: Running, reply: Reply, move: Move | null): void;
};

export class Shell {
  readonly node: number;
  readonly world: World = emptyWorld();
  readonly attempts = new Map<number, Running>();
  frozenUntilMs = 0;
  freezes = 0;
  private readonly deps: ShellDeps;
  private readonly migrating: number[] = [];

  constructor(deps: ShellDeps) {
    this.deps = deps;
    this.node = deps.node;
  }

  /** Feeds an event that belongs to no call; `place` names its stream of chance. */
  tell(event: Event, first: number, second: number): void {
    this.deps.stage.stepChance.place(first, second, this.node);
    this.apply(event);
  }

  start(run: Running): void {
    const { stage } = this.deps;
    run.startedMs = stage.nowMs;
    const decisions = this.feed(run, { type: "call_started", call: run.spec });
    const planned = decisions.find((decision) => decision.type === "planned");
    if (planned === undefined) {
      stage.watch.violated("answered", `call ${run.spec.id} was not planned`);
      return;
    }
    run.avoided = planned.plan.avoided;
    run.candidates = planned.plan.candidates;
    stage.watch.planned(run);
    this.ask(run);
  }

  wake(run: Running): void {
    this.ask(run);
  }

  /** What an attempt waited for has come. */
  due(run: Running): void {
    const { attempt } = run;
    if (attempt === null) {
      return;
    }
    switch (attempt.due) {
      case "head":
        attempt.hasHead = true;
        this.feed(run, { type: "head", attempt: attempt.id, limits: run.fate.limits });
        this.noteDue(run, attempt);
        break;
      case "content":
        attempt.hasContent = true;
        this.feed(run, { type: "first_content", attempt: attempt.id });
        this.commit(run, attempt);
        this.noteDue(run, attempt);
        break;
      case "end":
        this.endByItself(run, attempt);
        break;
      case "timeout":
        this.endByTimer(run, attempt);
        break;
    }
  }

  /** The caller leaves. */
  leave(run: Running): void {
    if (run.attempt !== null) {
      this.end(run, run.attempt, { kind: "cancelled" });
    }
    this.reply(run, "left", null);
  }

  /** A person disabled the target of these attempts: they are cut. */
  withdrawAll(isHeld: (run: Running) => boolean): void {
    for (const run of [...this.attempts.values()]) {
      if (run.attempt !== null && isHeld(run)) {
        this.withdraw(run, run.attempt, "switched_off");
      }
    }
  }

  /** Acts on the migrations that the last event asked for. */
  migrate(): void {
    for (let id = this.migrating.shift(); id !== undefined; id = this.migrating.shift()) {
      const run = this.attempts.get(id);
      this.deps.stage.watch.migrating(run, id);
      const attempt = run?.attempt ?? null;
      if (run !== undefined && attempt !== null && !attempt.hasContent) {
        run.migrations += 1;
        this.withdraw(run, attempt, "migrated");
      }
    }
  }

  /** After standing still, timers are armed again for what was lost. */
  rearm(lostMs: number): void {
    for (const run of this.attempts.values()) {
      if (run.attempt !== null) {
        run.attempt.slackMs += lostMs;
        this.noteDue(run, run.attempt);
      }
    }
  }

  private ask(run: Running): void {
    const { stage } = this.deps;
    const resume = run.committed ? { deliveredTokens: run.deliveredTokens } : null;
    const move = this.feed(run, { type: "next", call: run.spec.id, resume }).find(isMove);
    if (move === undefined) {
      stage.watch.violated("answered", `call ${run.spec.id} got no next move`);
      this.reply(run, "failed", null);
      return;
    }
    stage.watch.moved(run, move, this);
    if (this.deps.trace === true) {
      run.trace += `${Math.round(stage.nowMs)} ${told(move)}; `;
    }
    switch (move.type) {
      case "attempt":
        this.begin(run, move);
        break;
      case "pause":
        run.waitedFor = move.why;
        run.version += 1;
        stage.agenda.note(stage.nowMs + move.forMs, happening.wake, run.slot, run.version);
        break;
      case "finish":
        this.reply(run, move.why === "refused" ? "refused" : "failed", move);
        break;
    }
  }

  private begin(run: Running, move: AttemptMove): void {
    const { stage } = this.deps;
    const place = stage.topology.byTarget.get(move.target.id);
    if (place === undefined) {
      stage.watch.violated("known_target", `call ${run.spec.id} went to ${move.target.id}`);
      this.reply(run, "failed", null);
      return;
    }
    stage.fateChance.place(run.serial, run.tried.length, place.index);
    stage.upstream.attempt(run.fate, place, run.plan, run.key, stage.nowMs, stage.fateChance);
    run.attempt = {
      id: move.attempt,
      move,
      place,
      startedMs: stage.nowMs,
      slackMs: 0,
      hasHead: false,
      hasContent: false,
      due: "head",
      phase: "total",
    };
    run.tried.push(place);
    run.hows.push(move.how);
    run.waitedFor = null;
    run.lastStartedMs = stage.nowMs;
    this.attempts.set(move.attempt, run);
    stage.ledger.attempted(place, move.how);
    this.noteDue(run, run.attempt);
  }

  private noteDue(run: Running, attempt: Attempting): void {
    const { stage } = this.deps;
    run.version += 1;
    const atMs = Math.max(stage.nowMs, attempt.startedMs + nextDueMs(attempt, run.fate));
    stage.agenda.note(atMs, happening.due, run.slot, run.version);
  }

  private commit(run: Running, attempt: Attempting): void {
    if (!run.plan.stream || this.deps.stage.midstream === "buffer") {
      return;
    }
    this.deps.stage.watch.delivering(run, attempt);
    run.committed = true;
  }

  private endByItself(run: Running, attempt: Attempting): void {
    const { nowMs } = this.deps.stage;
    const { fate } = run;
    const waitMs = run.spec.limits.retryAfterWaitMs;
    const failure = failureOf(fate.end, nowMs - attempt.startedMs, waitMs);
    if (failure === null) {
      this.end(run, attempt, { kind: "success", outputTokens: fate.tokens, isPlain: false });
      this.reply(run, "served", attempt.move);
      return;
    }
    this.fail(run, attempt, failure);
  }

  private endByTimer(run: Running, attempt: Attempting): void {
    if (attempt.move.times.impatient && !attempt.hasContent && attempt.phase !== "connect") {
      run.impatience += 1;
      this.end(run, attempt, { kind: "cancelled" });
      this.ask(run);
      return;
    }
    this.fail(run, attempt, timeoutFailure(attempt.phase, run.spec.limits.retryAfterWaitMs));
  }

  private fail(run: Running, attempt: Attempting, failure: Failure): void {
    const { stage } = this.deps;
    run.failures += 1;
    if (failure.next === "other_credential") {
      run.refusedBy = [...run.refusedBy, attempt.place.target.provider];
    }
    run.firstFailedMs ??= stage.nowMs;
    this.countDelivered(run, attempt);
    this.end(run, attempt, { kind: "failure", failure });
    this.ask(run);
  }

  private withdraw(run: Running, attempt: Attempting, why: "migrated" | "switched_off"): void {
    run.firstFailedMs ??= this.deps.stage.nowMs;
    run.withdrawals += 1;
    this.countDelivered(run, attempt);
    this.end(run, attempt, { kind: "withdrawn", why });
    this.ask(run);
  }

  private countDelivered(run: Running, attempt: Attempting): void {
    if (!attempt.hasContent || !run.committed) {
      return;
    }
    const { fate } = run;
    const untilMs = Math.min(this.deps.stage.nowMs - attempt.startedMs, fate.stallMs);
    const tokens = Math.floor((untilMs - fate.firstMs) / Math.max(1, fate.msPerToken));
    run.deliveredTokens += Math.max(0, Math.min(fate.tokens, tokens));
  }

  private end(run: Running, attempt: Attempting, outcome: AttemptOutcome): void {
    this.attempts.delete(attempt.id);
    run.attempt = null;
    run.version += 1;
    this.deps.stage.watch.ending(run, attempt, outcome, this);
    const decisions = this.feed(run, { type: "attempt_ended", attempt: attempt.id, outcome });
    this.deps.stage.watch.ended(run, attempt, outcome, decisions, this);
  }

  private reply(run: Running, reply: Reply, move: Move | null): void {
    run.version += 1;
    run.isOver = true;
    this.feed(run, { type: "call_ended", call: run.spec.id });
    this.deps.stage.watch.replied(run, reply, move);
    this.deps.onReply(run, reply, move);
  }

  private feed(run: Running, event: Event): readonly Decision[] {
    this.deps.stage.stepChance.place(run.serial, run.fed, this.node);
    run.fed += 1;
    return this.apply(event);
  }

  private apply(event: Event): readonly Decision[] {
    const { stage, skipsTicksOfMs } = this.deps;
    if (skipsTicksOfMs !== undefined && this.world.tickedMs !== null) {
      this.world.tickedMs = Math.max(this.world.tickedMs, stage.nowMs - skipsTicksOfMs);
    }
    const decisions = this.deps.step(this.world, event, stage.nowMs, stage.drawStep);
    for (const decision of decisions) {
      stage.digest.decision(stage.nowMs, decision);
      if (decision.type === "migrate") {
        this.migrating.push(decision.attempt);
      } else if (!isMove(decision) && decision.type !== "planned") {
        this.deps.onDecision(decision);
      }
    }
    return decisions;
  }
}

function isMove(decision: Decision): decision is Move {
  return decision.type === "attempt" || decision.type === "pause" || decision.type === "finish";
}

function told(move: Move): string {
  switch (move.type) {
    case "attempt":
      return `${move.how} ${move.target.id}`;
    case "pause":
      return `pause ${move.forMs}`;
    case "finish":
      return `finish ${move.why}`;
  }
}
