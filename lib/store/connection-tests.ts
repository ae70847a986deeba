import { z } from "zod";
import { ConnectionResult } from "../shared/provider-contract";
import { type Database } from "./database";
import { sendNotice } from "./notices";

/** A provider's address that a gateway is asked to try. */
export const connectionRequest = z.object({
  provider: z.string(),
  region: z.string(),
  credential: z.string().nullable(),
  baseUrl: z.string(),
  headers: z.record(z.string(), z.string()),
  allowPrivateNetwork: z.boolean(),
  /** A reference, or a secret sealed for the gateways. */
  secret: z.string(),
  /** A model to ask, where the provider does not list its models. */
  model: z.string().nullable(),
});
export type ConnectionRequest = z.infer<typeof connectionRequest>;

/** Asks the gateways to try `request` under the id `id`; the first one that is free does. */
export async function askConnectionTest(
  db: Database,
  id: string,
  request: ConnectionRequest,
): Promise<void> {
  await db.run(
    (prisma) => prisma.$executeRaw`
      INSERT INTO connection_test (id, request) VALUES (${id}::uuid, ${JSON.stringify(request)}::jsonb)`,
  );
  await sendNotice(db, { kind: "test", id });
}

const resultRows = z.array(z.object({ result: z.unknown() }));

/** What was found; undefined while nobody has. */
export async function findConnectionResult(
  db: Database,
  id: string,
): Promise<ConnectionResult | undefined> {
  const rows = await db.run(
    (prisma) => prisma.$queryRaw`
      SELECT result FROM connection_test WHERE id = ${id}::uuid AND result IS NOT NULL`,
  );
  const [row] = resultRows.parse(rows);
  return row === undefined ? undefined : ConnectionResult.parse(row.result);
}

/** Takes a test away, and with it what was sealed for it. */
export async function removeConnectionTest(db: Database, id: string): Promise<void> {
  await db.run((prisma) => prisma.$executeRaw`DELETE FROM connection_test WHERE id = ${id}::uuid`);
}

const takenRows = z.array(z.object({ id: z.string(), request: z.unknown() }));

/** Takes the tests that nobody works at, and forgets those whose askers have gone. */
export async function takeConnectionTests(
  db: Database,
  nodeId: string,
): Promise<{ readonly id: string; readonly request: ConnectionRequest }[]> {
  const rows = await db.run(
    (prisma) => prisma.$queryRaw`
      WITH gone AS (DELETE FROM connection_test WHERE asked_at < now() - interval '1 minute')
      UPDATE connection_test SET taken_by = ${nodeId}
      WHERE id IN (SELECT id FROM connection_test
        WHERE taken_by IS NULL AND asked_at >= now() - interval '1 minute'
        ORDER BY asked_at LIMIT 4 FOR UPDATE SKIP LOCKED)
      RETURNING id, request`,
  );
  return takenRows.parse(rows).flatMap(({ id, request }) => {
    const parsed = connectionRequest.safeParse(request);
    return parsed.success ? [{ id, request: parsed.data }] : [];
  });
}

/** Puts what was found where the asker looks. */
export async function answerConnectionTest(
  db: Database,
  id: string,
  result: ConnectionResult,
): Promise<void> {
  await db.run(
    (prisma) => prisma.$executeRaw`
      UPDATE connection_test SET result = ${JSON.stringify(result)}::jsonb WHERE id = ${id}::uuid`,
  );
}
