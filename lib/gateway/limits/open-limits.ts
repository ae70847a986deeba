/** The limits of keys on this node, with their way to the database. */
import { randomUUID } from "node:crypto";
import { log } from "../../shared/log";
import { endLeases, exchangeLeases, readDatabaseClock } from "../../store/budgets";
import type { Database } from "../../store/database";
import type { Live } from "../live";
import { type Bank, startBank } from "./bank";
import { type Limiter, createLimiter } from "./limiter";

export type OpenLimits = {
  readonly limiter: Limiter;
  readonly bank: Bank;
};

export type LimitsOptions = {
  readonly db: Database;
  readonly nodeId: string;
  readonly live: Live;
  /** At least 1. */
  readonly liveNodes: () => number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
};

/** An earlier process of this node that has not renewed its leases for so long is dead. */
const silentSeconds = 30;

/** Opens the limits; `bank.close()` gives back what is leased. */
export function openLimits({ db, nodeId, live, liveNodes, now }: LimitsOptions): OpenLimits {
  const holder = { process: randomUUID(), nodeId, beganAtMs: Date.now() };
  const bank = startBank({
    exchange: (requests, leaseSeconds) => exchangeLeases(db, holder, requests, leaseSeconds),
    readClock: () => readDatabaseClock(db),
    endLeases: () => endLeases(db, holder, silentSeconds),
    graceNanoUsd: () => live.snapshot().budgetGraceNanoUsd,
    liveNodes,
    now,
    onTrouble: (line) => {
      log.warn(line);
    },
  });
  const limiter = createLimiter({ bank, liveNodes, now });
  live.onSwap(() => {
    limiter.keepOnly(new Set([...live.keys().values()].map(({ id }) => id)));
  });
  return { limiter, bank };
}
