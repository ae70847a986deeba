/** The world of this node: feeds events to `core`'s step function and hands its decisions to whoever acts on them. */
import type { Failure } from "../core/classify";
import { type Decision, type Event, type World, emptyWorld, healthOf, step } from "../core/health";
import type { Target } from "../core/types";

export type Ticket = { readonly attempt: number; readonly epoch: number };

export type Healer = {
  readonly world: World;
  apply(event: Event): void;
  /** Notes the start of an attempt; the ticket goes into its end. */
  begin(target: Target): Ticket;
  end(
    target: Target,
    ticket: Ticket,
    outcome: { kind: "success" } | { kind: "failure"; failure: Failure } | { kind: "cancelled" },
  ): void;
  /** Hears every decision from now on. */
  subscribe(listener: (decision: Decision) => void): void;
};

/** A healer over an empty world. */
export function createHealer(now: () => number, random: () => number): Healer {
  const world = emptyWorld();
  const listeners: ((decision: Decision) => void)[] = [];
  let attempts = 0;
  const apply = (event: Event): void => {
    const decisions = step(world, event, now(), random);
    for (const decision of decisions) {
      for (const listener of listeners) {
        listener(decision);
      }
    }
  };
  return {
    world,
    apply,
    begin(target) {
      attempts += 1;
      const attempt = attempts;
      apply({ type: "attempt_started", target, attempt });
      return { attempt, epoch: healthOf(world, target.id).epoch };
    },
    end(target, ticket, outcome) {
      apply({ type: "attempt_ended", target, ...ticket, outcome });
    },
    subscribe(listener) {
      listeners.push(listener);
    },
  };
}
