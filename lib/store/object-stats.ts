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

/** Figures of every model, or region, that was called or probed in the window. */
export async function objectStatsIn(
  db: Database,
  kind: ObjectKind,
  window: Omit<Window, "keyId">,
): Promise<ObjectStats[]> {
  const rows = await db.run(
    (prisma) => prisma.$queryRaw`
      SELECT ${column(kind)} AS id, ${figures(window.demo)}
      FROM rollup_target WHERE ${withinSpans(window)} GROUP BY 1 ORDER BY 1`,
  );
  return statsRows.parse(rows).map(withQuantiles);
}

const bucketRows = z.array(
  z.object({
    t: count,
    /** The other kind: of a model its regions, of a region its models. */
    part: z.string(),
    attempts: count,
    succeeded: count,
    failed: count,
    probesPassed: count,
    probesFailed: count,
    errors: errorCounts,
    ttftMs: histogram,
    totalMs: histogram,
    speed: histogram,
  }),
);
export type ObjectBucket = z.infer<typeof bucketRows>[number];

/** The figures of one model (by region) or region (by model), bucket by bucket; those without an attempt or a probe are absent. */
export async function objectBucketsIn(
  db: Database,
  { kind, id }: { readonly kind: ObjectKind; readonly id: string },
  window: Omit<Window, "keyId">,
  bucketMs: number,
): Promise<ObjectBucket[]> {
  const rows = await db.run(
    (prisma) => prisma.$queryRaw`
      SELECT (date_part('epoch', ${bucketOf(window, bucketMs)}) * 1000)::float8 AS t,
        ${column(kind === "model" ? "region" : "model")} AS part, ${figures(window.demo)}
      FROM rollup_target WHERE ${withinSpans(window)} AND ${column(kind)} = ${id}
      GROUP BY 1, 2 
      HAVING sum(attempts) FILTER (WHERE demo = ${window.demo}) > 0
        OR sum(probes_passed) > 0 OR sum(probes_failed) > 0
      ORDER BY 1, 2`,
  );
  return bucketRows.parse(rows);
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
      SELECT (date_part('epoch', ${bucketOf(window, bucketMs)}) * 1000)::float8 AS t,
        ${from} AS "from", ${to} AS "to", sum(served)::float8 AS calls
      FROM rollup_flow WHERE ${withinSpans(window)} AND demo = ${window.demo} AND ${from} <> ${to}
        AND ${from} <> '' AND ${to} <> ''
      GROUP BY 1, 2, 3 HAVING sum(served) > 0 ORDER BY 1, 2, 3`,
  );
  return flowRows.parse(rows);
}

function column(kind: ObjectKind): Prisma.Sql {
  return Prisma.raw(kind);
}

function bucketOf({ grain, fromMs }: Omit<Window, "demo">, bucketMs: number): Prisma.Sql {
  return grain === "day"
    ? Prisma.sql`at`
    : Prisma.sql`date_bin(make_interval(secs => ${bucketMs / 1_000}), at, ${new Date(fromMs)})`;
}

function figures(demo: boolean): Prisma.Sql {
  const sum = (name: string): string => `coalesce(sum(${name}) FILTER (WHERE demo = ${demo}), 0)`;
  const errors = errorClasses.map((name) => `'${name}', ${sum(`error_${name}`)}`).join(", ");
  return Prisma.sql`${Prisma.raw(`
    ${sum("attempts")}::float8 AS attempts, ${sum("succeeded")}::float8 AS succeeded,
    ${sum("failed")}::float8 AS failed,
    coalesce(sum(probes_passed), 0)::float8 AS "probesPassed",
    coalesce(sum(probes_failed), 0)::float8 AS "probesFailed",
    ${sum("prompt_tokens")}::float8 AS "promptTokens",
    ${sum("completion_tokens")}::float8 AS "completionTokens",
    ${sum("cost_nano_usd")}::float8 AS "costNanoUsd", json_build_object(${errors}) AS errors`)},
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
