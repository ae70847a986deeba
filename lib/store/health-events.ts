import { z } from "zod";
import { type HealthEvent } from "./generated/client";
import { type Database } from "./database";

/** One transition of a target's health on one node. */
export type HealthEventRow = {
  readonly id: string;
  readonly at: number;
  readonly nodeId: string;
  readonly targetId: string;
  readonly provider: string;
  readonly region: string;
  readonly model: string;
  readonly from: string;
  readonly to: string;
  readonly reason: string;
  readonly evidence: unknown;
};

/** States in which ordinary calls do not go to a target. */
export const outStates: readonly string[] = [
  "credential_dead",
  "region_down",
  "blocked",
  "open",
  "probe_down",
];
/** A target that comes back from one of those. */
export const halfWayStates: readonly string[] = ["half_open", "ramp"];

/** Of a target that flaps, or is out for one reason after another, these would leave no room for anything else. */
const noNews = {
  OR: [
    { toState: { in: [...halfWayStates] } },
    { fromState: { in: [...outStates] }, toState: { in: [...outStates] } },
  ],
};

/**
 * The transitions since `fromMs`, before `untilMs` where it is said, oldest first; the newest `limit` of them. `news`: only
 * those that begin or end something.
 */
export async function listHealthEventsSince(
  db: Database,
  fromMs: number,
  limit: number,
  { untilMs = null, news = false }: { untilMs?: number | null; news?: boolean } = {},
): Promise<HealthEventRow[]> {
  const rows = await db.run((prisma) =>
    prisma.healthEvent.findMany({
      where: {
        at: { gte: new Date(fromMs), ...(untilMs !== null && { lt: new Date(untilMs) }) },
        ...(news && { NOT: noNews }),
      },
      orderBy: [{ at: "desc" }, { id: "desc" }],
      take: limit,
    }),
  );
  return rows.reverse().map(toHealthEventRow);
}

/** At most `limit` transitions (`of`: of these targets), newest first; before `cursor`, by instant and then by id. */
export async function listHealthEvents(
  db: Database,
  limit: number,
  cursor?: { readonly at: number; readonly id: string | null },
  of: Partial<Pick<HealthEventRow, "provider" | "region" | "model" | "targetId">> = {},
): Promise<HealthEventRow[]> {
  const at = cursor === undefined ? undefined : new Date(cursor.at);
  const rows = await db.run((prisma) =>
    prisma.healthEvent.findMany({
      where: {
        ...of,
        ...(cursor !== undefined &&
          at !== undefined &&
          (cursor.id === null
            ? { at: { lte: at } }
            : { OR: [{ at: { lt: at } }, { at, id: { lt: cursor.id } }] })),
      },
      orderBy: [{ at: "desc" }, { id: "desc" }],
      take: limit,
    }),
  );
  return rows.map(toHealthEventRow);
}

function toHealthEventRow({ fromState, toState, at, ...row }: HealthEvent): HealthEventRow {
  return { ...row, at: at.getTime(), from: fromState, to: toState };
}

const openingRows = z.tuple([
  z.object({ opened: z.number(), observed: z.number(), longestMs: z.number().nullable() }),
]);

/** Breakers of these models that opened since `fromMs`, that only would have, and for how long the longest, in ms. */
export async function openingsSince(
  db: Database,
  models: readonly string[],
  fromMs: number,
): Promise<{
  readonly opened: number;
  readonly observed: number;
  readonly longestMs: number | null;
}> {
  const rows = await db.run(
    (prisma) => prisma.$queryRaw`
      SELECT count(*) FILTER (WHERE NOT only_observed)::float8 AS opened,
        count(*) FILTER (WHERE only_observed)::float8 AS observed,
        max(away_ms) FILTER (WHERE NOT only_observed)::float8 AS "longestMs"
      FROM (
        SELECT coalesce(evidence->>'observed', '') = '1' AS only_observed,
          (evidence->>'openForMs')::float8 AS away_ms
        FROM health_event
        WHERE at >= ${new Date(fromMs)} AND to_state = 'open' AND model = ANY(${[...models]})
      ) AS openings`,
  );
  return openingRows.parse(rows)[0];
}
