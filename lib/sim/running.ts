/** A simulated call between its arrival and its reply, as the shell around the router holds it. */
import type { AttemptMove, CallSpec } from "../core/events";
import type { Candidate } from "../core/plan";
import type { CallPlan, KeyPlan, Workload } from "./scenario";
import type { Place } from "./topology";
import { type Fate, blankFate } from "./upstream";

/** What an attempt waits for: its head, its first content, its end, or a timer that is faster. */
export type Due = "head" | "content" | "end" | "timeout";
export type TimeoutPhase = "connect" | "ttft" | "idle" | "progress" | "total";

export type Caller = {
  readonly plan: CallPlan;
  readonly key: KeyPlan;
  readonly node: number;
  /** Which try of its client this is, from 0. */
  readonly clientTry: number;
};

export class Running {
  startedMs = 0;
  /** Events fed to the router so far. */
  fed = 0;
  isOver = false;
  avoided = false;
  candidates: readonly Candidate[] = [];
  /** The attempt under way; null between attempts. */
  attempt: Attempting | null = null;
  readonly fate: Fate = blankFate();
  /** Places tried, in order. */
  readonly tried: Place[] = [];
  readonly hows: AttemptMove["how"][] = [];
  /** Pairs that took no more calls in panic, or had no room, when an attempt was chosen. */
  excused: readonly string[] = [];
  /** Providers that refused the account: all their models are out. */
  refusedBy: readonly string[] = [];
  failures = 0;
  migrations = 0;
  /** Attempts that were taken back: migrated, or at a target that a person disabled. */
  withdrawals = 0;
  /** Attempts that ended because the caller's own time for them was over. */
  impatience = 0;
  firstFailedMs: number | null = null;
  /** Why it waited before its newest attempt; null when it did not. */
  waitedFor: "retry" | "capacity" | null = null;
  /** Start of the newest attempt. */
  lastStartedMs = 0;
  /** Content has gone out to the caller. */
  committed = false;
  deliveredTokens = 0;
  trace = "";

  readonly slot: number;
  readonly serial: number;
  readonly spec: CallSpec;
  readonly who: Caller;
  readonly workload: Workload;
  /** Grows with every change, so that what was noted before is known to be stale. */
  version: number;

  constructor(
    place: { readonly slot: number; readonly version: number },
    serial: number,
    spec: CallSpec,
    who: Caller,
    workload: Workload,
  ) {
    this.slot = place.slot;
    this.version = place.version;
    this.serial = serial;
    this.spec = spec;
    this.who = who;
    this.workload = workload;
  }

  get plan(): CallPlan {
    return this.who.plan;
  }

  get key(): KeyPlan {
    return this.who.key;
  }

  get node(): number {
    return this.who.node;
  }

  /** Pairs of the plan. */
  get pairs(): number {
    return new Set(this.candidates.map(({ target }) => target.pair)).size;
  }
}

export type Attempting = {
  readonly id: number;
  readonly move: AttemptMove;
  readonly place: Place;
  readonly startedMs: number;
  /** What the attempt's node lost by standing still: its timers were armed again. */
  slackMs: number;
  hasHead: boolean;
  hasContent: boolean;
  due: Due;
  phase: TimeoutPhase;
};

/** Finds what comes next of an attempt and when, in milliseconds from its start. */
export function nextDueMs(attempt: Attempting, fate: Fate): number {
  const { times, streamed } = attempt.move;
  const slackMs = attempt.slackMs;
  if (!attempt.hasHead && fate.connectMs > times.connectMs + slackMs) {
    return decide(
      attempt,
      "timeout",
      "connect",
      Math.min(times.connectMs, times.firstMs) + slackMs,
    );
  }
  if (!attempt.hasContent) {
    const natural = soonest(attempt, fate, streamed);
    const limitMs = times.firstMs + slackMs;
    return limitMs < natural
      ? decide(attempt, "timeout", streamed ? "ttft" : "total", limitMs)
      : natural;
  }
  const silentFromMs = Math.min(fate.stallMs, fate.endMs);
  const idleMs = silentFromMs + (fate.stallAlive ? times.progressMs : times.idleMs) + slackMs;
  const totalMs = times.totalMs + slackMs;
  if (fate.endMs <= idleMs && fate.endMs <= totalMs) {
    return decide(attempt, "end", "total", fate.endMs);
  }
  if (totalMs < idleMs) {
    return decide(attempt, "timeout", "total", totalMs);
  }
  return decide(attempt, "timeout", fate.stallAlive ? "progress" : "idle", idleMs);
}

function soonest(attempt: Attempting, fate: Fate, streamed: boolean): number {
  if (!attempt.hasHead && fate.headMs <= fate.endMs) {
    return decide(attempt, "head", "total", fate.headMs);
  }
  if (streamed && fate.firstMs < fate.endMs) {
    return decide(attempt, "content", "total", fate.firstMs);
  }
  return decide(attempt, "end", "total", fate.endMs);
}

function decide(attempt: Attempting, due: Due, phase: TimeoutPhase, atMs: number): number {
  attempt.due = due;
  attempt.phase = phase;
  return atMs;
}
