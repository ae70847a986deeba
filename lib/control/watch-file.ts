import { unwatchFile, watchFile } from "node:fs";
import { toGatewayError } from "../shared/errors";
import { type Log } from "../shared/log";
import { type Database } from "../store/database";
import { publishFile } from "./bootstrap";
import { createControlDeps } from "./verb";

/** Looked at, not listened to: editors and mounted volumes replace a file in ways that events miss. */
const lookEveryMs = 1_000;

/**
 * Publishes the declarative file whenever it changes; a file with problems is told on the console, line and column each,
 * and the configuration that is in force stays. Resolves the returned promise once nothing is under way.
 */
export function watchConfigFile(db: Database, path: string, log: Log): () => Promise<void> {
  const deps = createControlDeps(db);
  let publishing = Promise.resolve();
  const publish = async (): Promise<void> => {
    const notes: string[] = [];
    try {
      await publishFile(deps, path, notes);
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
  const onChange = (): void => {
    publishing = publishing.then(publish);
  };
  watchFile(path, { interval: lookEveryMs }, onChange);
  return async () => {
    unwatchFile(path, onChange);
    await publishing;
  };
}
