import { z } from "zod";
import { type Database } from "./database";
import { sendNotice } from "./notices";

const count = z.object({
  failed: z.number(),
  counted: z.number(),
  opensAt: z.number(),
  outOf: z.number(),
});

export const targetStateRow = z.object({
  breaker: z.enum(["closed", "open", "half_open", "ramp"]),
  soft: z.enum(["none", "suspect", "degraded"]),
  /** What it shares with others, or its configuration, keeps every call away from it. */
  barred: z.enum(["credential_dead", "region_down", "blocked"]).nullable().default(null),
  since: z.number().nullable(),
  until: z.number().nullable(),
  reason: z.string().nullable(),
  openings: z.number(),
  consecutiveFailures: z.number(),
  /** What the breaker counts and goes by; null of a release that does not say. */
  figures: z
    .object({
      since: z.number().nullable(),
      until: z.number().nullable(),
      runToOpen: z.number(),
      share: count,
      ratio: count,
      step: z.number(),
      longestOpenMs: z.number(),
      goodToClose: z.number().nullable(),
      observed: z.boolean(),
    })
    .nullable()
    .default(null),
  rateLimitedUntil: z.number().nullable(),
  probe: z.enum(["unknown", "up", "down"]),
  lastProbe: z
    .object({
      at: z.number(),
      verdict: z.enum(["pass", "fail", "neutral"]),
      latencyMs: z.number().nullable(),
    })
    .nullable(),
  nextProbeAt: z.number().nullable(),
  /** Who would answer each route's calls if it died; `target` null: nobody. */
  successors: z.array(z.object({ route: z.string(), target: z.string().nullable() })).default([]),
  inFlight: z.number(),
  ttftMs: z.number().nullable(),
  lastError: z
    .object({
      at: z.number(),
      reason: z.string(),
      status: z.number().nullable(),
      message: z.string().nullable(),
    })
    .nullable(),
});

/** One node's opinion of one target. Instants are epoch ms. */
export type TargetStateRow = z.infer<typeof targetStateRow>;

export type TargetState = { readonly targetId: string; readonly state: TargetStateRow };

/** Replaces what a node thinks of these targets and tells the dashboards. */
export async function writeTargetStates(
  db: Database,
  nodeId: string,
  rows: readonly TargetState[],
): Promise<void> {
  if (rows.length === 0) {
    return;
  }
  await db.run(
    (prisma) => prisma.$executeRaw`
      INSERT INTO target_state (node_id, target_id, state, updated_at)
      SELECT ${nodeId}, row."targetId", row.state, now()
      FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS row("targetId" text, state jsonb)
      ON CONFLICT (node_id, target_id) DO UPDATE SET
        state = EXCLUDED.state, updated_at = EXCLUDED.updated_at`,
  );
  await sendNotice(db, { kind: "health", id: nodeId });
}

/** Forgets what a node thought; of all targets, or of all but `keep` after a change of configuration. */
export async function deleteNodeStates(
  db: Database,
  nodeId: string,
  keep: readonly string[] = [],
): Promise<void> {
  await db.run((prisma) =>
    prisma.targetState.deleteMany({ where: { nodeId, targetId: { notIn: [...keep] } } }),
  );
}

const stateRows = z.array(
  z.object({ nodeId: z.string(), targetId: z.string(), state: z.unknown() }),
);

/** What the live nodes think; rows in another release's shape are left out. */
export async function listTargetStates(
  db: Database,
): Promise<readonly (TargetState & { readonly nodeId: string })[]> {
  const rows = await db.run(
    (prisma) => prisma.$queryRaw`
      SELECT node_id AS "nodeId", target_id AS "targetId", state
      FROM target_state JOIN node ON node.id = node_id
      WHERE stopped_at IS NULL AND heartbeat_at > now() - interval '10 seconds'`,
  );
  return stateRows.parse(rows).flatMap(({ nodeId, targetId, state }) => {
    const parsed = targetStateRow.safeParse(state);
    return parsed.success ? [{ nodeId, targetId, state: parsed.data }] : [];
  });
}
