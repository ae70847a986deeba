/** The invariants of a call: replies, attempts, sources, deadlines, and that no call fails while somebody could serve it. */
import { type Target, holdAt } from "../core/types";
import { isFull, limitedUntilMs } from "../core/capacity";
import type { AttemptMove, Move } from "../core/events";
import { labelOf } from "../core/world";
import type { Attempting, Running } from "./running";
import type { Reply, Shell } from "./shell";
import type { Watch } from "./watch";

const minAttemptMs = 1_000;
const attemptsPerPair = 2;
const toleranceMs = 1;

type Finish = Extract<Move, { type: "finish" }>;

export class CallRules {
  private readonly watch: Watch;

  constructor(watch: Watch) {
    this.watch = watch;
  }

  /** A plan leaves out nobody whom people, residency and the prompt's length allow. */
  planned(run: Running): void {
    for (const entry of run.spec.route.entries) {
      for (const target of entry.targets) {
        if (this.isOpenTo(run, target) && !run.candidates.some((one) => one.target === target)) {
          this.watch.violated("plan_complete", `${run.spec.id}: ${target.id} is left out`);
        }
      }
    }
  }

  private isOpenTo(run: Running, target: Target): boolean {
    const { stage } = this.watch;
    return (
      holdAt(stage.snapshot, target, stage.nowMs) === null &&
      isAllowed(run, target) &&
      isLargeEnough(run, target)
    );
  }

  moved(run: Running, move: Move, shell: Shell): void {
    if (run.isOver) {
      this.watch.violated("one_reply", `${run.spec.id} got a ${move.type} after its reply`);
    }
    switch (move.type) {
      case "attempt":
        this.attempting(run, move, shell);
        break;
      case "pause":
        if (!(move.forMs >= 0) || this.watch.stage.nowMs + move.forMs > latestMs(run)) {
          this.watch.violated(
            "deadline",
            `${run.spec.id} waits ${move.forMs} ms past its deadline`,
          );
        }
        break;
      case "finish":
        this.finishing(run, move, shell);
        break;
    }
  }

  delivering(run: Running, attempt: Attempting): void {
    if (run.committed && attempt.move.splice === null) {
      this.watch.violated("one_source", `${run.spec.id} got content of two answers, unspliced`);
    }
  }

  migrating(run: Running | undefined, attempt: number): void {
    if (run === undefined) {
      this.watch.violated("migrate", `attempt ${attempt} is asked back and is not under way`);
    } else if (run.migrations > 0) {
      this.watch.violated("migrate", `${run.spec.id} is asked to move twice`);
    }
  }

  ended(run: Running): void {
    if (run.isOver) {
      this.watch.violated("one_reply", `${run.spec.id} had an attempt end after its reply`);
    }
  }

  replied(run: Running, reply: Reply, move: Move | null): void {
    if (run.attempt !== null) {
      this.watch.violated("one_reply", `${run.spec.id} was ${reply} with an attempt under way`);
    }
    if (move === null && reply !== "left") {
      this.watch.violated("one_reply", `${run.spec.id} was ${reply} without a reason`);
    }
  }

  private attempting(run: Running, move: AttemptMove, shell: Shell): void {
    const { stage } = this.watch;
    const { spec } = run;
    const { target, times, how } = move;
    if (holdAt(stage.snapshot, target, stage.nowMs) !== null) {
      this.watch.violated("switched_off", `${spec.id} went to ${target.id}, which is switched off`);
    }
    if (!isAllowed(run, target)) {
      this.watch.violated(
        "residency",
        `${spec.id} went to ${target.id}, which its key may not use`,
      );
    }
    if (run.committed !== (how === "resume") || (how === "resume") !== (move.splice !== null)) {
      this.watch.violated("one_source", `${spec.id}: ${how}, splice ${String(move.splice)}`);
    }
    if (how === "resume") {
      return;
    }
    this.checkCounts(run, move, shell);
    const leftMs = run.startedMs + callMs(run, target) - stage.nowMs;
    if (leftMs < minAttemptMs - toleranceMs) {
      this.watch.violated("deadline", `${spec.id} starts with ${leftMs} ms left`);
    }
    if (times.firstMs > leftMs + toleranceMs || times.connectMs > leftMs + toleranceMs) {
      this.watch.violated("deadline", `${spec.id} waits ${times.firstMs} ms with ${leftMs} left`);
    }
    if (run.tried.length === 0 && this.watch.truth.isCalm && this.watch.isUntouched) {
      this.checkFirst(run, move);
    }
  }

  private checkCounts(run: Running, move: AttemptMove, shell: Shell): void {
    const { spec, tried } = run;
    if (tried.length === 0) {
      return;
    }
    for (const pair of this.untriedPairs(run, false)) {
      if (this.isPanicFull(pair, run, shell)) {
        run.excused = [...run.excused, pair];
      }
    }
    if (tried.length >= spec.limits.attempts && tried.length >= run.pairs + 1) {
      this.watch.violated("attempt_cap", `${spec.id} makes attempt ${tried.length + 1}`);
    }
    const { target } = move;
    const onTarget = tried.filter((place) => place.target.id === target.id).length;
    const isAgain = move.how === "retry" || run.withdrawals > 0 || run.impatience > 0;
    if (onTarget > 0 && run.waitedFor !== "capacity" && (onTarget > 1 || !isAgain)) {
      this.watch.violated("same_target", `${spec.id} asks ${target.id} again (${move.how})`);
    }
    const onPair = tried.filter((place) => place.target.pair === target.pair).length;
    // What was taken back is no failure of the pair.
    const isFair = run.waitedFor !== "capacity" && run.impatience + run.withdrawals === 0;
    if (onPair >= attemptsPerPair && isFair && this.untriedWell(run, shell).length > 0) {
      this.watch.violated("two_per_pair", `${spec.id} asks ${target.pair} a third time`);
    }
  }

  private checkFirst(run: Running, move: AttemptMove): void {
    const first = run.spec.route.entries.findIndex((entry) =>
      entry.targets.some((target) => isAllowed(run, target) && isLargeEnough(run, target)),
    );
    if (move.entryIndex !== first) {
      this.watch.violated(
        "first_entry",
        `${run.spec.id} begins at entry ${move.entryIndex} of a healthy chain`,
      );
    }
  }

  /** A call fails only when everything was tried, its time is up, or a cap that is told ended it. */
  private finishing(run: Running, move: Finish, shell: Shell): void {
    const { stage } = this.watch;
    const { spec } = run;
    switch (move.why) {
      case "deadline":
        if (stage.nowMs < latestMs(run) - minAttemptMs - toleranceMs) {
          this.watch.violated("fail_closed", `${spec.id} gives up before its deadline`);
        }
        break;
      case "interrupted":
        if (!run.committed) {
          this.watch.violated("fail_closed", `${spec.id} is interrupted before any content`);
        }
        break;
      case "refused":
        if (move.tried.at(-1)?.failure.verbatim !== true) {
          this.watch.violated("fail_closed", `${spec.id} is refused by nobody`);
        }
        break;
      case "rate_limited":
        this.checkLimited(run, shell);
        break;
      case "exhausted":
      case "no_target":
        this.checkExhausted(run, move, shell);
        break;
    }
  }

  private checkExhausted(run: Running, move: Finish, shell: Shell): void {
    const last = move.tried.at(-1)?.failure;
    const cap = Math.max(run.spec.limits.attempts, run.pairs + 1);
    if (last?.next === "none") {
      return;
    }
    // Attempts that were taken back count too, and who had no room then may have some now.
    const isExcused =
      run.withdrawals > 0 || move.tried.some(({ failure }) => failure.health === "capacity");
    if (run.tried.length >= cap && isExcused) {
      return;
    }
    const untried = this.untriedPairs(run, last?.next === "larger_window").filter(
      (pair) =>
        !run.excused.includes(pair) &&
        !this.isPanicFull(pair, run, shell) &&
        !this.isTooLate(pair, run),
    );
    if (untried.length > 0) {
      this.watch.violated(
        "fail_closed",
        `${run.spec.id} failed and never tried ${untried.join(", ")}`,
      );
    }
  }

  /** Whether all of a pair's targets are full of panic or limited. */
  private isPanicFull(pair: string, run: Running, shell: Shell): boolean {
    return this.eligible(run)
      .filter((target) => target.pair === pair)
      .every((target) => isFullOfPanic(target, shell) || this.hasNoRoom(target, run, shell));
  }

  private hasNoRoom(target: Target, run: Running, shell: Shell): boolean {
    const capacity = shell.world.targets.get(target.id)?.capacity;
    const { promptTokens } = run.spec.needs;
    return (
      capacity !== undefined &&
      limitedUntilMs(capacity, promptTokens, this.watch.stage.nowMs) !== null
    );
  }

  private isTooLate(pair: string, run: Running): boolean {
    const leftMs = (target: Target): number =>
      run.startedMs + callMs(run, target) - this.watch.stage.nowMs;
    return run.candidates.every(
      ({ target }) => target.pair !== pair || leftMs(target) < minAttemptMs + toleranceMs,
    );
  }

  /** Pairs without an attempt of this call, of which a target is well and has room. */
  private untriedWell(run: Running, shell: Shell): readonly string[] {
    const { nowMs } = this.watch.stage;
    const isWell = (target: Target): boolean => {
      const health = shell.world.targets.get(target.id);
      return (
        health !== undefined &&
        labelOf(shell.world, target, nowMs) === "closed" &&
        health.place.circuit.breaker.state === "closed" &&
        (health.avoided.get(run.spec.key) ?? 0) <= nowMs &&
        !isFull(health.capacity, health.inFlight) &&
        limitedUntilMs(health.capacity, run.spec.needs.promptTokens, nowMs) === null
      );
    };
    return this.untriedPairs(run, false).filter(
      (pair) =>
        !this.isTooLate(pair, run) &&
        this.eligible(run).some((target) => target.pair === pair && isWell(target)),
    );
  }

  private checkLimited(run: Running, shell: Shell): void {
    const pairs = new Set(run.tried.map((place) => place.target.pair));
    const untried = this.eligible(run).find(
      (target) =>
        !pairs.has(target.pair) &&
        !this.hasNoRoom(target, run, shell) &&
        !isFullOfPanic(target, shell),
    );
    if (untried !== undefined) {
      this.watch.violated(
        "fail_closed",
        `${run.spec.id} failed for limits; ${untried.id} has none`,
      );
    }
  }

  private untriedPairs(run: Running, largerOnly: boolean): readonly string[] {
    const tried = new Set(run.tried.map((place) => place.target.pair));
    const window = run.tried.at(-1)?.model.contextTokens ?? null;
    const pairs = this.eligible(run)
      .filter((target) => {
        const offered = target.capabilities.contextTokens;
        return !largerOnly || (window !== null && offered !== null && offered > window);
      })
      .map((target) => target.pair);
    return [...new Set(pairs)].filter((pair) => !tried.has(pair));
  }

  /** What people, and providers that refused the account, leave to the call now. */
  private eligible(run: Running): readonly Target[] {
    const { stage } = this.watch;
    return run.candidates
      .map(({ target }) => target)
      .filter(
        (target) =>
          holdAt(stage.snapshot, target, stage.nowMs) === null &&
          !run.refusedBy.includes(target.provider),
      );
  }
}

/** In panic a target that may be broken takes ten calls at a time: a cap of ours. */
function isFullOfPanic(target: Target, shell: Shell): boolean {
  return (shell.world.targets.get(target.id)?.inFlight ?? 0) >= 10;
}

function isAllowed(run: Running, target: Target): boolean {
  const { allowedRegions } = run.spec.constraints;
  return allowedRegions === null || allowedRegions.has(target.region);
}

function isLargeEnough(run: Running, target: Target): boolean {
  const { contextTokens } = target.capabilities;
  return contextTokens === null || run.spec.needs.promptTokens <= contextTokens;
}

function callMs(run: Running, target: Target): number {
  const { limits, needs } = run.spec;
  return needs.reasoning || target.capabilities.reasoning
    ? limits.reasoningTotalMs
    : limits.totalMs;
}

function latestMs(run: Running): number {
  const most = run.spec.route.entries
    .flatMap((entry) => entry.targets)
    .reduce((longest, target) => Math.max(longest, callMs(run, target)), 0);
  return run.startedMs + most;
}
