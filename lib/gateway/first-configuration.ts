/** What a gateway starts from: the database, or the last configuration that it obeyed. */
import { isGatewayError } from "../shared/errors";
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
    const reading = readChangesSince(db, 0);
    const read = await outcomeWithin(databaseLimitMs, reading);
    if (read.kind === "done") {
      return { from: "database", changes: read.changes };
    }
    const because = read.kind === "late" ? unanswered : absenceOf(read.error);
    const loaded = lastKnownGood.load();
    if (loaded.ok) {
      return { from: "file", kept: loaded.kept, because };
    }
    if (read.kind === "late") {
      // There is nothing else to start from: it may take all the time that a query may take.
      const changes = await reading.catch((error: unknown) => {
        throw new StartError(`${absenceOf(error)}, and ${loaded.problem}`, { cause: error });
      });
      return { from: "database", changes };
    }
    if (!isSchemaBehind(read.error) || performance.now() > untilMs) {
      throw new StartError(`${because}, and ${loaded.problem}`, { cause: read.error });
    }
    if (isFirst) {
      say(`${because}; waiting for it to be made`);
    }
    await new Promise((resolve) => setTimeout(resolve, schemaRetryMs));
  }
}

const unanswered = "the database does not answer";

/** Why the database has no say. @throws what is a mistake of ours. */
function absenceOf(error: unknown): string {
  if (isSchemaBehind(error)) {
    return "the database does not have Bellwether's tables yet";
  }
  if (isGatewayError(error) && error.code === "database_unavailable") {
    return unanswered;
  }
  throw error;
}

type Outcome =
  | { readonly kind: "done"; readonly changes: Changes }
  | { readonly kind: "failed"; readonly error: unknown }
  | { readonly kind: "late" };

async function outcomeWithin(limitMs: number, work: Promise<Changes>): Promise<Outcome> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<Outcome>((resolve) => {
    timer = setTimeout(() => {
      resolve({ kind: "late" });
    }, limitMs);
  });
  const done = work.then(
    (changes): Outcome => ({ kind: "done", changes }),
    (error: unknown): Outcome => ({ kind: "failed", error }),
  );
  const outcome = await Promise.race([done, limit]);
  clearTimeout(timer);
  return outcome;
}
