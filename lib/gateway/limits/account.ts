/** One key's money of one month on this node: its purse, and when the budget has to hear of it again. */
import { randomUUID } from "node:crypto";
import {
  type Purse,
  averageUse,
  emptyPurse,
  freeNanoUsd,
  heldNanoUsd,
  leaseWish,
  spareNanoUsd,
} from "../../core/purse";
import type { LeaseAnswer, LeaseRequest } from "../../store/budgets";
import type { KeyBudget } from "./key-limits";

export type Account = {
  readonly keyId: string;
  readonly month: string;
  /** Names the purse to the database, which adds up what it is told of it. */
  readonly holder: string;
  readonly purse: Purse;
  budget: KeyBudget;
  /** Of the newest request. */
  seq: number;
  /** Until then what is held may be spent; monotonic. */
  leasedUntilMs: number;
  answeredMs: number;
  /** What nobody held when the budget last answered; null before. */
  roomNanoUsd: number | null;
  toldNanoUsd: number;
  perSecondNanoUsd: number;
  /** `spent` when the use was last measured. */
  measuredNanoUsd: number;
  usedMs: number;
};

/** Shorter than a lease by far, so that a database that is away does not shorten it much. */
const renewEveryMs = 10_000;
/** What was spent is told at least this often. */
const tellEveryMs = 5_000;
/** While nothing is left, the budget is asked again this often. */
const askAgainMs = 5_000;
/** A key that was not used for so long gives back what it holds. */
const idleMs = 600_000;

/** An account without money. */
export function openAccount(
  keyId: string,
  month: string,
  budget: KeyBudget,
  nowMs: number,
): Account {
  return {
    keyId,
    month,
    holder: randomUUID(),
    purse: emptyPurse(),
    budget,
    seq: 0,
    leasedUntilMs: Number.NEGATIVE_INFINITY,
    answeredMs: Number.NEGATIVE_INFINITY,
    roomNanoUsd: null,
    toldNanoUsd: 0,
    perSecondNanoUsd: 0,
    measuredNanoUsd: 0,
    usedMs: nowMs,
  };
}

/** Whether its key has stopped calling, or its month is over: then it gives everything back. */
export function isOver(account: Account, month: string, nowMs: number): boolean {
  return account.month < month || nowMs - account.usedMs > idleMs;
}

/** Whether the budget has heard everything of it and nothing is left to give back. */
export function isClosed({ purse, toldNanoUsd }: Account): boolean {
  return (
    purse.reservedNanoUsd === 0 &&
    toldNanoUsd === purse.spentNanoUsd &&
    purse.grantedNanoUsd <= purse.spentNanoUsd
  );
}

/** Whether the budget is to be asked or told now. */
export function isDue(account: Account, over: boolean, nowMs: number): boolean {
  const { purse, answeredMs, roomNanoUsd } = account;
  const silentMs = nowMs - answeredMs;
  if (over) {
    return !isClosed(account) && silentMs > tellEveryMs;
  }
  const spare = spareOf(account);
  const free = freeNanoUsd(purse);
  // Half of a last nano-USD is none.
  const hasRoom = roomNanoUsd === null || roomNanoUsd > 1;
  const isLow = free < spare / 2 && (hasRoom || silentMs > askAgainMs);
  const isFull = free > 2 * spare;
  const isUntold = purse.spentNanoUsd !== account.toldNanoUsd && silentMs > tellEveryMs;
  const isOld = heldNanoUsd(purse) > 0 && silentMs > renewEveryMs;
  return isLow || isFull || isUntold || isOld;
}

/** What the budget is told and asked, with `waitingNanoUsd` that calls wait for. */
export function leaseRequest(
  account: Account,
  waitingNanoUsd: number,
  over: boolean,
): LeaseRequest {
  const { keyId, month, holder, purse, budget } = account;
  const wish = leaseWish(purse, waitingNanoUsd, over ? 0 : spareOf(account));
  account.seq += 1;
  return {
    keyId,
    month,
    holder,
    seq: account.seq,
    limitNanoUsd: budget.limitNanoUsd,
    ...wish,
  };
}

/** Takes the budget's answer to `request`; the lease runs until `leasedUntilMs`. */
export function takeAnswer(
  account: Account,
  request: LeaseRequest,
  answer: LeaseAnswer,
  { leasedUntilMs, nowMs }: { readonly leasedUntilMs: number; readonly nowMs: number },
): void {
  account.purse.grantedNanoUsd = answer.grantedNanoUsd;
  account.leasedUntilMs = leasedUntilMs;
  account.answeredMs = nowMs;
  account.roomNanoUsd = Math.max(0, answer.roomNanoUsd);
  account.toldNanoUsd = request.spentNanoUsd;
}

/** After the lease has run out nothing is held any more but what runs already. */
export function expire({ purse, leasedUntilMs }: Account, nowMs: number): void {
  if (nowMs >= leasedUntilMs) {
    const used = purse.spentNanoUsd + purse.reservedNanoUsd;
    purse.grantedNanoUsd = Math.min(purse.grantedNanoUsd, used);
  }
}

/** Notes what was spent in the last `seconds`. */
export function measureUse(account: Account, seconds: number): void {
  const { purse, measuredNanoUsd, perSecondNanoUsd } = account;
  const spent = purse.spentNanoUsd - measuredNanoUsd;
  account.perSecondNanoUsd = averageUse(perSecondNanoUsd, spent, seconds);
  account.measuredNanoUsd = purse.spentNanoUsd;
}

function spareOf({ budget, perSecondNanoUsd }: Account): number {
  return spareNanoUsd(budget.limitNanoUsd, perSecondNanoUsd);
}
