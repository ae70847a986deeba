/**
 * The money of keys with a budget: every node leases a part of it, and calls spend what is here.
 *
 * A call never asks the database. When nothing is left here it waits for the lease that is asked for anyway, at most a second,
 * and only while the budget may have more; that is better than a refusal while most of the budget is unspent.
 */
import { freeNanoUsd, setAside, settle } from "../../core/purse";
import type { GatewayError } from "../../shared/errors";
import type { Exchanged, LeaseRequest } from "../../store/budgets";
import {
  type Account,
  expire,
  isClosed,
  isDue,
  isOver,
  leaseRequest,
  measureUse,
  openAccount,
  takeAnswer,
} from "./account";
import { createCalendar } from "./calendar";
import type { KeyBudget } from "./key-limits";
import { whenOverdue } from "./overdue";
import { type NoMoney, budgetError } from "./refusals";
import { type Order, createWaitingRoom } from "./waiting-room";

/** Money that is set aside for one call. */
export type SetAside = {
  /** Sets so much aside that it is `nanoUsd` altogether; false when that is not there. */
  raiseTo(nanoUsd: number): boolean;
  /** Ends it: `costNanoUsd` is spent, the rest is free again. */
  settle(costNanoUsd: number): void;
};

export type BankDeps = {
  /** Asks the budgets for leases of `leaseSeconds`; see lib/store/budgets.ts. */
  exchange(requests: readonly LeaseRequest[], leaseSeconds: number): Promise<Exchanged>;
  /** The database's clock, epoch ms. */
  readClock(): Promise<number>;
  /** Ends the leases of the dead. */
  endLeases(): Promise<unknown>;
  /** What a key without a strict budget may spend beyond its lease while the database is away, over all nodes. */
  readonly graceNanoUsd: () => number;
  readonly liveNodes: () => number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  onTrouble(line: string): void;
};

export type Bank = {
  /**
   * Sets `nanoUsd` of a key's budget aside; a promise only when it has to be leased first.
   *
   * @throws {GatewayError} `budget_exceeded`.
   */
  reserve(keyId: string, budget: KeyBudget, nanoUsd: number): SetAside | Promise<SetAside>;
  counts(): BankCounts;
  /** Tells what was spent and gives back the rest. Calls must have ended. */
  close(): Promise<void>;
};

export type BankCounts = {
  /** Keys that hold money here. */
  readonly accounts: number;
  readonly exchanges: number;
  readonly failedExchanges: number;
  /** Calls that had to wait for a lease. */
  readonly waits: number;
  /** The database does not answer. */
  readonly isAway: boolean;
};

const tickEveryMs = 1_000;
/** A database that takes longer counts as away; a call waits no longer than this. */
const answerWithinMs = 1_000;
/** What a budget said of its room holds for so long. */
const roomKnownMs = 1_000;
/** A node that is cut off may spend its lease for so long; then what it has not told is looked up in the log. */
const leaseSeconds = 900;
const endLeasesEveryMs = 15_000;
/** The next month's money is leased before it begins. */
const aheadOfMonthMs = 60_000;

/** Begins to lease as soon as a key with a budget calls. */
export function startBank(deps: BankDeps): Bank {
  const accounts = new Map<string, Account>();
  const calendar = createCalendar(deps.now);
  let round: { readonly done: Promise<void> } | null = null;
  /** The present round takes too long. */
  let isSlow = false;
  let failed = false;
  let measuredMs = deps.now();
  let endedMs = deps.now();
  let ending: Promise<unknown> | null = null;
  const counts = { exchanges: 0, failedExchanges: 0, waits: 0 };

  const accountOf = (keyId: string, ofMonth: string, budget: KeyBudget): Account => {
    const id = `${ofMonth} ${keyId}`;
    let account = accounts.get(id);
    if (account === undefined) {
      account = openAccount(keyId, ofMonth, budget, deps.now());
      accounts.set(id, account);
    }
    account.budget = budget;
    return account;
  };
  const isAway = (): boolean => failed || isSlow;
  const overdraftNanoUsd = ({ strict }: KeyBudget): number =>
    strict || !isAway() ? 0 : Math.floor(deps.graceNanoUsd() / deps.liveNodes());

  const noMoney = (why: NoMoney["why"], budget: KeyBudget, nanoUsd: number): GatewayError => {
    const resetsAtMs = calendar.nextMonthAtMs();
    return budgetError(budget, { why, neededNanoUsd: nanoUsd, resetsAtMs });
  };
  const isSetAside = (account: Account, nanoUsd: number): boolean => {
    expire(account, deps.now());
    return setAside(account.purse, nanoUsd, overdraftNanoUsd(account.budget));
  };
  const toSetAside = (account: Account, nanoUsd: number): SetAside => {
    let reserved = nanoUsd;
    account.usedMs = deps.now();
    return {
      raiseTo(wanted) {
        if (wanted <= reserved) {
          return true;
        }
        if (!isSetAside(account, wanted - reserved)) {
          return false;
        }
        reserved = wanted;
        return true;
      },
      settle(costNanoUsd) {
        settle(account.purse, reserved, costNanoUsd);
        reserved = 0;
      },
    };
  };

  /** Nobody waits for what was asked for and did not come. */
  const room = createWaitingRoom<SetAside>({
    patienceMs: answerWithinMs,
    take({ keyId, budget, nanoUsd }) {
      const account = accountOf(keyId, calendar.month(deps.now()), budget);
      return isSetAside(account, nanoUsd) ? toSetAside(account, nanoUsd) : null;
    },
    refusal: ({ budget, nanoUsd }, why) => noMoney(why, budget, nanoUsd),
  });

  const dueRequests = (nowMs: number): { account: Account; request: LeaseRequest }[] => {
    const present = calendar.month(nowMs);
    const wanted = new Map<Account, number>();
    for (const { keyId, budget, nanoUsd } of room.ask()) {
      const account = accountOf(keyId, present, budget);
      wanted.set(account, (wanted.get(account) ?? 0) + nanoUsd);
    }
    return [...accounts.values()].flatMap((account) => {
      const needed = wanted.get(account) ?? 0;
      const over = isOver(account, present, nowMs);
      expire(account, nowMs);
      return needed > 0 || isDue(account, over, nowMs)
        ? [{ account, request: leaseRequest(account, needed, over) }]
        : [];
    });
  };

  const exchangeDue = async (): Promise<void> => {
    if (failed || !calendar.isKnown()) {
      calendar.hear(await deps.readClock());
    }
    const sentMs = deps.now();
    const due = dueRequests(sentMs);
    if (due.length === 0) {
      return;
    }
    counts.exchanges += 1;
    const told = await deps.exchange(
      due.map(({ request }) => request),
      leaseSeconds,
    );
    calendar.hear(told.nowMs);
    const answers = new Map(told.answers.map((answer) => [answer.holder, answer]));
    const leasedUntilMs = sentMs + leaseSeconds * 1_000;
    for (const { account, request } of due) {
      const answer = answers.get(account.holder);
      if (answer !== undefined) {
        takeAnswer(account, request, answer, { leasedUntilMs, nowMs: deps.now() });
      }
    }
  };

  /** Beside the exchanges: it reads the call log, which may take its time. */
  const endDeadLeases = (nowMs: number): void => {
    if (ending === null && !failed && nowMs - endedMs > endLeasesEveryMs) {
      endedMs = nowMs;
      ending = deps
        .endLeases()
        .catch(() => undefined)
        .finally(() => {
          ending = null;
        });
    }
  };

  const startRound = (): void => {
    if (round !== null) {
      return;
    }
    const slow = whenOverdue(answerWithinMs, () => {
      isSlow = true;
    });
    const done = exchangeDue()
      .then(() => {
        failed = false;
      })
      .catch((error: unknown) => {
        counts.failedExchanges += 1;
        if (!failed) {
          deps.onTrouble(`Budgets cannot be leased; what is leased goes on: ${String(error)}`);
        }
        failed = true;
      })
      .finally(() => {
        round = null;
        slow.cancel();
        isSlow = false;
        room.serve(failed);
        if (!room.isEmpty()) {
          startRound();
        }
      });
    round = { done };
  };

  const tick = (): void => {
    const nowMs = deps.now();
    const present = calendar.month(nowMs);
    for (const [id, account] of accounts) {
      measureUse(account, Math.max(0.001, (nowMs - measuredMs) / 1_000));
      const over = isOver(account, present, nowMs);
      if (over && isClosed(account)) {
        accounts.delete(id);
      } else if (!over && account.month === present && calendar.leftMs(nowMs) < aheadOfMonthMs) {
        const next = accountOf(account.keyId, calendar.nextMonth(), account.budget);
        next.usedMs = account.usedMs;
        next.perSecondNanoUsd = account.perSecondNanoUsd;
      }
    }
    measuredMs = nowMs;
    startRound();
    endDeadLeases(nowMs);
  };
  const timer = setInterval(tick, tickEveryMs);
  startRound();

  const lease = (order: Order): Promise<SetAside> => {
    counts.waits += 1;
    const got = room.wait(order);
    startRound();
    return got;
  };

  return {
    reserve(keyId, budget, nanoUsd) {
      const nowMs = deps.now();
      if (!calendar.isKnown() && !isAway()) {
        // Which month it is, only the database knows.
        return lease({ keyId, budget, nanoUsd });
      }
      const account = accountOf(keyId, calendar.month(nowMs), budget);
      if (isSetAside(account, nanoUsd)) {
        return toSetAside(account, nanoUsd);
      }
      if (isAway()) {
        throw noMoney("database_away", budget, nanoUsd);
      }
      const { roomNanoUsd, answeredMs } = account;
      const missing = nanoUsd - freeNanoUsd(account.purse);
      if (roomNanoUsd !== null && missing > roomNanoUsd && nowMs - answeredMs < roomKnownMs) {
        throw noMoney("used_up", budget, nanoUsd);
      }
      return lease({ keyId, budget, nanoUsd });
    },
    counts: () => ({ accounts: accounts.size, ...counts, isAway: isAway() }),
    async close() {
      clearInterval(timer);
      await Promise.all([round?.done, ending]);
      const due = [...accounts.values()].map((account) => leaseRequest(account, 0, true));
      if (due.length > 0) {
        await deps.exchange(due, leaseSeconds).catch((error: unknown) => {
          deps.onTrouble(`Budgets could not be given back at the end: ${String(error)}`);
        });
      }
    },
  };
}
