import { z } from "zod";
import { type CallFacets } from "../shared/contract";
import { type Database } from "./database";
import { type Window, withinSpans } from "./rollups";

type Spans = Omit<Window, "demo" | "keyId">;

const outcomeRows = z.tuple([
  z.object({
    served: z.number(),
    rescued: z.number(),
    failed: z.number(),
    refused: z.number(),
    cancelled: z.number(),
  }),
]);
const facetRows = z.array(z.object({ id: z.string(), calls: z.number() }));

/** How calls ended in these spans, the demo's among them, as the log lists them. */
export async function outcomesIn(db: Database, spans: Spans): Promise<CallFacets["outcomes"]> {
  const rows = await db.run(
    (prisma) => prisma.$queryRaw`
      SELECT coalesce(sum(served), 0)::float8 AS served, coalesce(sum(refused), 0)::float8 AS refused,
        coalesce(sum(cancelled), 0)::float8 AS cancelled,
        (coalesce(sum(failed), 0) + coalesce(sum(unknown_crash), 0))::float8 AS failed,
        (coalesce(sum(rescued_retry), 0) + coalesce(sum(rescued_sibling), 0) + coalesce(sum(rescued_fallback), 0)
          + coalesce(sum(rescued_resume), 0) + coalesce(sum(rescued_avoidance), 0))::float8 AS rescued
      FROM rollup_total WHERE ${withinSpans(spans)} AND demo IN (false, true)`,
  );
  return outcomeRows.parse(rows)[0];
}

/** The models that answered most, by their attempts that did. */
export async function modelsIn(
  db: Database,
  spans: Spans,
  limit: number,
): Promise<CallFacets["models"]> {
  const rows = await db.run(
    (prisma) => prisma.$queryRaw`
      SELECT model AS id, sum(succeeded)::float8 AS calls FROM rollup_target WHERE ${withinSpans(spans)}
      GROUP BY model HAVING sum(succeeded) > 0 ORDER BY calls DESC, model LIMIT ${limit}`,
  );
  return facetRows.parse(rows);
}

/** The applications that called most. */
export async function appsIn(
  db: Database,
  spans: Spans,
  limit: number,
): Promise<CallFacets["apps"]> {
  // Key by key: their rows lie together, and a scan of all of them would read every span that is kept.
  const rows = await db.run(
    (prisma) => prisma.$queryRaw`
      SELECT app_key.id, own.calls FROM app_key CROSS JOIN LATERAL (
        SELECT sum(calls)::float8 AS calls FROM rollup_key
        WHERE ${withinSpans(spans)} AND demo IN (false, true) AND key_id = app_key.id
      ) AS own WHERE own.calls > 0 ORDER BY own.calls DESC, app_key.id LIMIT ${limit}`,
  );
  return facetRows.parse(rows);
}
