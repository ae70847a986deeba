import { z } from "zod";
import { type Database } from "./database";

const countRows = z.array(z.object({ what: z.string(), n: z.number(), recent: z.number() }));

export type RouteCounts = {
  /** By what is counted (see the migration of `rollup_route`): since `fromMs`, … */
  readonly all: ReadonlyMap<string, number>;
  /** … and since `recentMs`. */
  readonly recent: ReadonlyMap<string, number>;
};

/** What became of the calls of one route since `fromMs`, and since `recentMs`, by whole quarters of an hour. */
export async function routeCountsSince(
  db: Database,
  route: string,
  { fromMs, recentMs, demo }: { fromMs: number; recentMs: number; demo: boolean },
): Promise<RouteCounts> {
  const rows = await db.run(
    (prisma) => prisma.$queryRaw`
      SELECT what, sum(n)::float8 AS n,
        coalesce(sum(n) FILTER (WHERE at >= ${new Date(recentMs)}), 0)::float8 AS recent
      FROM rollup_route
      WHERE demo = ${demo} AND route = ${route} AND at >= ${new Date(fromMs)}
      GROUP BY what`,
  );
  const counts = countRows.parse(rows);
  return {
    all: new Map(counts.map(({ what, n }) => [what, n])),
    recent: new Map(counts.map(({ what, recent }) => [what, recent])),
  };
}

const firstRows = z.tuple([z.object({ at: z.date().nullable() })]);

/** Since when calls are counted by route at all, in epoch ms; null before the first. */
export async function routesCountedSince(db: Database): Promise<number | null> {
  const rows = await db.run((prisma) => prisma.$queryRaw`SELECT min(at) AS at FROM rollup_route`);
  return firstRows.parse(rows)[0].at?.getTime() ?? null;
}
