import { z } from "zod";
import { LogGap } from "../shared/contract";
import { type Database, toStoreError } from "./database";

/** One row of `log_gap`, in SQL's own names: calls that happened and have no row. `calls` null: nobody knows how many. */
export type LogGapRecord = {
  id: string;
  node_id: string;
  from_at: string;
  to_at: string;
  calls: number | null;
  /** The spool was full, its disk took nothing, the database refused the record, or the disk lost it. */
  reason: "spool_full" | "disk" | "refused" | "damaged";
};

// An open gap is told several times while it grows, perhaps out of order and more than once.
const insertGaps = `
  INSERT INTO log_gap SELECT * FROM json_populate_recordset(NULL::log_gap, $1::json) ORDER BY id
  ON CONFLICT (id) DO UPDATE SET
    from_at = least(log_gap.from_at, EXCLUDED.from_at),
    to_at = greatest(log_gap.to_at, EXCLUDED.to_at),
    calls = greatest(log_gap.calls, EXCLUDED.calls)`;

/**
 * Writes gaps; of one that is told again the longest and largest remains.
 *
 * @throws {GatewayError} `database_unavailable` when the database does not answer.
 */
export async function insertLogGaps(db: Database, gaps: readonly LogGapRecord[]): Promise<void> {
  // One statement must not meet the same row twice.
  const latest = new Map<string, LogGapRecord>();
  for (const gap of gaps) {
    const known = latest.get(gap.id);
    latest.set(gap.id, known === undefined || (gap.calls ?? 0) >= (known.calls ?? 0) ? gap : known);
  }
  try {
    await db.pool.query(insertGaps, [JSON.stringify([...latest.values()])]);
  } catch (error) {
    throw toStoreError(error);
  }
}

const gapRows = z.array(
  z.object({
    nodeId: z.string(),
    from: z.date(),
    to: z.date(),
    calls: z.number().nullable(),
    reason: LogGap.shape.reason,
  }),
);

const mostGaps = 200;

/** The gaps that touch the window, newest first, at most 200. */
export async function listLogGaps(
  db: Database,
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
): Promise<LogGap[]> {
  const rows = await db.run(
    (prisma) => prisma.$queryRaw`
      SELECT node_id AS "nodeId", from_at AS "from", to_at AS "to", calls, reason FROM log_gap
      WHERE to_at >= ${new Date(fromMs)} AND from_at <= ${new Date(toMs)}
      ORDER BY to_at DESC LIMIT ${mostGaps}::int`,
  );
  return gapRows.parse(rows).map((row) => ({
    ...row,
    from: row.from.getTime(),
    to: row.to.getTime(),
  }));
}
