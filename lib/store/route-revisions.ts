import { z } from "zod";
import { type Transaction } from "./database";

const changedRows = z.array(z.object({ name: z.string(), revision: z.number() }));

/** The newest revision that changed each route (`route:<id>`) and the order of models (`order:models`). */
export async function listRouteRevisions(tx: Transaction): Promise<ReadonlyMap<string, number>> {
  const rows = await tx.$queryRaw`
    SELECT name, max(id)::int AS revision
    FROM revision, jsonb_object_keys(coalesce(after, '{}') || coalesce(before, '{}')) AS name
    WHERE kind = 'config' AND (name LIKE 'route:%' OR name = 'order:models')
    GROUP BY name`;
  return new Map(changedRows.parse(rows).map(({ name, revision }) => [name, revision]));
}
