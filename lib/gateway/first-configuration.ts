/** What a gateway starts from: the database, or the last configuration that it obeyed. */
import { GatewayError, isGatewayError } from "../shared/errors";
import { StartError } from "../shared/start-error";
import { type Changes, readChangesSince } from "../store/configuration";
import { type Database, isSchemaBehind } from "../store/database";
import type { Kept, LastKnownGood } from "./last-known-good";

export type FirstConfiguration =
  | { readonly from: "database"; readonly changes: Changes }
  | { readonly from: "file"; readonly kept: Kept; readonly because: string };

/** How long a database that is there may take; what it answers later is heard by polling. */
const databaseLimitMs = 3_000;
/** A schema that is not there is being made by somebody: as long as migrations may wait for each other. */
const schemaLimitMs = 120_000;
const schemaRetryMs = 500;

/**
 * The configuration to start with.
 *
 * @throws {StartError} one line, when the database does not have it and no file of the data folder does.
 */
export async function firstConfiguration(
  db: Database,
  lastKnownGood: LastKnownGood,
  say: (line: string) => void,
): Promise<FirstConfiguration> {
  const untilMs = performance.now() + schemaLimitMs;
  for (let isFirst = true; ; isFirst = false) {
    try {
      return { from: "database", changes: await withinLimit(readChangesSince(db, 0)) };
    } catch (error) {
      const because = absenceOf(error);
      if (because === undefined) {
        throw error;
      }
      const loaded = lastKnownGood.load();
      if (loaded.ok) {
        return { from: "file", kept: loaded.kept, because };
      }
      if (!isSchemaBehind(error) || performance.now() > untilMs) {
        throw new StartError(`${because}, and ${loaded.problem}`, { cause: error });
      }
      if (isFirst) {
        say(`${because}; waiting for it to be made`);
      }
      await new Promise((resolve) => setTimeout(resolve, schemaRetryMs));
    }
  }
}

/** Why the database has no say; undefined for a mistake of ours. */
function absenceOf(error: unknown): string | undefined {
  if (isSchemaBehind(error)) {
    return "the database does not have Bellwether's tables yet";
  }
  return isGatewayError(error) && error.code === "database_unavailable"
    ? "the database does not answer"
    : undefined;
}

async function withinLimit<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new GatewayError("database_unavailable"));
    }, databaseLimitMs);
  });
  work.catch(() => undefined);
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
