import { type Sealer } from "../shared/sealed";
import { type Database } from "../store/database";
import { type ActingPerson, type Permission, requirePermission } from "./actor";
import { createQueryCache, type QueryCache } from "./query-cache";

export type ControlDeps = {
  readonly db: Database;
  readonly cache: QueryCache;
  /** Opens what gateways sealed; null where there is no secret to do it with. */
  readonly sealer: Sealer | null;
};

/** What the verbs need, on a database. */
export function createControlDeps(db: Database, sealer: Sealer | null = null): ControlDeps {
  return { db, cache: createQueryCache(), sealer };
}

/** Something that the control room can do: the actor comes first, and its permission is checked before it runs. */
export type Verb<Input, Output> = ((
  actor: ActingPerson,
  deps: ControlDeps,
  input: Input,
) => Promise<Output>) & { readonly permission: Permission };

/** The verb `run` behind `permission`. */
export function defineVerb<Input, Output>(
  permission: Permission,
  run: (actor: ActingPerson, deps: ControlDeps, input: Input) => Promise<Output>,
): Verb<Input, Output> {
  const verb = async (actor: ActingPerson, deps: ControlDeps, input: Input): Promise<Output> => {
    requirePermission(actor, permission);
    return run(actor, deps, input);
  };
  return Object.assign(verb, { permission });
}
