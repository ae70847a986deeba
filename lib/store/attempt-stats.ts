import { z } from "zod";
import { type Database } from "./database";
import { histogram, mergedHistogram, wholeQuantile, type Window, withinSpans } from "./rollups";

/**
 * What a target's attempts and probes came to; attempts that say nothing of its health (429, cancelled) and neutral
 * probes are left out.
 */
export type TargetStats = {
  readonly targetId: string;
  /** Attempts of any outcome. */
  readonly attempts: number;
  readonly succeeded: number;
  readonly failed: number;
  readonly probesPassed: number;
  readonly probesFailed: number;
  /** Median of the whole attempt, of those that succeeded; null without any. */
  readonly p50Ms: number | null;
};

const targetRows = z.array(
  z.object({
    targetId: z.string(),
    attempts: z.number(),
    succeeded: z.number(),
    failed: z.number(),
    probesPassed: z.number(),
    probesFailed: z.number(),
    totalMs: histogram,
  }),
);

/** Per target that was called or probed in the window. Probes are of no demo: they count in both. */
export async function targetStatsIn(db: Database, window: Window): Promise<TargetStats[]> {
  const rows = await db.run(
    (prisma) => prisma.$queryRaw`
      SELECT target_id AS "targetId",
        coalesce(sum(attempts) FILTER (WHERE demo = ${window.demo}), 0)::float8 AS attempts,
        coalesce(sum(succeeded) FILTER (WHERE demo = ${window.demo}), 0)::float8 AS succeeded,
        coalesce(sum(failed) FILTER (WHERE demo = ${window.demo}), 0)::float8 AS failed,
        coalesce(sum(probes_passed), 0)::float8 AS "probesPassed",
        coalesce(sum(probes_failed), 0)::float8 AS "probesFailed",
        ${mergedHistogram("total", window.demo)} AS "totalMs"
      FROM rollup_target WHERE ${withinSpans(window)} GROUP BY target_id`,
  );
  return targetRows
    .parse(rows)
    .map(({ totalMs, ...row }) => ({ ...row, p50Ms: wholeQuantile(totalMs, 0.5) }));
}

const probeRows = z.tuple([z.object({ succeeded: z.number(), failed: z.number() })]);

/** What the probes of all targets came to. */
export async function probeTotalsIn(
  db: Database,
  window: Omit<Window, "demo">,
): Promise<{ readonly succeeded: number; readonly failed: number }> {
  const rows = await db.run(
    (prisma) => prisma.$queryRaw`
      SELECT coalesce(sum(probes_passed), 0)::float8 AS succeeded,
        coalesce(sum(probes_failed), 0)::float8 AS failed
      FROM rollup_target WHERE ${withinSpans(window)}`,
  );
  return probeRows.parse(rows)[0];
}

const cellRows = z.array(z.object({ targetId: z.string(), cell: z.number() }));

/** In which cells of `cellMs` (whole minutes, counted since 1970) a target was called or probed at all. */
export async function activeCells(
  db: Database,
  span: Pick<Window, "fromMs" | "toMs">,
  cellMs: number,
): Promise<readonly { readonly targetId: string; readonly cell: number }[]> {
  const rows = await db.run(
    (prisma) => prisma.$queryRaw`
      SELECT DISTINCT target_id AS "targetId",
        floor(date_part('epoch', at) * 1000 / ${cellMs}::float8)::int AS cell
      FROM rollup_target WHERE ${withinSpans({ grain: "minute", ...span })}`,
  );
  return cellRows.parse(rows);
}
