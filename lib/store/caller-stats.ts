import { z } from "zod";
import { type Database } from "./database";
import { type Window, withinSpans } from "./rollups";

const callerRows = z.array(z.object({ keyId: z.string(), route: z.string(), calls: z.number() }));

/** How many calls an application's key made to a name (a route, or a model's own). */
export type CallerCalls = z.infer<typeof callerRows>[number];

/** The calls of every key to every name in the window, most first. */
export async function callsByCallerIn(db: Database, window: Window): Promise<CallerCalls[]> {
  // Key by key: their rows lie together, and a scan of all of them for a few minutes would read eight days.
  const rows = await db.run(
    (prisma) => prisma.$queryRaw`
      SELECT app_key.id AS "keyId", own.route, own.calls
      FROM app_key CROSS JOIN LATERAL (
        SELECT route, sum(calls)::float8 AS calls FROM rollup_caller
        WHERE ${withinSpans(window)} AND demo = ${window.demo} AND key_id = app_key.id
        GROUP BY route
      ) AS own
      WHERE own.route <> '' ORDER BY own.calls DESC, app_key.id, own.route`,
  );
  return callerRows.parse(rows);
}
