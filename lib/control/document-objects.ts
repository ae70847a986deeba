import { type ConfigDocument } from "../config/document";
import { canonicalJson } from "../store/content-hash";
import { type ObjectDiff } from "../store/revisions";

/**
 * A document as named objects (`model:gpt-4.1`, `route:auto`, `settings`, `order:models`, …), so that a change can be
 * told, kept and taken back object by object.
 */

const collections = ["providers", "models", "routes", "keys"] as const;
type Collection = (typeof collections)[number];

const kindOf = {
  providers: "provider",
  models: "model",
  routes: "route",
  keys: "key",
} as const satisfies Record<Collection, string>;

const orderPrefix = "order:";

/** The objects of a document by name, in its own order; none of null. */
export function documentObjects(document: ConfigDocument | null): Map<string, unknown> {
  const objects = new Map<string, unknown>();
  if (document === null) {
    return objects;
  }
  for (const collection of collections) {
    for (const member of document[collection]) {
      objects.set(`${kindOf[collection]}:${member.id}`, member);
    }
    objects.set(
      orderPrefix + collection,
      document[collection].map(({ id }) => id),
    );
  }
  objects.set("settings", document.settings);
  objects.set("allow_literal_secrets", document.allow_literal_secrets);
  return objects;
}

export type DocumentDiff = {
  readonly before: ObjectDiff;
  readonly after: ObjectDiff;
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
};

/** What changed between two documents. An order counts as changed only if the same objects stand in another order. */
export function diffDocuments(former: ConfigDocument | null, next: ConfigDocument): DocumentDiff {
  const old = documentObjects(former);
  const fresh = documentObjects(next);
  const names = [...new Set([...old.keys(), ...fresh.keys()])].filter(
    (name) => !isSame(old.get(name), fresh.get(name)),
  );
  const pick = (objects: Map<string, unknown>): ObjectDiff =>
    Object.fromEntries(names.map((name) => [name, objects.get(name) ?? null]));
  const isObject = (name: string): boolean => /^(provider|model|route|key):/.test(name);
  return {
    before: pick(old),
    after: pick(fresh),
    added: names.filter((name) => isObject(name) && !old.has(name)),
    removed: names.filter((name) => isObject(name) && !fresh.has(name)),
    changed: names.filter(
      (name) => old.has(name) && fresh.has(name) && isTellable(name, old, fresh),
    ),
  };
}

export type Restored =
  | { readonly kind: "same" }
  /** Objects that are neither as the change left them nor as they were before it. */
  | { readonly kind: "conflict"; readonly names: readonly string[] }
  /** Not checked yet: what refers to the restored objects may no longer make sense. */
  | { readonly kind: "restored"; readonly input: unknown };

/** The first document of all: before it there was nothing to go back to. */
export function isFirstDocument({ before }: { readonly before: ObjectDiff }): boolean {
  return before["settings"] === null;
}

/** A document, given as its `documentObjects`, with the objects of a former change as they were before it. */
export function restoreObjects(
  document: ReadonlyMap<string, unknown>,
  change: { readonly before: ObjectDiff; readonly after: ObjectDiff },
): Restored {
  const objects = new Map(document);
  const names = Object.keys(change.before);
  const current = (name: string): unknown => objects.get(name) ?? null;
  const open = names.filter((name) => !isSame(current(name), change.before[name]));
  if (open.length === 0) {
    return { kind: "same" };
  }
  const conflicts = open.filter(
    (name) => !name.startsWith(orderPrefix) && !isSame(current(name), change.after[name]),
  );
  if (conflicts.length > 0) {
    return { kind: "conflict", names: conflicts };
  }
  for (const name of open) {
    const former = change.before[name];
    const isOrder = name.startsWith(orderPrefix);
    if (former === null) {
      objects.delete(name);
    } else if (!isOrder || isSame(current(name), change.after[name])) {
      objects.set(name, former);
    }
  }
  return { kind: "restored", input: toDocument(objects) };
}

function toDocument(objects: ReadonlyMap<string, unknown>): Record<string, unknown> {
  const members = collections.map((collection) => {
    const prefix = `${kindOf[collection]}:`;
    const own = new Map(
      [...objects].flatMap(([name, object]) =>
        name.startsWith(prefix) ? [[name.slice(prefix.length), object] as const] : [],
      ),
    );
    const order = objects.get(orderPrefix + collection);
    const ids = new Set([...(Array.isArray(order) ? (order as string[]) : []), ...own.keys()]);
    return [collection, [...ids].flatMap((id) => own.get(id) ?? [])] as const;
  });
  return {
    ...Object.fromEntries(members),
    settings: objects.get("settings") ?? {},
    allow_literal_secrets: objects.get("allow_literal_secrets") ?? false,
  };
}

function isTellable(
  name: string,
  old: ReadonlyMap<string, unknown>,
  fresh: ReadonlyMap<string, unknown>,
): boolean {
  if (!name.startsWith(orderPrefix)) {
    return true;
  }
  const sorted = (order: unknown): unknown => (order as string[]).toSorted();
  return isSame(sorted(old.get(name)), sorted(fresh.get(name)));
}

function isSame(left: unknown, right: unknown): boolean {
  return canonicalJson(left ?? null) === canonicalJson(right ?? null);
}
