import { z } from "zod";
import { Prisma } from "./generated/client";
import { type Database } from "./database";
import { histogram, mergedHistogram, wholeQuantile, type Window, withinSpans } from "./rollups";

const count = z.number();
const totalsRow = z.object({
  calls: count,
  served: count,
  failed: count,
  refused: count,
  cancelled: count,
  rescued: count,
  fallbacks: count,
  regionSwitches: count,
  attemptsSucceeded: count,
  attemptsFailed: count,
  costNanoUsd: count,
  promptTokens: count,
  completionTokens: count,
  pricedTokens: count,
  unpriced: count,
  totalMs: histogram,
  ttftMs: histogram,
  overheadUs: histogram,
});

type Totals = Omit<z.infer<typeof totalsRow>, "totalMs" | "ttftMs" | "overheadUs">;

/**
 * What the calls of a window came to. Money is nano-USD; `failed` counts those that a crash of the gateway left unknown
 * too. Percentiles are of served calls, merged from histograms (their error: lib/shared/histogram), null without any.
 */
export type CallFigures = Totals & {
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly ttftP50Ms: number | null;
  /** Served calls with a time to first token. */
  readonly ttftN: number;
  readonly overheadP50Us: number | null;
};

/** Totals and percentiles of a window. */
export async function callFiguresIn(db: Database, window: Window): Promise<CallFigures> {
  const rows = await db.run(
    (prisma) => prisma.$queryRaw`
      SELECT ${sumOf("calls")} AS calls, ${sumOf("served")} AS served,
        ${sumOf("failed", "unknown_crash")} AS failed,
        ${sumOf("refused")} AS refused, ${sumOf("cancelled")} AS cancelled, ${rescued} AS rescued,
        ${sumOf("fallbacks")} AS fallbacks, ${sumOf("region_switches")} AS "regionSwitches",
        ${sumOf("attempts_succeeded")} AS "attemptsSucceeded",
        ${sumOf("attempts_failed")} AS "attemptsFailed",
        ${sumOf("cost_nano_usd")} AS "costNanoUsd", ${sumOf("prompt_tokens")} AS "promptTokens",
        ${sumOf("completion_tokens")} AS "completionTokens",
        ${sumOf("priced_tokens")} AS "pricedTokens", ${sumOf("unpriced")} AS unpriced,
        ${mergedHistogram("total")} AS "totalMs", ${mergedHistogram("ttft")} AS "ttftMs",
        ${mergedHistogram("overhead")} AS "overheadUs"
      FROM ${spansOf(window)}`,
  );
  const { totalMs, ttftMs, overheadUs, ...totals } = z.tuple([totalsRow]).parse(rows)[0];
  return {
    ...totals,
    p50Ms: wholeQuantile(totalMs, 0.5),
    p95Ms: wholeQuantile(totalMs, 0.95),
    ttftP50Ms: wholeQuantile(ttftMs, 0.5),
    ttftN: ttftMs.reduce((sum, n) => sum + n, 0),
    overheadP50Us: wholeQuantile(overheadUs, 0.5),
  };
}

const bucketRows = z.array(
  z.object({
    t: count,
    firstTry: count,
    rescued: count,
    failed: count,
    refused: count,
    cancelled: count,
    attemptsSucceeded: count,
    attemptsFailed: count,
    costNanoUsd: count,
    pricedTokens: count,
    totalMs: histogram,
    ttftMs: histogram,
  }),
);

/** What the calls of one bucket came to; percentiles are of served calls, null without any. */
export type CallBucket = Omit<z.infer<typeof bucketRows>[number], "totalMs" | "ttftMs"> & {
  readonly p95Ms: number | null;
  readonly ttftP50Ms: number | null;
};

/** Outcomes by bucket; `t` is its start, and buckets without a call are absent. The grain `day` has its own buckets. */
export async function outcomesByBucket(
  db: Database,
  window: Window,
  bucketMs: number,
): Promise<CallBucket[]> {
  const bucket =
    window.grain === "day"
      ? Prisma.sql`at`
      : Prisma.sql`date_bin(make_interval(secs => ${bucketMs / 1_000}), at, ${new Date(window.fromMs)})`;
  const rows = await db.run(
    (prisma) => prisma.$queryRaw`
      SELECT (date_part('epoch', bucket) * 1000)::float8 AS t,
        ${sumOf("served")} - ${rescued} AS "firstTry", ${rescued} AS rescued,
        ${sumOf("failed", "unknown_crash")} AS failed, ${sumOf("refused")} AS refused,
        ${sumOf("cancelled")} AS cancelled,
        ${sumOf("attempts_succeeded")} AS "attemptsSucceeded",
        ${sumOf("attempts_failed")} AS "attemptsFailed",
        ${sumOf("cost_nano_usd")} AS "costNanoUsd",
        ${sumOf("priced_tokens")} AS "pricedTokens",
        ${mergedHistogram("total")} AS "totalMs", ${mergedHistogram("ttft")} AS "ttftMs"
      FROM (SELECT *, ${bucket} AS bucket FROM ${spansOf(window)}) AS spans GROUP BY bucket`,
  );
  return bucketRows.parse(rows).map(({ totalMs, ttftMs, ...row }) => ({
    ...row,
    p95Ms: wholeQuantile(totalMs, 0.95),
    ttftP50Ms: wholeQuantile(ttftMs, 0.5),
  }));
}

const callerRows = z.array(z.object({ id: z.string(), served: count, failed: count }));

/** The applications that called since `fromMs`, most failed calls first; refused and cancelled calls do not count. */
export async function callersSince(
  db: Database,
  demo: boolean,
  fromMs: number,
): Promise<z.infer<typeof callerRows>> {
  const rows = await db.run(
    (prisma) => prisma.$queryRaw`
      SELECT key.id, recent.served, recent.failed FROM app_key AS key
      CROSS JOIN LATERAL (SELECT ${sumOf("served")} AS served,
          ${sumOf("failed", "unknown_crash")} AS failed FROM rollup_key
        WHERE grain = 'minute' AND demo = ${demo} AND key_id = key.id
          AND at >= ${new Date(fromMs)}) AS recent
      WHERE recent.served + recent.failed > 0 ORDER BY recent.failed DESC, key.id`,
  );
  return callerRows.parse(rows);
}

const dayRows = z.array(z.object({ t: count }));

/** The beginnings of the workspace's last days, oldest first; the last one is of today. */
export async function lastDayStarts(db: Database, days: number, nowMs: number): Promise<number[]> {
  const rows = await db.run(
    (prisma) => prisma.$queryRaw`
      SELECT (date_part('epoch', date_trunc('day', (noon AT TIME ZONE zone), zone)) * 1000)::float8 AS t
      FROM rollup_zone, generate_series(
        (${new Date(nowMs)}::timestamptz AT TIME ZONE zone)::date + time '12:00' - make_interval(days => ${days - 1}::int),
        (${new Date(nowMs)}::timestamptz AT TIME ZONE zone)::date + time '12:00', interval '1 day') AS noon
      ORDER BY noon`,
  );
  return dayRows.parse(rows).map(({ t }) => t);
}

function sumOf(...columns: readonly string[]): Prisma.Sql {
  const sums = columns.map((column) => `coalesce(sum(${column}), 0)`);
  return Prisma.raw(`(${sums.join(" + ")})::float8`);
}

const rescued = sumOf(
  ...["retry", "sibling", "fallback", "resume", "avoidance"].map((by) => `rescued_${by}`),
);

/** Of everybody, or of one key: added up already, one row a span. */
function spansOf(window: Window): Prisma.Sql {
  const { demo, keyId = null } = window;
  return keyId === null
    ? Prisma.sql`rollup_total WHERE ${withinSpans(window)} AND demo = ${demo}`
    : Prisma.sql`rollup_key WHERE ${withinSpans(window)} AND demo = ${demo} AND key_id = ${keyId}`;
}

const existsRows = z.tuple([z.object({ exists: z.boolean() })]);

/** Whether a call that is, or is not, of the demo began in the minutes since `fromMs`. */
export async function hasCallSince(db: Database, demo: boolean, fromMs: number): Promise<boolean> {
  return hasRow(db, Prisma.sql`grain = 'minute' AND at >= ${new Date(fromMs)} AND demo = ${demo}`);
}

/** Whether a call that is, or is not, of the demo was logged in the 400 days that are kept. */
export async function hasCallEver(db: Database, demo: boolean): Promise<boolean> {
  return hasRow(db, Prisma.sql`grain = 'day' AND demo = ${demo}`);
}

async function hasRow(db: Database, condition: Prisma.Sql): Promise<boolean> {
  const rows = await db.run(
    (prisma) => prisma.$queryRaw`
      SELECT EXISTS (SELECT FROM rollup_total WHERE ${condition}) AS exists`,
  );
  return existsRows.parse(rows)[0].exists;
}
