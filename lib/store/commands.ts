import { z } from "zod";
import { ProbeNow } from "../shared/contract";
import { type Database } from "./database";
import { sendNotice } from "./notices";

const askedRows = z.tuple([z.object({ id: z.string() })]);

/**
 * Asks the node that probes to probe `target` at once, under the id `id`. Whoever asks within three seconds of somebody
 * else waits for the same answer.
 *
 * @returns the id to wait for.
 */
export async function askProbe(db: Database, id: string, target: string): Promise<string> {
  const rows = await db.run(
    (prisma) => prisma.$queryRaw`
      WITH recent AS (
        SELECT id FROM command WHERE kind = 'probe' AND target_id = ${target}
          AND asked_at > clock_timestamp() - interval '3 seconds'
        ORDER BY asked_at DESC LIMIT 1
      ), asked AS (
        INSERT INTO command (id, kind, target_id) SELECT ${id}::uuid, 'probe', ${target}
        WHERE NOT EXISTS (SELECT 1 FROM recent) RETURNING id
      )
      SELECT id FROM recent UNION ALL SELECT id FROM asked`,
  );
  const [asked] = askedRows.parse(rows);
  await sendNotice(db, { kind: "command", id: asked.id });
  return asked.id;
}

const foundRows = z.array(z.object({ takenBy: z.string().nullable(), result: z.unknown() }));

/** How far a command is: who took it, and what came of it; undefined when it is gone. */
export async function findCommand(
  db: Database,
  id: string,
): Promise<{ readonly takenBy: string | null; readonly result: ProbeNow | null } | undefined> {
  const rows = await db.run(
    (prisma) =>
      prisma.$queryRaw`SELECT taken_by AS "takenBy", result FROM command WHERE id = ${id}::uuid`,
  );
  const [row] = foundRows.parse(rows);
  return row && { ...row, result: ProbeNow.safeParse(row.result).data ?? null };
}

const takenRows = z.array(z.object({ id: z.string(), target: z.string() }));

/** Takes the probes that people ask for and that nobody has taken; older ones than five seconds are nobody's any more. */
export async function takeProbes(
  db: Database,
  nodeId: string,
): Promise<{ readonly id: string; readonly target: string }[]> {
  const rows = await db.run(
    (prisma) => prisma.$queryRaw`
      WITH gone AS (DELETE FROM command WHERE asked_at < clock_timestamp() - interval '1 minute')
      UPDATE command SET taken_by = ${nodeId}
      WHERE id IN (SELECT id FROM command
        WHERE kind = 'probe' AND taken_by IS NULL AND asked_at >= clock_timestamp() - interval '5 seconds'
        ORDER BY asked_at LIMIT 16 FOR UPDATE SKIP LOCKED)
      RETURNING id, target_id AS target`,
  );
  return takenRows.parse(rows);
}

/** Puts what came of a command where the asker looks. */
export async function answerCommand(db: Database, id: string, result: ProbeNow): Promise<void> {
  await db.run(
    (prisma) => prisma.$executeRaw`
      UPDATE command SET result = ${JSON.stringify(result)}::jsonb WHERE id = ${id}::uuid`,
  );
}
