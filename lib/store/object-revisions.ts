import { z } from "zod";
import { type Transaction } from "./database";

const changedRows = z.array(z.object({ name: z.string(), revision: z.number() }));

/** The newest revision that changed each provider and model, and the settings: `provider:<id>`, `model:<id>`, `settings`. */
export async function listObjectRevisions(tx: Transaction): Promise<ReadonlyMap<string, number>> {
  const rows = await tx.$queryRaw`
    SELECT name, max(id)::int AS revision
    FROM revision, jsonb_object_keys(coalesce(before, '{}') || coalesce(after, '{}')) AS name
    WHERE kind = 'config' AND (name LIKE 'provider:%' OR name LIKE 'model:%' OR name = 'settings')
    GROUP BY name`;
  return new Map(changedRows.parse(rows).map(({ name, revision }) => [name, revision]));
}
