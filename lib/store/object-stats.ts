import { z } from "zod";
import { Prisma } from "./generated/client";
import { type Database } from "./database";
import { histogram, mergedHistogram, wholeQuantile, type Window, withinSpans } from "./rollups";

/** What figures are told apart by. */
export type ObjectKind = "model" | "region";

export const errorClasses = [
  "rate_limited",
  "quota",
  "access",
  "unreachable",
  "timeout",
  "server",
  "interrupted",
  "content",
  "request",
  "no_target",
  "gateway",
  "other",
] as const;

const count = z.number();
const errorCounts = z.record(z.enum(errorClasses), count);

const statsRows = z.array(
  z.object({
    id: z.string(),
    attempts: count,
    succeeded: count,
    failed: count,
    probesPassed: count,
    probesFailed: count,
    promptTokens: count,
    completionTokens: count,
    costNanoUsd: count,
    errors: errorCounts,
    totalMs: histogram,
    ttftMs: histogram,
    speed: histogram,
  }),
);

/** What the attempts at all targets of a model or region came to. Percentiles are null without values. */
export type ObjectStats = Omit<
  z.infer<typeof statsRows>[number],
  "totalMs" | "ttftMs" | "speed"
> & {
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly ttftP50Ms: number | null;
  readonly ttftP95Ms: number | null;
  /** Of an answer after its first token. */
  readonly tokensPerSecond: number | null;
};

/** Figures of every model, or region, that was called or probed in the window; or only of the one with this id. */
export async function objectStatsIn(
  db: Database,
  kind: ObjectKind,
  window: Omit<Window, "keyId">,
  id?: string,
): Promise<ObjectStats[]> {
  const only = id === undefined ? Prisma.empty : Prisma.sql`AND ${column(kind)} = ${id}`;
  const rows = await db.run(
    (prisma) => prisma.$queryRaw`
      SELECT ${column(kind)} AS id, ${figures(window.demo)}
      FROM rollup_target WHERE ${withinSpans(window)} ${only} GROUP BY 1 ORDER BY 1`,
  );
  return statsRows.parse(rows).map(withQuantiles);
}

/** How many calls all targets together answered in the window. */
export async function answersIn(db: Database, window: Omit<Window, "keyId">): Promise<number> {
  const rows = await db.run(
    (prisma) => prisma.$queryRaw`
      SELECT coalesce(sum(succeeded), 0)::float8 AS n
      FROM rollup_target WHERE ${withinSpans(window)} AND demo = ${window.demo}`,
  );
  return z.tuple([z.object({ n: count })]).parse(rows)[0].n;
}

const bucketRows = z.array(
  z.object({
    t: count,
    attempts: count,
    failed: count,
    errors: z.partialRecord(z.enum(errorClasses), count),
    ttftMs: histogram,
    totalMs: histogram,
  }),
);
export type ObjectBucket = z.infer<typeof bucketRows>[number];

const partRows = z.array(
  z.object({
    t: count,
    /** The other kind: of a model its regions, of a region its models. */
    part: z.string(),
    succeeded: count,
    failed: count,
    probesPassed: count,
    probesFailed: count,
    speed: histogram,
  }),
);
export type ObjectPart = z.infer<typeof partRows>[number];

type ObjectId = { readonly kind: ObjectKind; readonly id: string };

/** The figures of one model or region, bucket by bucket; those without an attempt are absent. */
export async function objectBucketsIn(
  db: Database,
  { kind, id }: ObjectId,
  window: Omit<Window, "keyId">,
  bucketMs: number,
): Promise<ObjectBucket[]> {
  const { demo } = window;
  const rows = await db.run(
    (prisma) => prisma.$queryRaw`
      SELECT ${timeOf(window, bucketMs)} AS t, ${sumOf("attempts", demo)} AS attempts,
        ${sumOf("failed", demo)} AS failed, ${errorsOf(demo)} AS errors,
        ${mergedHistogram("ttft", demo)} AS "ttftMs", ${mergedHistogram("total", demo)} AS "totalMs"
      FROM rollup_target WHERE ${withinSpans(window)} AND ${column(kind)} = ${id} AND demo = ${demo}
      GROUP BY 1 HAVING sum(attempts) > 0 ORDER BY 1`,
  );
  return bucketRows.parse(rows);
}

/** The same of its parts, a model's regions or a region's models; those without an attempt or a probe are absent. */
export async function objectPartsIn(
  db: Database,
  { kind, id }: ObjectId,
  window: Omit<Window, "keyId">,
  bucketMs: number,
): Promise<ObjectPart[]> {
  const { demo } = window;
  const rows = await db.run(
    (prisma) => prisma.$queryRaw`
      SELECT ${timeOf(window, bucketMs)} AS t, ${column(kind === "model" ? "region" : "model")} AS part,
        ${sumOf("succeeded", demo)} AS succeeded, ${sumOf("failed", demo)} AS failed,
        coalesce(sum(probes_passed), 0)::float8 AS "probesPassed",
        coalesce(sum(probes_failed), 0)::float8 AS "probesFailed",
        ${mergedHistogram("speed", demo)} AS speed
      FROM rollup_target WHERE ${withinSpans(window)} AND ${column(kind)} = ${id}
      GROUP BY 1, 2
      HAVING sum(attempts) FILTER (WHERE demo = ${demo}) > 0
        OR sum(probes_passed) > 0 OR sum(probes_failed) > 0
      ORDER BY 1, 2`,
  );
  return partRows.parse(rows);
}

const flowRows = z.array(z.object({ t: count, from: z.string(), to: z.string(), calls: count }));
export type FlowBucket = z.infer<typeof flowRows>[number];

/** Served calls that another model, or another region of the same model, answered than the first choice, by bucket. */
export async function flowsIn(
  db: Database,
  kind: ObjectKind,
  window: Omit<Window, "keyId">,
  bucketMs: number,
): Promise<FlowBucket[]> {
  const [from, to] = [`from_${kind}`, `to_${kind}`].map((name) => Prisma.raw(`"${name}"`));
  const rows = await db.run(
    (prisma) => prisma.$queryRaw`
      SELECT ${timeOf(window, bucketMs)} AS t, ${from} AS "from", ${to} AS "to", sum(served)::float8 AS calls
      FROM rollup_flow WHERE ${withinSpans(window)} AND demo = ${window.demo} AND ${from} <> ${to}
        AND ${from} <> '' AND ${to} <> ''
      GROUP BY 1, 2, 3 HAVING sum(served) > 0 ORDER BY 1, 2, 3`,
  );
  return flowRows.parse(rows);
}

function column(kind: ObjectKind): Prisma.Sql {
  return Prisma.raw(kind);
}

/** When a row's bucket begins, in epoch ms. */
function timeOf({ grain, fromMs }: Omit<Window, "demo">, bucketMs: number): Prisma.Sql {
  const begins =
    grain === "day"
      ? Prisma.sql`at`
      : Prisma.sql`date_bin(make_interval(secs => ${bucketMs / 1_000}), at, ${new Date(fromMs)})`;
  return Prisma.sql`(date_part('epoch', ${begins}) * 1000)::float8`;
}

function sumOf(name: string, demo: boolean): Prisma.Sql {
  return Prisma.raw(`coalesce(sum(${name}) FILTER (WHERE demo = ${demo}), 0)::float8`);
}

function errorsOf(demo: boolean): Prisma.Sql {
  const sums = errorClasses.map(
    (name) => Prisma.sql`${name}::text, ${sumOf(`error_${name}`, demo)}`,
  );
  return Prisma.sql`json_build_object(${Prisma.join(sums)})`;
}

function figures(demo: boolean): Prisma.Sql {
  return Prisma.sql`${sumOf("attempts", demo)} AS attempts, ${sumOf("succeeded", demo)} AS succeeded,
    ${sumOf("failed", demo)} AS failed,
    coalesce(sum(probes_passed), 0)::float8 AS "probesPassed",
    coalesce(sum(probes_failed), 0)::float8 AS "probesFailed",
    ${sumOf("prompt_tokens", demo)} AS "promptTokens",
    ${sumOf("completion_tokens", demo)} AS "completionTokens",
    ${sumOf("cost_nano_usd", demo)} AS "costNanoUsd", ${errorsOf(demo)} AS errors,
    ${mergedHistogram("total", demo)} AS "totalMs", ${mergedHistogram("ttft", demo)} AS "ttftMs",
    ${mergedHistogram("speed", demo)} AS speed`;
}

function withQuantiles({
  totalMs,
  ttftMs,
  speed,
  ...row
}: z.infer<typeof statsRows>[number]): ObjectStats {
  return {
    ...row,
    p50Ms: wholeQuantile(totalMs, 0.5),
    p95Ms: wholeQuantile(totalMs, 0.95),
    ttftP50Ms: wholeQuantile(ttftMs, 0.5),
    ttftP95Ms: wholeQuantile(ttftMs, 0.95),
    tokensPerSecond: tokensPerSecond(speed),
  };
}

/** The rollups count tenths. */
export function tokensPerSecond(speed: readonly number[]): number | null {
  const tenths = wholeQuantile(speed, 0.5);
  return tenths === null ? null : tenths / 10;
}
