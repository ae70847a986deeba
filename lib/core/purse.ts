/**
 * The money of one application key and month that this node may spend: what it has leased of the budget, less what is
 * spent and what is set aside for calls that run. Integer nano-USD.
 */

export type Purse = {
  /** Leased since the purse was opened: `spent` and what is held of it. */
  grantedNanoUsd: number;
  /** Settled since the purse was opened. It only grows, so that it may be told twice. */
  spentNanoUsd: number;
  /** Set aside for calls under way. */
  reservedNanoUsd: number;
};

/** A purse without money. */
export function emptyPurse(): Purse {
  return { grantedNanoUsd: 0, spentNanoUsd: 0, reservedNanoUsd: 0 };
}

/** What may still be set aside; negative where more was spent than leased. */
export function freeNanoUsd(purse: Purse): number {
  return purse.grantedNanoUsd - purse.spentNanoUsd - purse.reservedNanoUsd;
}

/** What is leased and not spent. */
export function heldNanoUsd(purse: Purse): number {
  return Math.max(0, purse.grantedNanoUsd - purse.spentNanoUsd);
}

/** Sets money aside; false, and nothing happens, when it is not there. `overdraftNanoUsd` may be missing. */
export function setAside(purse: Purse, nanoUsd: number, overdraftNanoUsd = 0): boolean {
  if (nanoUsd > freeNanoUsd(purse) + overdraftNanoUsd) {
    return false;
  }
  purse.reservedNanoUsd += nanoUsd;
  return true;
}

/** Ends what was set aside: `costNanoUsd` is spent, the rest is free again. */
export function settle(purse: Purse, reservedNanoUsd: number, costNanoUsd: number): void {
  purse.reservedNanoUsd -= reservedNanoUsd;
  purse.spentNanoUsd += costNanoUsd;
}

/** What a node tells the budget, and what it asks of it. */
export type LeaseWish = {
  readonly spentNanoUsd: number;
  /** Of what it would hold, the part that calls need now: whatever is there. */
  readonly needNanoUsd: number;
  /** What it would hold altogether: of what goes beyond the need at most half of what nobody holds. */
  readonly wantNanoUsd: number;
};

/**
 * The wish of a node for `waitingNanoUsd` that calls wait for, and `spareNanoUsd` beside what runs. From now on the purse is no
 * larger than the wish: what goes beyond it may be given to others before the answer is here.
 */
export function leaseWish(purse: Purse, waitingNanoUsd: number, spareNanoUsd: number): LeaseWish {
  const needNanoUsd = purse.reservedNanoUsd + waitingNanoUsd;
  const wantNanoUsd = needNanoUsd + spareNanoUsd;
  purse.grantedNanoUsd = Math.min(purse.grantedNanoUsd, purse.spentNanoUsd + wantNanoUsd);
  return { spentNanoUsd: purse.spentNanoUsd, needNanoUsd, wantNanoUsd };
}

/** A lease is for this much of the present use, so that calls go on when the database is away. */
const aheadSeconds = 120;
/** Of a budget that is hardly used so much is held, for the next calls to find it there. */
const leastShare = 0.01;
/** Use of the last half minute or so is what counts. */
const memorySeconds = 30;

/** What a node would have free beside the calls that run. */
export function spareNanoUsd(limitNanoUsd: number, perSecondNanoUsd: number): number {
  return Math.ceil(Math.max(aheadSeconds * perSecondNanoUsd, leastShare * limitNanoUsd));
}

/** The average use per second after `seconds` in which `spentNanoUsd` were spent. */
export function averageUse(
  perSecondNanoUsd: number,
  spentNanoUsd: number,
  seconds: number,
): number {
  const weight = 1 - Math.exp(-seconds / memorySeconds);
  return perSecondNanoUsd + weight * (spentNanoUsd / seconds - perSecondNanoUsd);
}
