import { z } from "zod";
import { Prisma } from "./generated/client";
import { type Database } from "./database";
import { startedWithin, type Window } from "./windows";

/** What a target's attempts came to; attempts that say nothing of its health (429, cancelled) are left out. */
export type AttemptStats = {
  readonly targetId: string;
  readonly succeeded: number;
  readonly failed: number;
  /** Median of the whole attempt, of those that succeeded; null without any. */
  readonly p50Ms: number | null;
};

const attemptRows = z.array(
  z.object({
    targetId: z.string(),
    succeeded: z.number(),
    failed: z.number(),
    p50Ms: z.number().nullable(),
  }),
);

/** Per target, from the raw rows of the window. */
export async function attemptStatsByTarget(db: Database, window: Window): Promise<AttemptStats[]> {
  const rows = await db.run(
    (prisma) => prisma.$queryRaw`
      SELECT target_id AS "targetId",
        count(*) FILTER (WHERE outcome = 'succeeded')::int AS succeeded,
        count(*) FILTER (WHERE outcome = 'failed' AND health)::int AS failed,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY duration_ms)
          FILTER (WHERE outcome = 'succeeded') AS "p50Ms"
      FROM attempt
      WHERE ${startedWithin("attempt", window)} AND demo = ${window.demo}
      GROUP BY target_id`,
  );
  return attemptRows.parse(rows);
}

const totalRows = z.tuple([z.object({ succeeded: z.number(), failed: z.number() })]);

/** Over all targets, of one application's calls if the window names its key. */
export async function attemptTotals(
  db: Database,
  window: Window,
): Promise<{ readonly succeeded: number; readonly failed: number }> {
  const { keyId = null } = window;
  const ofKey =
    keyId === null
      ? Prisma.empty
      : Prisma.sql`AND call_id IN (
          SELECT id FROM call WHERE ${startedWithin("call", window)} AND key_id = ${keyId})`;
  const rows = await db.run(
    (prisma) => prisma.$queryRaw`
      SELECT count(*) FILTER (WHERE outcome = 'succeeded')::int AS succeeded,
        count(*) FILTER (WHERE outcome = 'failed' AND health)::int AS failed
      FROM attempt
      WHERE ${startedWithin("attempt", window)} AND demo = ${window.demo} ${ofKey}`,
  );
  return totalRows.parse(rows)[0];
}

export type ProbeStats = {
  readonly targetId: string;
  readonly passed: number;
  readonly failed: number;
};

const probeRows = z.array(
  z.object({ targetId: z.string(), passed: z.number(), failed: z.number() }),
);

/** What the probes of each target came to; neutral verdicts are left out. */
export async function probeStatsByTarget(
  db: Database,
  { fromMs, toMs }: Pick<Window, "fromMs" | "toMs">,
): Promise<ProbeStats[]> {
  const rows = await db.run(
    (prisma) => prisma.$queryRaw`
      SELECT target_id AS "targetId",
        count(*) FILTER (WHERE verdict = 'pass')::int AS passed,
        count(*) FILTER (WHERE verdict = 'fail')::int AS failed
      FROM probe_result
      WHERE at >= ${new Date(fromMs)} AND at < ${new Date(toMs)} AND target_id IS NOT NULL
      GROUP BY target_id`,
  );
  return probeRows.parse(rows);
}

const minuteRows = z.array(z.object({ targetId: z.string(), minute: z.number() }));

/** In which minutes (since 1970) a target was called or probed at all. */
export async function activeMinutes(
  db: Database,
  window: Pick<Window, "fromMs" | "toMs">,
): Promise<readonly { readonly targetId: string; readonly minute: number }[]> {
  const { fromMs, toMs } = window;
  const rows = await db.run(
    (prisma) => prisma.$queryRaw`
      SELECT DISTINCT target_id AS "targetId", floor(date_part('epoch', started_at) / 60)::int AS minute
      FROM attempt WHERE ${startedWithin("attempt", window)}
      UNION
      SELECT target_id, floor(date_part('epoch', at) / 60)::int
      FROM probe_result
      WHERE at >= ${new Date(fromMs)} AND at < ${new Date(toMs)}
        AND target_id IS NOT NULL AND verdict <> 'neutral'`,
  );
  return minuteRows.parse(rows);
}
