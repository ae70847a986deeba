import { z } from "zod";
import { Prisma } from "./generated/client";
import { type Database } from "./database";
import { startedWithin, type Window } from "./windows";

const count = z.number();
const callTotals = z.object({
  calls: count,
  served: count,
  failed: count,
  refused: count,
  cancelled: count,
  rescued: count,
  fallbacks: count,
  regionSwitches: count,
  /** Served calls with a time to first token. */
  ttftN: count,
  costNanoUsd: count,
  promptTokens: count,
  completionTokens: count,
  /** Tokens of the calls whose cost is known. */
  pricedTokens: count,
  /** Served calls whose cost is unknown. */
  unpriced: count,
});

/** What the calls of a window came to. Money is nano-USD. */
export type CallTotals = z.infer<typeof callTotals>;

/** Totals from the raw rows of the window. */
export async function callTotalsIn(db: Database, window: Window): Promise<CallTotals> {
  const rows = await db.run(
    (prisma) => prisma.$queryRaw`
      SELECT count(*)::int AS calls,
        count(*) FILTER (WHERE outcome = 'served')::int AS served,
        count(*) FILTER (WHERE outcome = 'failed')::int AS failed,
        count(*) FILTER (WHERE outcome = 'refused')::int AS refused,
        count(*) FILTER (WHERE outcome = 'cancelled')::int AS cancelled,
        count(*) FILTER (WHERE outcome = 'served' AND rescued_by IS NOT NULL)::int AS rescued,
        count(*) FILTER (WHERE outcome = 'served' AND fallback)::int AS fallbacks,
        count(*) FILTER (WHERE outcome = 'served' AND region_switch)::int AS "regionSwitches",
        count(ttft_ms) FILTER (WHERE outcome = 'served')::int AS "ttftN",
        coalesce(sum(cost_nano_usd), 0)::float8 AS "costNanoUsd",
        coalesce(sum(prompt_tokens), 0)::float8 AS "promptTokens",
        coalesce(sum(completion_tokens), 0)::float8 AS "completionTokens",
        coalesce(sum(coalesce(prompt_tokens, 0) + coalesce(completion_tokens, 0))
          FILTER (WHERE cost_nano_usd IS NOT NULL), 0)::float8 AS "pricedTokens",
        count(*) FILTER (WHERE outcome = 'served' AND cost_nano_usd IS NULL)::int AS unpriced
      FROM call WHERE ${counted(window)}`,
  );
  return z.tuple([callTotals]).parse(rows)[0];
}

const percentile = z.number().nullable();
const percentileRows = z.tuple([
  z.object({
    p50Ms: percentile,
    p95Ms: percentile,
    ttftP50Ms: percentile,
    overheadP50Us: percentile,
  }),
]);

/** How long the served calls of a window took: exact percentiles (nearest rank), null without any. */
export async function callPercentilesIn(
  db: Database,
  window: Window,
): Promise<z.infer<typeof percentileRows>[0]> {
  // Counting equal values and adding the counts up is several times cheaper than sorting the rows.
  const rows = await db.run(
    (prisma) => prisma.$queryRaw`
      WITH counts AS (
        SELECT total_ms, ttft_ms, overhead_us, grouping(total_ms, ttft_ms, overhead_us) AS measure,
          count(*) AS n
        FROM call WHERE ${counted(window)} AND outcome = 'served'
        GROUP BY GROUPING SETS ((total_ms), (ttft_ms), (overhead_us))
      ), ranks AS (
        SELECT measure, value, sum(n) OVER (PARTITION BY measure ORDER BY value) AS rank,
          sum(n) OVER (PARTITION BY measure) AS total
        FROM counts, coalesce(total_ms, ttft_ms, overhead_us) AS value
        WHERE value IS NOT NULL
      )
      SELECT min(value) FILTER (WHERE measure = 3 AND rank >= 0.5 * total) AS "p50Ms",
        min(value) FILTER (WHERE measure = 3 AND rank >= 0.95 * total) AS "p95Ms",
        min(value) FILTER (WHERE measure = 5 AND rank >= 0.5 * total) AS "ttftP50Ms",
        min(value) FILTER (WHERE measure = 6 AND rank >= 0.5 * total) AS "overheadP50Us"
      FROM ranks`,
  );
  return percentileRows.parse(rows)[0];
}

const bucketRows = z.array(
  z.object({
    bucket: count,
    firstTry: count,
    rescued: count,
    failed: count,
    refused: count,
    cancelled: count,
  }),
);

/** Outcomes by bucket, counted from the window's start; buckets without a call are absent. */
export async function outcomesByBucket(
  db: Database,
  window: Window,
  bucketMs: number,
): Promise<z.infer<typeof bucketRows>> {
  const rows = await db.run(
    (prisma) => prisma.$queryRaw`
      SELECT floor((date_part('epoch', started_at) * 1000 - ${window.fromMs}::float8)
          / ${bucketMs}::float8)::int AS bucket,
        count(*) FILTER (WHERE outcome = 'served' AND rescued_by IS NULL)::int AS "firstTry",
        count(*) FILTER (WHERE outcome = 'served' AND rescued_by IS NOT NULL)::int AS rescued,
        count(*) FILTER (WHERE outcome = 'failed')::int AS failed,
        count(*) FILTER (WHERE outcome = 'refused')::int AS refused,
        count(*) FILTER (WHERE outcome = 'cancelled')::int AS cancelled
      FROM call WHERE ${counted(window)} GROUP BY 1`,
  );
  return bucketRows.parse(rows);
}

function counted(window: Window): Prisma.Sql {
  const { keyId = null } = window;
  const ofKey = keyId === null ? Prisma.empty : Prisma.sql`AND key_id = ${keyId}`;
  return Prisma.sql`${startedWithin("call", window)} AND demo = ${window.demo} ${ofKey}`;
}

const existsRows = z.tuple([z.object({ exists: z.boolean() })]);

/** Whether a call that is, or is not, of the demo was logged since `fromMs`. */
export async function hasCallSince(db: Database, demo: boolean, fromMs: number): Promise<boolean> {
  const rows = await db.run(
    (prisma) => prisma.$queryRaw`
      SELECT EXISTS (
        SELECT FROM call WHERE id >= uuid_v7_floor(${new Date(fromMs)}) AND demo = ${demo}
      ) AS exists`,
  );
  return existsRows.parse(rows)[0].exists;
}
