import { z } from "zod";
import { type Database } from "./database";
import { histogram, mergedHistogram } from "./rollups";

const minuteMs = 60_000;

const minuteRows = z.array(
  z.object({
    about: z.number(),
    t: z.number(),
    served: z.number(),
    failed: z.number(),
    totalMs: histogram,
  }),
);

/** One minute of all calls near an instant: outcomes, and a histogram of the served ones' time. */
export type EffectMinute = z.infer<typeof minuteRows>[number];

/** The minutes within `aroundMs` of each of the instants `about`, in order; those without a call are absent. */
export async function minutesAround(
  db: Database,
  about: readonly number[],
  { aroundMs, demo }: { readonly aroundMs: number; readonly demo: boolean },
): Promise<EffectMinute[]> {
  const [fromMs, toMs] = [Math.min(...about) - aroundMs, Math.max(...about) + aroundMs];
  const rows = await db.run(
    (prisma) => prisma.$queryRaw`
      SELECT about.ms::float8 AS about, (date_part('epoch', at) * 1000)::float8 AS t,
        coalesce(sum(served), 0)::float8 AS served,
        (coalesce(sum(failed), 0) + coalesce(sum(unknown_crash), 0))::float8 AS failed,
        ${mergedHistogram("total")} AS "totalMs"
      FROM unnest(${[...about]}::float8[]) AS about(ms) JOIN rollup_total
        ON at >= to_timestamp(about.ms / 1000) - make_interval(secs => ${(aroundMs + minuteMs) / 1_000})
          AND at < to_timestamp(about.ms / 1000) + make_interval(secs => ${aroundMs / 1_000})
      WHERE grain = 'minute' AND demo = ${demo}
        AND at >= ${new Date(fromMs - minuteMs)} AND at < ${new Date(toMs)}
      GROUP BY 1, 2 ORDER BY 1, 2`,
  );
  return minuteRows.parse(rows);
}
