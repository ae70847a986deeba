/** A simulated call between its arrival and its reply, as the shell around the router holds it. */
import type { AttemptMove, CallSpec } from "../core/events";
import type { Target } from "../core/types";
import type { CallPlan, KeyPlan, Workload } from "./scenario";
import type { Place } from "./topology";
import { type Fate, blankFate } from "./upstream";

/** What an attempt waits for: its head, its first content, its end, or a timer that is faster. */
export type Due = "head" | "content" | "end" | "timeout";
export type TimeoutPhase = "connect" | "ttft" | "idle" | "progress" | "total";

export type Running = {
  readonly slot: number;
  readonly serial: number;
  readonly spec: CallSpec;
  readonly plan: CallPlan;
  readonly key: KeyPlan;
  readonly workload: Workload;
  readonly node: number;
  /** Which try of its caller's client this is, from 0. */
  readonly clientTry: number;
  /** Grows with every change, so that what was noted before is known to be stale. */
  version: number;
  /** Events fed to the router so far. */
  fed: number;
  startedMs: number;
  isOver: boolean;
  avoided: boolean;
  /** Targets of the plan, and how many pairs they make. */
  planned: readonly Target[];
  pairs: number;
  /** The attempt under way; null between attempts. */
  attempt: Attempting | null;
  readonly fate: Fate;
  /** Places tried, in order. */
  readonly tried: Place[];
  readonly hows: AttemptMove["how"][];
  failures: number;
  migrations: number;
  /** Attempts that ended because the caller's own time for them was over. */
  impatience: number;
  firstFailedMs: number | null;
  /** Why it waited before its newest attempt; null when it did not. */
  waitedFor: "retry" | "capacity" | null;
  /** Start of the newest attempt. */
  lastStartedMs: number;
  /** Content has gone out to the caller. */
  committed: boolean;
  deliveredTokens: number;
  trace: string;
};

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

/** A call that has not asked for anything yet. */
export function newRunning(
  about: Pick<
    Running,
    "slot" | "serial" | "spec" | "plan" | "key" | "workload" | "node" | "clientTry" | "version"
  >,
): Running {
  return {
    ...about,
    fed: 0,
    startedMs: 0,
    isOver: false,
    avoided: false,
    planned: [],
    pairs: 0,
    attempt: null,
    fate: blankFate(),
    tried: [],
    hows: [],
    failures: 0,
    migrations: 0,
    impatience: 0,
    firstFailedMs: null,
    waitedFor: null,
    lastStartedMs: 0,
    committed: false,
    deliveredTokens: 0,
    trace: "",
  };
}

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
