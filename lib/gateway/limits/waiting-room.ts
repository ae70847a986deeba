/** Where calls wait for money that is being leased: in their order, and never for long. */
import type { GatewayError } from "../../shared/errors";
import type { KeyBudget } from "./key-limits";
import { type Overdue, whenOverdue } from "./overdue";
import type { NoMoney } from "./refusals";

/** Money that a call needs. */
export type Order = {
  readonly keyId: string;
  readonly budget: KeyBudget;
  readonly nanoUsd: number;
};

export type WaitingRoom<Got> = {
  /** What the order gets. @throws {GatewayError} when it was asked for and did not come, or took too long. */
  wait(order: Order): Promise<Got>;
  /** The orders that wait; from now on they count as asked for. */
  ask(): readonly Order[];
  /** Hands out what there is; `failed` when the asking did, and then nobody stays. */
  serve(failed: boolean): void;
  isEmpty(): boolean;
};

export type WaitingRoomDeps<Got> = {
  /** What is there for an order; null when it is not enough. */
  take(order: Order): Got | null;
  refusal(order: Order, why: NoMoney["why"]): GatewayError;
  readonly patienceMs: number;
};

type Waiting<Got> = {
  readonly order: Order;
  asked: boolean;
  readonly patience: Overdue;
  readonly grant: (got: Got) => void;
  readonly refuse: (error: GatewayError) => void;
};

/** A room in which nobody waits yet. */
export function createWaitingRoom<Got>(deps: WaitingRoomDeps<Got>): WaitingRoom<Got> {
  let waiting: Waiting<Got>[] = [];
  /** Whether the order could be answered. */
  const isSettled = (one: Waiting<Got>, why: NoMoney["why"] | null): boolean => {
    const got = deps.take(one.order);
    if (got === null && why === null) {
      return false;
    }
    one.patience.cancel();
    if (got !== null) {
      one.grant(got);
    } else if (why !== null) {
      one.refuse(deps.refusal(one.order, why));
    }
    return true;
  };
  return {
    wait: (order) =>
      new Promise((resolve, reject) => {
        const one: Waiting<Got> = {
          order,
          asked: false,
          grant: resolve,
          refuse: reject,
          patience: whenOverdue(deps.patienceMs, () => {
            waiting = waiting.filter((other) => other !== one);
            isSettled(one, "database_away");
          }),
        };
        waiting.push(one);
      }),
    ask() {
      return waiting.map((one) => {
        one.asked = true;
        return one.order;
      });
    },
    serve(failed) {
      waiting = waiting.filter((one) => {
        const why = one.asked ? "used_up" : null;
        return !isSettled(one, failed ? "database_away" : why);
      });
    },
    isEmpty: () => waiting.length === 0,
  };
}
