import { z } from "zod";
import { type Database } from "./database";

/** What a gateway node tells of itself at its start. */
export type GatewayCard = {
  readonly nodeId: string;
  /** What provider keys are sealed for. */
  readonly publicKey: string;
  /** Names of its environment with what is in force; null: a secret that is set. */
  readonly environment: Readonly<Record<string, string | null>>;
  /** Epoch ms. */
  readonly toldAt: number;
};

/** Puts a node's card in the place of the one from its start before. */
export async function putGatewayCard(
  db: Database,
  { nodeId, publicKey, environment }: Omit<GatewayCard, "toldAt">,
): Promise<void> {
  await db.run(
    (prisma) => prisma.$executeRaw`
      INSERT INTO gateway_card (node_id, public_key, environment, told_at)
      VALUES (${nodeId}, ${publicKey}, ${JSON.stringify(environment)}::jsonb, now())
      ON CONFLICT (node_id) DO UPDATE SET
        public_key = EXCLUDED.public_key, environment = EXCLUDED.environment, told_at = now()`,
  );
}

const cardRows = z.array(
  z.object({
    nodeId: z.string(),
    publicKey: z.string(),
    environment: z.record(z.string(), z.string().nullable()),
    toldAt: z.date(),
  }),
);

/** The cards of the nodes that are not forgotten yet; those that were started last come first. */
export async function listGatewayCards(db: Database): Promise<GatewayCard[]> {
  const rows = await db.run(
    (prisma) => prisma.$queryRaw`
      SELECT c.node_id AS "nodeId", c.public_key AS "publicKey", c.environment, c.told_at AS "toldAt"
      FROM gateway_card c JOIN node n ON n.id = c.node_id
      ORDER BY c.told_at DESC`,
  );
  return cardRows.parse(rows).map((row) => ({ ...row, toldAt: row.toldAt.getTime() }));
}
