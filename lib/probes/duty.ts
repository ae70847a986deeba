/** Which of several nodes looks at the providers, and how much of the looking is this one's. */
import type { ProbeVerdict } from "../core/events";

/**
 * `prober`: looks for all, as the database says. `listener`: another one does. `alone`: the database does not say who
 * does, so each looks for itself.
 */
export type Role = "prober" | "listener" | "alone";

export type Duty = {
  /** Looks at what is due by the clock; else only at what the router wishes, and at what nobody has measured yet. */
  readonly isRegular: boolean;
  /** Regular intervals grow by this. */
  readonly spread: number;
  /** This node's part of the probe budget, 0..1. The parts of all nodes are never more than the whole. */
  readonly budgetRatio: number;
};

/** What is known of the lease; instants are monotonic, null for never. */
export type LeaseView = {
  /** Our own lease lasts until here, counted from before it was asked for. */
  readonly heldUntilMs: number | null;
  /** When the database last said who holds it. */
  readonly heardMs: number;
};

/** The role at `nowMs`; without word of the database for `leaseMs` nobody's lease lasts any more. */
export function roleOf({ heldUntilMs, heardMs }: LeaseView, leaseMs: number, nowMs: number): Role {
  if (heldUntilMs !== null && nowMs < heldUntilMs) {
    return "prober";
  }
  return nowMs - heardMs < leaseMs ? "listener" : "alone";
}

/** The duty of a role among `nodes` live ones. */
export function dutyOf(role: Role, nodes: number): Duty {
  switch (role) {
    case "prober":
      // Half is left for the second looks of the others.
      return { isRegular: true, spread: 1, budgetRatio: nodes > 1 ? 0.5 : 1 };
    case "listener":
      return { isRegular: false, spread: 1, budgetRatio: 0.5 / Math.max(1, nodes - 1) };
    case "alone":
      return { isRegular: true, spread: nodes, budgetRatio: 1 / nodes };
  }
}

/**
 * What another node's look is worth here: where it agrees that all is well it saves a look of our own (`heard`); where it
 * disagrees it starts one (`look`); it never changes a state by itself, so a node that lies or is cut off moves nobody.
 */
export function worthOf(isWellHere: boolean, verdict: ProbeVerdict): "heard" | "look" | "nothing" {
  switch (verdict) {
    case "pass":
      return isWellHere ? "heard" : "look";
    case "capacity":
      return "nothing";
    case "fail":
    case "credential":
    case "quota":
    case "access":
    case "configuration":
      return isWellHere ? "look" : "nothing";
  }
}
