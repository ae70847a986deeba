/** Follows the revisions: reads what changed, builds the next snapshot, swaps it in, and says so. */
import { compileSnapshot } from "../config/snapshot";
import { type ConfigDocument, emptyDocument } from "../config/document";
import type { Snapshot } from "../core/types";
import { isGatewayError } from "../shared/errors";
import { log } from "../shared/log";
import type { AppKeyRow } from "../store/app-keys";
import { type Configuration, readChangesSince, readConfiguration } from "../store/configuration";
import type { Database } from "../store/database";
import { noticeChannel, parseNotice } from "../store/notices";
import type { SwitchRow } from "../store/switches";
import type { AppKey, Live } from "./live";
import type { Upstreams } from "./upstreams";

export type Follower = Live & {
  /** The newest revision that this node obeys, and since when (epoch ms). */
  applied: () => { readonly revision: number; readonly atMs: number };
  stop(): Promise<void>;
};

const pollEveryMs = 2_000;
/** Without word from the database for this long, an unknown key may be a new one. */
const staleAfterMs = 10_000;

/** Rows and document as last read; what `compile` works from. */
type Known = {
  revision: number;
  document: ConfigDocument | null;
  switches: Map<string, SwitchRow>;
  keys: Map<string, AppKeyRow>;
};

/**
 * A follower that has applied the present configuration.
 *
 * @throws {GatewayError} `database_unavailable` when it cannot be read.
 */
export async function startFollower(
  db: Database,
  upstreams: Upstreams,
  toMonotonicMs: (wallMs: number) => number,
): Promise<Follower> {
  const known: Known = { revision: 0, document: null, switches: new Map(), keys: new Map() };
  const listeners: ((snapshot: Snapshot) => void)[] = [];
  let keys: ReadonlyMap<string, AppKey> = new Map();
  let heardMs = performance.now();
  let appliedAtMs = Date.now();

  const apply = (change: Configuration): Snapshot => {
    known.revision = change.revision;
    if (change.document !== null) {
      known.document = change.document;
      for (const problem of upstreams.apply(change.document)) {
        log.warn(problem);
      }
    }
    for (const row of change.switches) {
      known.switches.set(`${row.objectType} ${row.objectId}`, row);
    }
    for (const row of change.keys) {
      known.keys.set(row.id, row);
    }
    keys = compileKeys([...known.keys.values()]);
    appliedAtMs = Date.now();
    return compile(known, toMonotonicMs);
  };
  let snapshot = apply(await readConfiguration(db));

  let polling: Promise<void> | null = null;
  let again = false;
  const poll = (): void => {
    if (polling !== null) {
      again = true;
      return;
    }
    polling = readOnce()
      .catch((error: unknown) => {
        // The database's absence is told by isCurrent; a configuration that we cannot read keeps the old one.
        if (!isUnavailable(error)) {
          log.error(
            `A new configuration could not be applied; the old one stays: ${String(error)}`,
          );
        }
      })
      .finally(() => {
        polling = null;
        if (again) {
          again = false;
          poll();
        }
      });
  };
  const readOnce = async (): Promise<void> => {
    const change = await readChangesSince(db, known.revision);
    heardMs = performance.now();
    if (change.revision === known.revision) {
      return;
    }
    snapshot = apply(change);
    for (const listener of listeners) {
      listener(snapshot);
    }
  };

  const stopListening = db.listen(
    noticeChannel,
    (payload) => {
      if (parseNotice(payload)?.kind === "revision") {
        poll();
      }
    },
    { onReconnect: poll },
  );
  const timer = setInterval(poll, pollEveryMs);

  return {
    snapshot: () => snapshot,
    keys: () => keys,
    isCurrent: () => performance.now() - heardMs < staleAfterMs,
    onSwap(listener) {
      listeners.push(listener);
    },
    applied: () => ({ revision: snapshot.revision, atMs: appliedAtMs }),
    async stop() {
      clearInterval(timer);
      await stopListening();
      await polling;
    },
  };
}

function isUnavailable(error: unknown): boolean {
  return isGatewayError(error) && error.code === "database_unavailable";
}

function compile(known: Known, toMonotonicMs: (wallMs: number) => number): Snapshot {
  const switches = [...known.switches.values()].map((row) => ({ ...row, untilMs: row.until }));
  return compileSnapshot(known.document ?? emptyDocument, switches, known.revision, toMonotonicMs);
}

function compileKeys(rows: readonly AppKeyRow[]): ReadonlyMap<string, AppKey> {
  return new Map(
    rows
      .filter((row) => row.revokedAt === null)
      .map((row) => [
        row.hash,
        {
          id: row.id,
          demo: row.kind === "demo",
          allowedModels: allowedSet(row.limits.allowedModels),
          allowedRegions: allowedSet(row.limits.allowedRegions),
          defaultRouteOnModelName: row.limits.defaultRouteOnModelName,
          midstream: row.limits.midstream,
        },
      ]),
  );
}

function allowedSet(ids: readonly string[] | null): ReadonlySet<string> | null {
  return ids === null || ids.includes("*") ? null : new Set(ids);
}
