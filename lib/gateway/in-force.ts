/** The configuration in force on this node: takes news, swaps the snapshot, tells who listens, and keeps it on disk. */
import { emptyDocument } from "../config/document";
import type { Judged, Refusal } from "../config/judged";
import type { Snapshot } from "../core/types";
import { log } from "../shared/log";
import type { Changes } from "../store/configuration";
import { type Known, type Taken, nothingKnown, snapshotOf, takeChanges } from "./known";
import type { Kept, LastKnownGood } from "./last-known-good";
import type { Upstreams } from "./upstreams";

export type InForce = {
  readonly known: Readonly<Known>;
  snapshot: () => Snapshot;
  appliedAtMs: () => number;
  counts: () => { readonly swaps: number; readonly refusals: number };
  /** Starts from what was kept. */
  useKept(kept: Kept): void;
  /** Takes news; `isWhole`: they replace what was known. */
  take(changes: Changes, judged: Judged, isWhole: boolean): void;
  onSwap: (listener: (snapshot: Snapshot) => void) => void;
  onReset: (listener: (target: string) => void) => void;
  /** Hears that a revision was refused, or that a good one came after it. */
  onRefusal: (listener: () => void) => void;
};

export type InForceDeps = {
  readonly upstreams: Upstreams;
  readonly lastKnownGood: LastKnownGood;
  toMonotonicMs: (wallMs: number) => number;
};

const everything: Taken = { document: true, switches: true, keys: true };

/** Nothing is in force yet: no name leads anywhere, and no key is known. */
export function createInForce({ upstreams, lastKnownGood, toMonotonicMs }: InForceDeps): InForce {
  const known = nothingKnown();
  const swapListeners: ((snapshot: Snapshot) => void)[] = [];
  const resetListeners: ((target: string) => void)[] = [];
  const refusalListeners: (() => void)[] = [];
  const counts = { swaps: 0, refusals: 0 };
  let appliedAtMs = Date.now();
  let snapshot = snapshotOf(known, null, everything, toMonotonicMs, emptyDocument);

  const swap = (taken: Taken): void => {
    if (taken.document && known.published !== null) {
      for (const problem of upstreams.apply(known.published.document)) {
        log.warn(problem);
      }
    }
    // In the same tick as the endpoints and the keys: no call sees one without the others.
    snapshot = snapshotOf(known, snapshot, taken, toMonotonicMs, emptyDocument);
    appliedAtMs = Date.now();
    counts.swaps += 1;
    swapListeners.forEach((listener) => listener(snapshot));
  };
  const keep = (areKeysNew: boolean): void => {
    const { published, applied, switches, keys } = known;
    if (published !== null) {
      lastKnownGood.keep({
        revision: applied,
        published,
        switches: () => [...switches.values()],
        ...(areKeysNew && { keys: () => [...keys.rows()] }),
      });
    }
  };

  return {
    known,
    snapshot: () => snapshot,
    appliedAtMs: () => appliedAtMs,
    counts: () => counts,
    useKept({ revision, published, switches, keys }) {
      known.applied = revision;
      known.published = published;
      known.switches = new Map(switches.map((row) => [`${row.objectType} ${row.objectId}`, row]));
      known.keys.take(keys);
      swap(everything);
    },
    take(changes, judged, isWhole) {
      const { applied, refused } = known;
      const taken = takeChanges(known, changes, judged, isWhole);
      for (const id of changes.unreadableKeys) {
        log.error(`The key "${id}" is not let in: a later release wrote it.`);
      }
      if (isWhole || known.applied !== applied) {
        swap(taken);
        for (const { target } of changes.resets) {
          resetListeners.forEach((listener) => listener(target));
        }
        keep(taken.keys);
      }
      if (known.refused?.revision !== refused?.revision) {
        counts.refusals += known.refused === null ? 0 : 1;
        tellRefusal(refused, known);
        refusalListeners.forEach((listener) => listener());
      }
    },
    onSwap(listener) {
      swapListeners.push(listener);
    },
    onReset(listener) {
      resetListeners.push(listener);
    },
    onRefusal(listener) {
      refusalListeners.push(listener);
    },
  };
}

function tellRefusal(before: Refusal | null, { refused, applied }: Known): void {
  if (refused !== null) {
    log.error(
      `Revision ${refused.revision} is refused, and the configuration before it stays in force: ${refused.problem}`,
    );
  } else if (before !== null) {
    log.info(`Revision ${applied} is in force; revision ${before.revision} was refused before it.`);
  }
}
