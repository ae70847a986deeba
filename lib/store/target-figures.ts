import { z } from "zod";
import { type Database } from "./database";
import { histogram, mergedHistogram, wholeQuantile, type Window, withinSpans } from "./rollups";

const figureRows = z.array(
  z.object({
    target: z.string(),
    provider: z.string(),
    region: z.string(),
    model: z.string(),
    succeeded: z.number(),
    failed: z.number(),
    costNanoUsd: z.number(),
    totalMs: histogram,
  }),
);

/** What a target's attempts of a window came to; `failed` are those that count for health, `p95Ms` is of answers. */
export type TargetFigures = Omit<z.infer<typeof figureRows>[number], "totalMs"> & {
  readonly p95Ms: number | null;
};

/** Per target that was called in the window. */
export async function targetFiguresIn(
  db: Database,
  window: Omit<Window, "keyId">,
): Promise<TargetFigures[]> {
  const rows = await db.run(
    (prisma) => prisma.$queryRaw`
      SELECT target_id AS target, provider, region, model,
        coalesce(sum(succeeded), 0)::float8 AS succeeded, coalesce(sum(failed), 0)::float8 AS failed,
        coalesce(sum(cost_nano_usd), 0)::float8 AS "costNanoUsd", ${mergedHistogram("total")} AS "totalMs"
      FROM rollup_target WHERE ${withinSpans(window)} AND demo = ${window.demo}
      GROUP BY 1, 2, 3, 4 HAVING sum(attempts) > 0`,
  );
  return figureRows
    .parse(rows)
    .map(({ totalMs, ...row }) => ({ ...row, p95Ms: wholeQuantile(totalMs, 0.95) }));
}
