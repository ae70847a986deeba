import { z } from "zod";
import { type Switch } from "./generated/client";
import { Actor, Intent } from "../shared/contract";
import { type Transaction } from "./database";

export const objectTypes = ["provider", "region", "model", "target"] as const;
/** What has a switch of its own. */
export type ObjectType = (typeof objectTypes)[number];

/** What a person wants of one object. No row means enabled. */
export type SwitchRow = {
  readonly objectType: ObjectType;
  readonly objectId: string;
  readonly intent: Intent;
  /** When it returns to enabled by itself, in epoch ms. */
  readonly until: number | null;
  readonly reason: string | null;
  readonly actor: Actor;
  readonly revision: number;
  readonly changedAt: number;
};

/** One object's switch; undefined when nobody ever touched it. */
export async function findSwitch(
  tx: Transaction,
  objectType: ObjectType,
  objectId: string,
): Promise<SwitchRow | undefined> {
  const row = await tx.switch.findUnique({
    where: { objectType_objectId: { objectType, objectId } },
  });
  return row === null ? undefined : toSwitchRow(row);
}

const instant = z.string().transform((text) => new Date(text).getTime());

/** Rows of `switch` as JSON. An intent of a later release holds its object off: better unused than used against a wish. */
export const switchRows = z.array(
  z
    .object({
      object_type: z.string(),
      object_id: z.string(),
      intent: z.string().transform((text): Intent => Intent.safeParse(text).data ?? "draining"),
      until: instant.nullable(),
      reason: z.string().nullable(),
      actor: Actor,
      revision: z.number(),
      changed_at: instant,
    })
    .transform((row): SwitchRow => ({
      // A type of a later release matches no object here.
      objectType: row.object_type as ObjectType,
      objectId: row.object_id,
      intent: row.intent,
      until: row.until,
      reason: row.reason,
      actor: row.actor,
      revision: row.revision,
      changedAt: row.changed_at,
    })),
);

/** All switches that anybody ever touched. */
export async function listSwitches(tx: Transaction): Promise<SwitchRow[]> {
  const rows = await tx.switch.findMany({ orderBy: [{ objectType: "asc" }, { objectId: "asc" }] });
  return rows.map(toSwitchRow);
}

/** The switches whose time is over by the database's clock and that are still off. */
export async function listExpiredSwitches(tx: Transaction): Promise<SwitchRow[]> {
  const rows = await tx.$queryRaw<{ objectType: string; objectId: string }[]>`
    SELECT object_type AS "objectType", object_id AS "objectId" FROM switch
    WHERE intent <> 'enabled' AND until <= clock_timestamp()`;
  if (rows.length === 0) {
    return [];
  }
  const found = await tx.switch.findMany({
    where: { OR: rows.map(({ objectType, objectId }) => ({ objectType, objectId })) },
  });
  return found.map(toSwitchRow);
}

function toSwitchRow(row: Switch): SwitchRow {
  return {
    objectType: row.objectType as ObjectType,
    objectId: row.objectId,
    intent: row.intent,
    until: row.until?.getTime() ?? null,
    reason: row.reason,
    actor: Actor.parse(row.actor),
    revision: row.revision,
    changedAt: row.changedAt.getTime(),
  };
}
