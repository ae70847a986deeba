import { z } from "zod";
import { defaultCallLogDays } from "../config/document";
import { findDocument } from "./configuration";
import { type Database, isSchemaBehind, toStoreError } from "./database";

/** What one round of upkeep did. */
export type UpkeepReport = {
  /** Days (YYYYMMDD) of calls that were dropped. */
  readonly droppedDays: readonly string[];
  /** Rows that moved from the DEFAULT partition to their day. */
  readonly movedRows: number;
  /** Rows that no day takes: they came from a clock that is far off. */
  readonly oddRows: number;
  /** Rows of probes, plans, events, rollups and nodes whose time was over. */
  readonly prunedRows: number;
  /** Bodies of calls whose own time was over. */
  readonly prunedBodies: number;
  /** The days of the rollups are those of another zone now. */
  readonly zoneChanged: boolean;
};

const partitionsAheadDays = 3;
/** At the first start after a long absence; what is left goes in the next hour. */
const mostSteps = 100;
const prunedAtOnce = 20_000;
/** A body may lie in hundreds of pieces. */
const bodiesAtOnce = 1_000;
const mostBodySteps = 1_000;
/** Making the days of 400 days anew takes longer than any other statement; nobody waits for it but the call log. */
const rebuildTimeoutMs = 300_000;

/**
 * One round of housekeeping by the newest configuration: days ahead, days that are over, rows that nobody keeps, and the
 * zone of days. Safe at any time and from any number of nodes: an advisory lock lets one of them at each step.
 *
 * @throws {GatewayError} `database_unavailable`; the database's own error when a step cannot be done.
 */
export async function runUpkeep(db: Database): Promise<UpkeepReport> {
  await one(db, "SELECT ensure_day_partitions($1)::text AS value", [partitionsAheadDays]);
  const { revision, days, zone } = await readSettings(db);
  const moved = await untilNull(db, "SELECT file_odd_day($1, $2) AS value", [
    days,
    partitionsAheadDays,
  ]);
  const droppedDays = await untilNull(db, "SELECT drop_old_day($1) AS value", [days]);
  return {
    droppedDays: droppedDays.map(String),
    movedRows: moved.reduce<number>((sum, rows) => sum + Number(rows), 0),
    prunedRows: await prune(db, days),
    prunedBodies: await pruneOwn(db, "prune_call_bodies", bodiesAtOnce, mostBodySteps),
    oddRows: Number(await one(db, "SELECT odd_rows() AS value", [])),
    zoneChanged:
      (await one(
        db,
        "SELECT set_rollup_zone($1, $2) AS value",
        [zone, revision],
        rebuildTimeoutMs,
      )) === true,
  };
}

async function readSettings(
  db: Database,
): Promise<{ readonly revision: number; readonly days: number; readonly zone: string }> {
  const published = await db.run((prisma) => findDocument(prisma));
  const { call_log_days: days, timezone } = published?.document.settings ?? {};
  return {
    revision: published?.revision ?? 0,
    days: days ?? defaultCallLogDays,
    zone: timezone ?? "UTC",
  };
}

async function prune(db: Database, days: number): Promise<number> {
  const pruned = await untilFewer(prunedAtOnce, mostSteps, () =>
    one(db, "SELECT prune($1, $2) AS value", [days, prunedAtOnce]),
  );
  const counts = await pruneOwn(db, "prune_route_counts", prunedAtOnce, mostSteps);
  return pruned + counts + (await forgetNodes(db));
}

/** Rows of a table with a function of its own. A database of an earlier release has none. */
async function pruneOwn(
  db: Database,
  name: "prune_call_bodies" | "prune_route_counts",
  most: number,
  steps: number,
): Promise<number> {
  try {
    return await untilFewer(most, steps, () => one(db, `SELECT ${name}($1) AS value`, [most]));
  } catch (error) {
    if (isSchemaBehind(error)) {
      return 0;
    }
    throw error;
  }
}

/** Rows that went, in steps of `most`, until one had fewer. */
async function untilFewer(
  most: number,
  steps: number,
  step: () => Promise<unknown>,
): Promise<number> {
  let total = 0;
  for (let done = 0; done < steps; done += 1) {
    const gone = Number(await step());
    total += gone;
    if (gone < most) {
      break;
    }
  }
  return total;
}

/** Every new host brings a node of its own name; nobody asks for those that were not heard of for a week. */
async function forgetNodes(db: Database): Promise<number> {
  return db.run(
    (prisma) => prisma.$executeRaw`DELETE FROM node WHERE heartbeat_at < now() - interval '7 days'`,
  );
}

async function untilNull(
  db: Database,
  text: string,
  values: readonly unknown[],
): Promise<unknown[]> {
  const results: unknown[] = [];
  while (results.length < mostSteps) {
    const value = await one(db, text, values);
    if (value === null) {
      break;
    }
    results.push(value);
  }
  return results;
}

const valueRows = z.tuple([z.object({ value: z.unknown() })]);

/** One statement, one transaction: no lock of a step outlives it. */
async function one(
  db: Database,
  text: string,
  values: readonly unknown[],
  timeoutMs?: number,
): Promise<unknown> {
  try {
    // The driver takes a timeout of its own for each query, which its types do not know.
    const query = { text, values: [...values], query_timeout: timeoutMs };
    const { rows } = await db.pool.query(query);
    return valueRows.parse(rows)[0].value;
  } catch (error) {
    throw toStoreError(error);
  }
}
