/** The router of this node: feeds events to `core`'s step function and hands its decisions to whoever acts on them. */
import type {
  AttemptOutcome,
  CallSpec,
  Decision,
  Event,
  Move,
  RateLimits,
  Resume,
} from "../core/events";
import type { Plan } from "../core/plan";
import { step } from "../core/step";
import { type World, emptyWorld } from "../core/world";

export type Router = {
  readonly world: World;
  /** Applies an event; its decisions go to the subscribers and come back. */
  apply(event: Event): readonly Decision[];
  /** Begins a call: the reading of the world at this moment, kept for the log. */
  plan(call: CallSpec): Plan;
  /** What the call does next; an attempt has started when this returns. */
  next(call: string, resume?: Resume): Move;
  head(attempt: number, limits: RateLimits | null): void;
  firstContent(attempt: number): void;
  end(attempt: number, outcome: AttemptOutcome): void;
  endCall(call: string): void;
  /** Hears every decision from now on. */
  subscribe(listener: (decision: Decision) => void): void;
};

/** Sees each event with its time and the chance that it drew, so that a run can be played again. */
export type Recorder = (
  event: Event,
  nowMs: number,
  drawn: readonly number[],
  decisions: readonly Decision[],
) => void;

/** A router over an empty world. `random` yields numbers in 0..1. */
export function createRouter(now: () => number, random: () => number, record?: Recorder): Router {
  const world = emptyWorld();
  const listeners: ((decision: Decision) => void)[] = [];
  let drawn: number[] = [];
  const draw = (): number => {
    const chance = random();
    drawn.push(chance);
    return chance;
  };
  const apply = (event: Event): readonly Decision[] => {
    const nowMs = now();
    const decisions = step(world, event, nowMs, record === undefined ? random : draw);
    record?.(event, nowMs, drawn, decisions);
    drawn = [];
    for (const decision of decisions) {
      for (const listener of listeners) {
        listener(decision);
      }
    }
    return decisions;
  };
  return {
    world,
    apply,
    plan(call) {
      const planned = apply({ type: "call_started", call }).find((one) => one.type === "planned");
      if (planned === undefined) {
        throw new Error("a call was not planned");
      }
      return planned.plan;
    },
    next(call, resume) {
      const move = apply({ type: "next", call, resume: resume ?? null }).find(isMove);
      if (move === undefined) {
        throw new Error("a call got no next move");
      }
      return move;
    },
    head: (attempt, limits) => void apply({ type: "head", attempt, limits }),
    firstContent: (attempt) => void apply({ type: "first_content", attempt }),
    end: (attempt, outcome) => void apply({ type: "attempt_ended", attempt, outcome }),
    endCall: (call) => void apply({ type: "call_ended", call }),
    subscribe(listener) {
      listeners.push(listener);
    },
  };
}

function isMove(decision: Decision): decision is Move {
  return decision.type === "attempt" || decision.type === "pause" || decision.type === "finish";
}
