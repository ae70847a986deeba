import { compilePrice } from "../config/compile-target";
import { type Price } from "../core/types";
import { findDocument } from "../store/configuration";
import { configRevisionsOf } from "../store/revisions";
import { type ControlDeps } from "./verb";

export type Prices = ReadonlyMap<string, Price>;

const keptMs = 3_600_000;

/** The prices of the configuration in force as of each of these revisions, by model. */
export async function pricesAt(
  deps: ControlDeps,
  revisions: readonly number[],
): Promise<ReadonlyMap<number, Prices>> {
  const found = await configRevisionsOf(deps.db, [...new Set(revisions)]);
  return new Map(
    await Promise.all(
      found.map(
        async ({ revision, config }) => [revision, await readPrices(deps, config)] as const,
      ),
    ),
  );
}

/** A revision never changes. */
function readPrices({ db, cache }: ControlDeps, config: number): Promise<Prices> {
  return cache.get(`prices ${config}`, keptMs, async () => {
    const found = await db.run((prisma) => findDocument(prisma, 0, config));
    const models = found?.document.models ?? [];
    return new Map(
      models.flatMap((model) => {
        const price = compilePrice(model);
        return price === null ? [] : [[model.id, price] as const];
      }),
    );
  });
}
