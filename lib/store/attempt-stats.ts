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
  readonly p95Ms: number | null;
  readonly costNanoUsd: number;
};

const targetRows = z.array(
  z.object({
    targetId: z.string(),
    attempts: z.number(),
    succeeded: z.number(),
    failed: z.number(),
    probesPassed: z.number(),
    probesFailed: z.number(),
    costNanoUsd: z.number(),
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
        coalesce(sum(cost_nano_usd) FILTER (WHERE demo = ${window.demo}), 0)::float8 AS "costNanoUsd",
        ${mergedHistogram("total", window.demo)} AS "totalMs"
      FROM rollup_target WHERE ${withinSpans(window)} GROUP BY target_id`,
  );
  return targetRows.parse(rows).map(withQuantiles);
}

function withQuantiles<Row extends { readonly totalMs: readonly number[] }>({
  totalMs,
  ...row
}: Row): Omit<Row, "totalMs"> & { readonly p50Ms: number | null; readonly p95Ms: number | null } {
  return { ...row, p50Ms: wholeQuantile(totalMs, 0.5), p95Ms: wholeQuantile(totalMs, 0.95) };
}

const moveRows = z.array(
  z.object({
    provider: z.string(),
    region: z.string(),
    model: z.string(),
    movedOut: z.number(),
    movedIn: z.number(),
  }),
);

/** Served calls that another place answered than the first choice, by the place that they left or that they went to. */
export async function movesIn(db: Database, window: Window): Promise<z.infer<typeof moveRows>> {
  const rows = await db.run(
    (prisma) => prisma.$queryRaw`
      SELECT provider, region, model, sum(moved_out)::float8 AS "movedOut",
        sum(moved_in)::float8 AS "movedIn"
      FROM rollup_flow CROSS JOIN LATERAL (VALUES
        (from_provider, from_region, from_model, served, 0),
        (to_provider, to_region, to_model, 0, served)) AS end_of(provider, region, model, moved_out, moved_in)
      WHERE ${withinSpans(window)} AND demo = ${window.demo} GROUP BY 1, 2, 3`,
  );
  return moveRows.parse(rows);
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

const loadRows = z.array(
  z.object({
    targetId: z.string(),
    attempts: z.number(),
    succeeded: z.number(),
    promptTokens: z.number(),
    completionTokens: z.number(),
    costNanoUsd: z.number(),
    totalMs: histogram,
  }),
);

/** What the calls at a target were like: money is nano-USD, tokens are those of its answers. */
export type TargetLoad = Omit<z.infer<typeof loadRows>[number], "totalMs"> & {
  /** Of the whole attempt, of those that succeeded; null without any. */
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
};

/** The load of each of the targets `ids` that was called in the window. */
export async function targetLoadsIn(
  db: Database,
  window: Window,
  ids: readonly string[],
): Promise<TargetLoad[]> {
  const rows = await db.run(
    (prisma) => prisma.$queryRaw`
      SELECT target_id AS "targetId", coalesce(sum(attempts), 0)::float8 AS attempts,
        coalesce(sum(succeeded), 0)::float8 AS succeeded,
        coalesce(sum(prompt_tokens), 0)::float8 AS "promptTokens",
        coalesce(sum(completion_tokens), 0)::float8 AS "completionTokens",
        coalesce(sum(cost_nano_usd), 0)::float8 AS "costNanoUsd",
        ${mergedHistogram("total")} AS "totalMs"
      FROM rollup_target
      WHERE ${withinSpans(window)} AND demo = ${window.demo} AND target_id = ANY(${[...ids]})
      GROUP BY target_id`,
  );
  return loadRows.parse(rows).map(withQuantiles);
}

const attemptRows = z.array(z.object({ targetId: z.string(), attempts: z.number() }));

/** How often each target was called in the window. */
export async function attemptsByTargetIn(
  db: Database,
  window: Window,
): Promise<ReadonlyMap<string, number>> {
  const rows = await db.run(
    (prisma) => prisma.$queryRaw`
      SELECT target_id AS "targetId", sum(attempts)::float8 AS attempts FROM rollup_target
      WHERE ${withinSpans(window)} AND demo = ${window.demo} AND attempts > 0 GROUP BY target_id`,
  );
  return new Map(attemptRows.parse(rows).map(({ targetId, attempts }) => [targetId, attempts]));
}
