/** What keys may spend in a month, and what of it each node holds. All amounts are integer nano-USD. */
import { z } from "zod";
import { type Database, toStoreError } from "./database";

/** The process that leases; `beganAtMs` is its start, epoch ms. */
export type Leaseholder = {
  readonly process: string;
  readonly nodeId: string;
  readonly beganAtMs: number;
};

/** What one purse tells of a budget and asks of it. */
export type LeaseRequest = {
  readonly keyId: string;
  /** First day of the month (UTC), as `2026-11-01`. */
  readonly month: string;
  /** The purse: a UUID of its own, since sums begin with it. */
  readonly holder: string;
  readonly limitNanoUsd: number;
  /** Everything that was spent from this purse. */
  readonly spentNanoUsd: number;
  /** Grows with every request of this purse: an older one that the database gets to later is left out. */
  readonly seq: number;
  /** Asked for as far as it is there. */
  readonly needNanoUsd: number;
  /** Asked for altogether; beyond the need it gets half of what is left at most. */
  readonly wantNanoUsd: number;
};

export type LeaseAnswer = {
  readonly holder: string;
  /** Everything that was ever granted to this purse: what of it is not spent may be. */
  readonly grantedNanoUsd: number;
  /** Of the whole budget: what is neither spent nor held by a node; negative when more was spent than allowed. */
  readonly roomNanoUsd: number;
};

export type Exchanged = {
  /** The database's clock. */
  readonly nowMs: number;
  readonly answers: readonly LeaseAnswer[];
};

const exchangeRows = z.array(
  z.object({
    holder: z.string(),
    granted: z.coerce.number(),
    room: z.coerce.number(),
    nowMs: z.coerce.number(),
  }),
);

// In the order of the locks, so that no two nodes wait for each other.
const exchange = `
  SELECT wish.holder, told.granted_nano AS granted,
    wish.limit_nano - told.budget_spent_nano - told.budget_leased_nano AS room,
    extract(epoch FROM clock_timestamp()) * 1000 AS "nowMs"
  FROM (
    SELECT * FROM jsonb_to_recordset($1::jsonb) AS row(
      key_id text, month date, holder uuid, limit_nano bigint, spent_nano bigint, need_nano bigint,
      want_nano bigint, seq bigint)
    ORDER BY key_id, month, holder
  ) AS wish
  CROSS JOIN LATERAL exchange_budget_lease(
    wish.key_id, wish.month, wish.holder, $2::uuid, $3::text, wish.limit_nano, wish.spent_nano,
    wish.need_nano, wish.want_nano, wish.seq, $4::timestamptz, $5::int) AS told`;

/**
 * Tells the budgets what was spent and returns what may be; the leases last `leaseSeconds` from now on. Not without a request.
 *
 * @throws {GatewayError} `database_unavailable`; then it may have happened or not, and can be said again.
 */
export async function exchangeLeases(
  db: Database,
  by: Leaseholder,
  requests: readonly LeaseRequest[],
  leaseSeconds: number,
): Promise<Exchanged> {
  const wishes = requests.map((one) => ({
    key_id: one.keyId,
    month: one.month,
    holder: one.holder,
    limit_nano: one.limitNanoUsd,
    spent_nano: one.spentNanoUsd,
    need_nano: one.needNanoUsd,
    want_nano: one.wantNanoUsd,
    seq: one.seq,
  }));
  const rows = await query(db, exchange, [
    JSON.stringify(wishes),
    by.process,
    by.nodeId,
    new Date(),
    leaseSeconds,
  ]);
  const answers = exchangeRows.parse(rows);
  return {
    nowMs: answers[0]?.nowMs ?? Number.NaN,
    answers: answers.map(({ holder, granted, room }) => ({
      holder,
      grantedNanoUsd: granted,
      roomNanoUsd: room,
    })),
  };
}

const clockRows = z.tuple([z.object({ nowMs: z.coerce.number() })]);

/** The database's clock, epoch ms: all nodes agree on it when a month begins. */
export async function readDatabaseClock(db: Database): Promise<number> {
  const rows = await query(
    db,
    `SELECT extract(epoch FROM clock_timestamp()) * 1000 AS "nowMs"`,
    [],
  );
  return clockRows.parse(rows)[0].nowMs;
}

const endedRows = z.tuple([z.object({ ended: z.number() })]);

/**
 * Ends the leases that ran out, and those that an earlier process of the same node has not renewed for `silentSeconds`; what
 * their holders spent without telling is taken from the call log. Returns how many.
 */
export async function endLeases(
  db: Database,
  by: Leaseholder,
  silentSeconds: number,
): Promise<number> {
  const rows = await query(
    db,
    "SELECT end_budget_leases($1::uuid, $2::text, $3::timestamptz, $4::int) AS ended",
    [by.process, by.nodeId, new Date(by.beganAtMs), silentSeconds],
  );
  return endedRows.parse(rows)[0].ended;
}

async function query(db: Database, text: string, values: readonly unknown[]): Promise<unknown> {
  try {
    return (await db.pool.query(text, [...values])).rows;
  } catch (error) {
    throw toStoreError(error);
  }
}
