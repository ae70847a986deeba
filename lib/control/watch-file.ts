import { unwatchFile, watchFile } from "node:fs";
import { toGatewayError } from "../shared/errors";
import { type Log } from "../shared/log";
import { type Database } from "../store/database";
import { compareFile, publishFile } from "./bootstrap";
import { type FileClaim } from "./file-claim";
import { createControlDeps } from "./verb";

/** Looked at, not listened to: editors and mounted volumes replace a file in ways that events miss. */
const lookEveryMs = 1_000;
const claimEveryMs = 2_000;

/**
 * Publishes the declarative file whenever it changes, and when the right to do so passes from another process to this one;
 * a file with problems is told on the console, line and column each, and the configuration that is in force stays. Resolves
 * the returned promise once nothing is under way.
 */
export function watchConfigFile(
  db: Database,
  path: string,
  log: Log,
  claim: FileClaim,
): () => Promise<void> {
  const deps = createControlDeps(db);
  let isOurs = false;
  let working = Promise.resolve();
  const look = async (): Promise<void> => {
    const notes: string[] = [];
    try {
      await (isOurs ? publishFile : compareFile)(deps, path, notes);
      notes.forEach((note) => {
        log.info(note);
      });
    } catch (error) {
      for (const line of toGatewayError(error).message.split("\n")) {
        log.error(line);
      }
      log.warn(`${path} was not published; the configuration before it stays`);
    }
  };
  const renew = async (): Promise<void> => {
    const wasOurs = isOurs;
    // While the database is away nobody publishes anything.
    isOurs = await claim.take(db).catch(() => false);
    if (isOurs && !wasOurs) {
      await look();
    }
  };
  const next = (work: () => Promise<void>) => (): void => {
    working = working.then(work);
  };
  const onChange = next(look);
  const onClaim = next(renew);
  watchFile(path, { interval: lookEveryMs }, onChange);
  const timer = setInterval(onClaim, claimEveryMs);
  onClaim();
  return async () => {
    unwatchFile(path, onChange);
    clearInterval(timer);
    await working;
    await claim.release(db).catch(() => undefined);
  };
}
