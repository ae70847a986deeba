import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { asFolderError } from "@/lib/shared/start-error";
import { databaseUrl, ensureDatabase, ownerRole } from "./postgres/access";
import { ensureCluster } from "./postgres/cluster";
import { refuseHeld, takeLock } from "./postgres/lock";
import { findPlace, pointerName, type Place } from "./postgres/place";
import { stopPostmaster } from "./postgres/process";
import { startServer, takeOver, type ServerOptions } from "./postgres/server";

export interface EmbeddedPostgresOptions {
  /** Absolute path of the data folder. */
  readonly dataDir: string;
  /** Receives the few lines that a person at the console needs. */
  readonly log?: (line: string) => void;
  /** A fixed loopback port; a free one where absent. */
  readonly port?: number;
  /** `false` trades safety against power loss for speed: for tests only. */
  readonly durable?: boolean;
}

export interface EmbeddedPostgres {
  /** URL of the database `bellwether` for the role that owns it, which is no superuser. */
  readonly url: string;
  /** Whether a server that a killed process had left behind was taken over. */
  readonly adopted: boolean;
  /** Resolves when the server has ended without being asked to. */
  readonly ended: Promise<void>;
  /** Ends the server with everything on disk and frees the data folder. May be called twice. */
  stop(): Promise<void>;
}

const lockName = "postgres.lock";

/**
 * Starts the PostgreSQL that comes with the npm package, in its own session and with a clean
 * environment, so that neither Ctrl-C nor our death ends it halfway through a transaction.
 *
 * @throws {StartError} with one line that says what to do.
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const { dataDir, durable = true, log = (): void => undefined } = options;
  const place = findPlace(dataDir, log);
  const locks: (() => void)[] = [];
  const unlock = (): void => {
    locks.splice(0).forEach((release) => {
      release();
    });
  };
  try {
    // A database elsewhere could belong to two data folders, one being a copy of the other.
    for (const folder of new Set([dataDir, place.base])) {
      locks.push(takeLock(join(folder, lockName), dataDir));
    }
    ensureCluster(place);
    if (place.base !== dataDir) {
      writeFileSync(join(dataDir, pointerName), `${place.base}\n`);
    }
    return await serve(place, { durable, log, port: options.port }, unlock);
  } catch (error) {
    unlock();
    throw asFolderError(dataDir, error);
  }
}

/**
 * Refuses a second start on `dataDir` before anything else can go wrong for the same reason.
 *
 * @throws {StartError} when another process runs on it.
 */
export function refuseSecondStart(dataDir: string): void {
  refuseHeld(join(dataDir, lockName), dataDir);
}

async function serve(
  place: Place,
  options: ServerOptions,
  unlock: () => void,
): Promise<EmbeddedPostgres> {
  const orphan = await takeOver(place, options.durable);
  const { pid, port, ended } = orphan ?? (await startServer(place, options));
  let stopping: Promise<void> | undefined;
  const stop = (): Promise<void> => {
    stopping ??= stopPostmaster(place.cluster, pid).then(unlock);
    return stopping;
  };
  try {
    await ensureDatabase(place, port);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url: databaseUrl(place, ownerRole, port),
    adopted: orphan !== undefined,
    ended: ended.then(async () => {
      // An end that we asked for is no news.
      if (stopping !== undefined) {
        await new Promise(() => undefined);
      }
    }),
    stop,
  };
}
