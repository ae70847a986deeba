import { z } from "zod";
import { type Database, toStoreError } from "./database";

/** Who asks for a lease. */
export type Claimant = {
  /** The node; it may take over from a former start of itself at once. */
  readonly holder: string;
  /** This start of it. */
  readonly instance: string;
};

export type LeaseAnswer = {
  /** Grows with each new holder; null while somebody else holds it. */
  readonly epoch: number | null;
  /** Gateway processes that were heard of in the last 10 s. */
  readonly liveNodes: number;
  /** The database's clock, epoch ms. */
  readonly nowMs: number;
};

const answerRows = z.tuple([
  z.object({ epoch: z.number().nullable(), liveNodes: z.number(), nowMs: z.number() }),
]);

// One statement by one clock, so that two nodes that ask at once cannot both hold it.
const takeOrRenew = `
  WITH taken AS (
    INSERT INTO lease AS held (name, holder, instance, epoch, until)
    VALUES ($1, $2, $3, 1, clock_timestamp() + $4 * interval '1 millisecond')
    ON CONFLICT (name) DO UPDATE SET
      holder = EXCLUDED.holder, instance = EXCLUDED.instance, until = EXCLUDED.until,
      epoch = held.epoch + CASE WHEN held.instance = EXCLUDED.instance THEN 0 ELSE 1 END
    WHERE held.instance = EXCLUDED.instance OR held.holder = EXCLUDED.holder
      OR held.until < clock_timestamp()
    RETURNING epoch
  )
  SELECT (SELECT epoch FROM taken) AS epoch,
    (SELECT count(*)::int FROM node
     WHERE stopped_at IS NULL AND heartbeat_at > clock_timestamp() - interval '10 seconds') AS "liveNodes",
    (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS "nowMs"`;

/**
 * Takes or renews the lease `name` for `lengthMs` by the database's clock, where nobody else holds it.
 *
 * @throws {GatewayError} `database_unavailable` when there is no answer within `limitMs`.
 */
export async function takeLease(
  db: Database,
  name: string,
  { holder, instance }: Claimant,
  { lengthMs, limitMs }: { readonly lengthMs: number; readonly limitMs: number },
): Promise<LeaseAnswer> {
  const query = {
    text: takeOrRenew,
    values: [name, holder, instance, lengthMs],
    query_timeout: limitMs,
  };
  try {
    const { rows } = await db.pool.query(query);
    return answerRows.parse(rows)[0];
  } catch (error) {
    throw toStoreError(error);
  }
}

/** Gives the lease up, so that nobody has to wait for its end. The row stays: its epoch must not begin again. */
export async function releaseLease(db: Database, name: string, instance: string): Promise<void> {
  await db.run(
    (prisma) => prisma.$executeRaw`
      UPDATE lease SET until = clock_timestamp() - interval '1 millisecond'
      WHERE name = ${name} AND instance = ${instance}`,
  );
}
