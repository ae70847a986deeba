import { z } from "zod";
import { type NodeView } from "../shared/contract";
import { type Database } from "./database";
import { sendNotice } from "./notices";

/** What a gateway process says of itself, at least every two seconds. Instants are epoch ms. */
export type NodeReport = {
  readonly id: string;
  readonly startedAt: number;
  readonly appliedRevision: number;
  readonly appliedAt: number;
  /** Call log records that could not be kept, since the node's start. */
  readonly droppedRecords: number;
  /** The newest revision that it could not obey, and why; null when there is none. */
  readonly refused: { readonly revision: number; readonly problem: string } | null;
};

const reportedRows = z.tuple([
  z.object({ isNews: z.boolean(), formerStartedAt: z.date().nullable() }),
]);

export type Heartbeat = {
  /** Whether the heartbeat before this one came from another start: an earlier one of this node, or a second process. */
  readonly isForeign: boolean;
};

/** Records a heartbeat by the database's clock; tells the others when the node came, applied or refused a revision. */
export async function upsertNode(db: Database, report: NodeReport): Promise<Heartbeat> {
  const { refused } = report;
  const rows = await db.run(
    (prisma) => prisma.$queryRaw`
      WITH former AS (
        SELECT started_at, applied_revision, refused_revision, stopped_at
        FROM node WHERE id = ${report.id}
      )
      INSERT INTO node
        (id, started_at, heartbeat_at, applied_revision, applied_at, stopped_at, dropped_records,
          refused_revision, refused_problem)
      VALUES (
        ${report.id}, ${new Date(report.startedAt)}, clock_timestamp(), ${report.appliedRevision},
        ${new Date(report.appliedAt)}, NULL, ${report.droppedRecords},
        ${refused?.revision ?? null}::int, ${refused?.problem ?? null}::text)
      ON CONFLICT (id) DO UPDATE SET
        started_at = EXCLUDED.started_at, heartbeat_at = EXCLUDED.heartbeat_at,
        applied_revision = EXCLUDED.applied_revision, applied_at = EXCLUDED.applied_at,
        stopped_at = NULL, dropped_records = EXCLUDED.dropped_records,
        refused_revision = EXCLUDED.refused_revision, refused_problem = EXCLUDED.refused_problem
      RETURNING NOT EXISTS (
        SELECT FROM former
        WHERE applied_revision = ${report.appliedRevision} AND stopped_at IS NULL
          AND refused_revision IS NOT DISTINCT FROM ${refused?.revision ?? null}::int
      ) AS "isNews", (SELECT started_at FROM former) AS "formerStartedAt"`,
  );
  const [{ isNews, formerStartedAt }] = reportedRows.parse(rows);
  if (isNews) {
    await sendNotice(db, { kind: "node", id: report.id });
  }
  return { isForeign: formerStartedAt !== null && formerStartedAt.getTime() !== report.startedAt };
}

/** Records that a node ended in order, so that nobody waits for it. */
export async function markNodeStopped(db: Database, nodeId: string): Promise<void> {
  await db.run(
    (prisma) => prisma.$executeRaw`UPDATE node SET stopped_at = now() WHERE id = ${nodeId}`,
  );
  await sendNotice(db, { kind: "node", id: nodeId });
}

const nodeRows = z.array(
  z.object({
    id: z.string(),
    live: z.boolean(),
    startedAt: z.date(),
    heartbeatAt: z.date(),
    appliedRevision: z.number(),
    appliedAt: z.date(),
    refusedRevision: z.number().nullable(),
    refusedProblem: z.string().nullable(),
  }),
);

/** The nodes that were heard of in the last hours. Live: heard of in the last 10 s and not stopped. */
export async function listNodes(db: Database, hours = 1): Promise<NodeView[]> {
  const rows = await db.run(
    (prisma) => prisma.$queryRaw`
      SELECT id, started_at AS "startedAt", heartbeat_at AS "heartbeatAt",
        applied_revision AS "appliedRevision", applied_at AS "appliedAt",
        refused_revision AS "refusedRevision", refused_problem AS "refusedProblem",
        stopped_at IS NULL AND heartbeat_at > now() - interval '10 seconds' AS live
      FROM node WHERE heartbeat_at > now() - make_interval(hours => ${hours}::int) ORDER BY id`,
  );
  return nodeRows.parse(rows).map(({ refusedRevision, refusedProblem, ...row }) => ({
    ...row,
    startedAt: row.startedAt.getTime(),
    heartbeatAt: row.heartbeatAt.getTime(),
    appliedAt: row.appliedAt.getTime(),
    refused:
      refusedRevision === null
        ? null
        : { revision: refusedRevision, problem: refusedProblem ?? "" },
  }));
}
