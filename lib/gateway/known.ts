/** What this node knows of the configuration, and what of the database's news it may obey. No I/O. */
import type { ConfigDocument } from "../config/document";
import type { Judged, Published, Refusal } from "../config/judged";
import { compileSnapshot, switchedSnapshot } from "../config/snapshot";
import type { Snapshot } from "../core/types";
import type { Changes } from "../store/configuration";
import type { SwitchRow } from "../store/switches";
import { type KeyBook, createKeyBook } from "./key-book";

export type Known = {
  /** The newest revision that was looked at, obeyed or not. */
  seen: number;
  /** The newest revision that is obeyed. */
  applied: number;
  published: Published | null;
  refused: Refusal | null;
  switches: Map<string, SwitchRow>;
  readonly keys: KeyBook;
};

/** Knows nothing yet. */
export function nothingKnown(): Known {
  return {
    seen: 0,
    applied: 0,
    published: null,
    refused: null,
    switches: new Map(),
    keys: createKeyBook(),
  };
}

/** What moved: documents, switches and keys are streams of their own, and each is made anew only when it did. */
export type Taken = {
  readonly document: boolean;
  readonly switches: boolean;
  readonly keys: boolean;
};

/**
 * Takes news into `known`. `isWhole`: they are everything that the database holds, and replace what was known.
 *
 * A refused document keeps the one before it; switches and keys are taken all the same, because operators must be able
 * to switch off and to revoke whatever else is wrong.
 */
export function takeChanges(
  known: Known,
  changes: Changes,
  { published, refused }: Judged,
  isWhole: boolean,
): Taken {
  if (isWhole) {
    known.switches = new Map();
    known.keys.clear();
  }
  known.applied = obeyedRevision(changes, { published, refused }, isWhole ? 0 : known.applied);
  known.seen = changes.revision;
  known.published = published ?? known.published;
  if (published !== null || refused !== null || isWhole) {
    known.refused = refused;
  }
  for (const row of changes.switches) {
    known.switches.set(`${row.objectType} ${row.objectId}`, row);
  }
  known.keys.take(changes.keys);
  known.keys.forget(changes.unreadableKeys);
  return {
    document: published !== null,
    switches: isWhole || changes.switches.length > 0,
    keys: isWhole || changes.keys.length > 0 || changes.unreadableKeys.length > 0,
  };
}

/** The newest revision that is obeyed: the newest of all, unless that one is refused. */
function obeyedRevision(
  { revision, switches, keys, resets }: Changes,
  { published, refused }: Judged,
  before: number,
): number {
  if (refused?.revision !== revision) {
    return revision;
  }
  return [...switches, ...keys, ...resets].reduce(
    (newest, row) => Math.max(newest, row.revision),
    Math.max(before, published?.revision ?? 0),
  );
}

/** The snapshot of what is known, made from `former` where its document is the same. */
export function snapshotOf(
  { published, switches, applied }: Known,
  former: Snapshot | null,
  taken: Taken,
  toMonotonicMs: (wallMs: number) => number,
  empty: ConfigDocument,
): Snapshot {
  const document = published?.document ?? empty;
  if (former !== null && !taken.document && !taken.switches) {
    return { ...former, revision: applied };
  }
  const rows = [...switches.values()].map((row) => ({ ...row, untilMs: row.until }));
  return former === null || taken.document
    ? compileSnapshot(document, rows, applied, toMonotonicMs)
    : switchedSnapshot(former, document, rows, applied, toMonotonicMs);
}
