import { z } from "zod";
import { type Database } from "./database";

const useRows = z.array(
  z.object({
    id: z.string(),
    lastUsed: z.date().nullable(),
    callsInHour: z.number(),
    spentNanoUsd: z.number(),
  }),
);
const spentRows = z.array(z.object({ id: z.string(), spentNanoUsd: z.number() }));

/** What keys were used for: when last (to the minute within 8 days, to the day before), and how much. */
export type KeyUse = {
  readonly lastUsedAt: number | null;
  readonly callsInHour: number;
  /** Since the instant that was asked for. */
  readonly spentNanoUsd: number;
};

/** The use of every key, by its id; what it spent since `spentSince`, which is the start of a quarter of an hour. */
export async function readKeyUse(
  db: Database,
  spentSince: Date,
): Promise<ReadonlyMap<string, KeyUse>> {
  const rows = await db.run(
    (prisma) => prisma.$queryRaw`
      SELECT key.id, coalesce(minute.at, day.at) AS "lastUsed",
        coalesce(hour.calls, 0)::float8 AS "callsInHour", coalesce(spent.sum, 0)::float8 AS "spentNanoUsd"
      FROM app_key AS key
      CROSS JOIN LATERAL (SELECT max(at) AS at FROM rollup_key
        WHERE grain = 'minute' AND demo = (key.kind = 'demo') AND key_id = key.id) AS minute
      CROSS JOIN LATERAL (SELECT max(at) AS at FROM rollup_key
        WHERE grain = 'day' AND demo = (key.kind = 'demo') AND key_id = key.id) AS day
      CROSS JOIN LATERAL (SELECT sum(calls) AS calls FROM rollup_key
        WHERE grain = 'minute' AND demo = (key.kind = 'demo') AND key_id = key.id
          AND at >= now() - interval '1 hour') AS hour
      CROSS JOIN LATERAL (SELECT sum(cost_nano_usd) AS sum FROM rollup_key
        WHERE grain = 'quarter' AND demo = (key.kind = 'demo') AND key_id = key.id
          AND at >= ${spentSince}) AS spent`,
  );
  return new Map(
    useRows
      .parse(rows)
      .map(({ id, lastUsed, ...use }) => [id, { ...use, lastUsedAt: lastUsed?.getTime() ?? null }]),
  );
}

/** What keys spent from one start of a quarter of an hour to another, nano-USD, by id; those without a call are absent. */
export async function readKeySpend(
  db: Database,
  { from, to }: { readonly from: Date; readonly to: Date },
): Promise<ReadonlyMap<string, number>> {
  const rows = await db.run(
    (prisma) => prisma.$queryRaw`
      SELECT key.id, sum(cost_nano_usd)::float8 AS "spentNanoUsd"
      FROM app_key AS key JOIN rollup_key
        ON grain = 'quarter' AND demo = (key.kind = 'demo') AND key_id = key.id
          AND at >= ${from} AND at < ${to}
      GROUP BY key.id`,
  );
  return new Map(spentRows.parse(rows).map(({ id, spentNanoUsd }) => [id, spentNanoUsd]));
}
