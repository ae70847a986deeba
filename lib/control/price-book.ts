import { compilePrice } from "../config/compile-target";
import { type ExpandedTarget, expandTargets } from "../config/targets";
import { type Price } from "../core/types";
import { findDocument } from "../store/configuration";
import { configRevisionsOf } from "../store/revisions";
import { type ControlDeps } from "./verb";

export type Prices = ReadonlyMap<string, Price>;

/** A target as a configuration describes it. */
export type PricedTarget = ExpandedTarget & { readonly price: Price | null };

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

/** The targets of the configuration in force as of a revision, by id. */
export async function targetsAt(
  { db }: ControlDeps,
  revision: number,
): Promise<ReadonlyMap<string, PricedTarget>> {
  const [found] = await configRevisionsOf(db, [revision]);
  const document =
    found && (await db.run((prisma) => findDocument(prisma, 0, found.config)))?.document;
  const models = new Map(document?.models.map((model) => [model.id, model]));
  return new Map(
    document &&
      expandTargets(document).map((one) => [
        one.id,
        { ...one, price: compilePrice(models.get(one.model)) },
      ]),
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
