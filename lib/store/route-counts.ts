import { z } from "zod";
import { type Database } from "./database";

const countRows = z.array(z.object({ what: z.string(), n: z.number() }));

/** By what is counted: see the migration of `rollup_route`. */
export type RouteCounts = ReadonlyMap<string, number>;

/** What became of the calls of one route since `fromMs`, by whole quarters of an hour. */
export async function routeCountsSince(
  db: Database,
  route: string,
  { fromMs, demo }: { fromMs: number; demo: boolean },
): Promise<RouteCounts> {
  const rows = await db.run(
    (prisma) => prisma.$queryRaw`
      SELECT what, sum(n)::float8 AS n FROM rollup_route
      WHERE demo = ${demo} AND route = ${route} AND at >= ${new Date(fromMs)}
      GROUP BY what`,
  );
  return new Map(countRows.parse(rows).map(({ what, n }) => [what, n]));
}

const answerRows = z.array(z.object({ route: z.string(), what: z.string(), n: z.number() }));

/** How many calls of each of the routes were answered, and by whom: `served`, and `answered_` with a model. */
export async function routeAnswersIn(
  db: Database,
  routes: readonly string[],
  { fromMs, toMs, demo }: { fromMs: number; toMs: number; demo: boolean },
): Promise<z.infer<typeof answerRows>> {
  const rows = await db.run(
    (prisma) => prisma.$queryRaw`
      SELECT route, what, sum(n)::float8 AS n FROM rollup_route
      WHERE demo = ${demo} AND route = ANY(${routes}) AND at >= ${new Date(fromMs)} AND at < ${new Date(toMs)}
        AND (what = 'served' OR starts_with(what, 'answered_'))
      GROUP BY 1, 2`,
  );
  return answerRows.parse(rows);
}

const firstRows = z.tuple([z.object({ at: z.date().nullable() })]);

/** Since when calls are counted by route at all, in epoch ms; null before the first. */
export async function routesCountedSince(db: Database): Promise<number | null> {
  const rows = await db.run((prisma) => prisma.$queryRaw`SELECT min(at) AS at FROM rollup_route`);
  return firstRows.parse(rows)[0].at?.getTime() ?? null;
}
