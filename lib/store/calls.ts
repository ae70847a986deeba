import { z } from "zod";
import { type Attempt, type Call, Prisma, type PrismaClient } from "./generated/client";
import {
  Actor,
  type AttemptView,
  type CallDetail,
  type CallView,
  PlanEntry,
} from "../shared/contract";
import { groupBy } from "../shared/group-by";
import { uuidV7Floor, uuidV7Ms } from "../shared/uuid";
import { type Database } from "./database";

/** A call as it was logged. */
export type LoggedCall = Omit<CallView, "rescueNanoUsd">;

export type CallFilter = {
  /** `failed`: those that a crash cut off too. */
  readonly outcome?: CallView["outcome"];
  /** Asked for or answered by. */
  readonly model?: string;
  readonly region?: string;
  readonly rescued?: boolean;
  /** The id of the application key. */
  readonly app?: string;
  /** The error that the caller got, such as `budget_exceeded`. */
  readonly code?: string;
  /** What the caller got: `503`, or `5xx` for all of a class. */
  readonly status?: string;
  readonly provider?: string;
  readonly stream?: boolean;
  /** Whether another model answered than the first of the chain. */
  readonly fallback?: boolean;
  /** More than so many, of each. */
  readonly attemptsOver?: number;
  readonly ttftOverMs?: number;
  readonly totalOverMs?: number;
  readonly costOverNanoUsd?: number;
};

export type CallsAsked = {
  readonly filter: CallFilter;
  /** At most so many. */
  readonly limit: number;
  /** Only calls older than this id. */
  readonly cursor?: string | undefined;
  /** Calls that began from `fromMs` on, and before `toMs`. */
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
};

/** A page looks through at most so many calls, however rare what it looks for. */
const longestSearch = 50_000;

// Not named id: ORDER BY would take the text for it and sort everything.
const idRows = z.array(z.object({ found: z.string() }));

/**
 * Calls with their attempts, newest first. When fewer were found than asked for, the search ended at the call `searchedTo`:
 * older ones are found from there on; null when there are none.
 */
export async function listCalls(
  db: Database,
  asked: CallsAsked,
): Promise<{ readonly calls: LoggedCall[]; readonly searchedTo: string | null }> {
  return db.run(async (prisma) => {
    const { ids, searchedTo } =
      Object.keys(asked.filter).length === 0
        ? { ids: await newestIds(prisma, asked), searchedTo: null }
        : await searchIds(prisma, asked);
    return { calls: await readCalls(prisma, ids), searchedTo };
  });
}

async function newestIds(prisma: PrismaClient, asked: CallsAsked): Promise<string[]> {
  const rows = await prisma.$queryRaw`
    SELECT id::text AS found FROM call WHERE ${lookedThrough(asked)} ORDER BY id DESC LIMIT ${asked.limit}`;
  return idRows.parse(rows).map(({ found }) => found);
}

async function searchIds(
  prisma: PrismaClient,
  asked: CallsAsked,
): Promise<{ readonly ids: string[]; readonly searchedTo: string | null }> {
  const { filter, limit } = asked;
  const looked = lookedThrough(asked);
  const found = await prisma.$queryRaw`
    SELECT id::text AS found FROM (
      SELECT * FROM call WHERE ${looked} ORDER BY id DESC LIMIT ${longestSearch}
    ) AS looked WHERE ${matching(filter)} ORDER BY id DESC LIMIT ${limit}`;
  const ids = idRows.parse(found).map((row) => row.found);
  if (ids.length === limit) {
    return { ids, searchedTo: null };
  }
  const ended = await prisma.$queryRaw`
    SELECT id::text AS found FROM call WHERE ${looked} ORDER BY id DESC OFFSET ${longestSearch - 1} LIMIT 1`;
  return { ids, searchedTo: idRows.parse(ended)[0]?.found ?? null };
}

async function readCalls(prisma: PrismaClient, ids: readonly string[]): Promise<LoggedCall[]> {
  const [newest] = ids;
  const oldest = ids.at(-1);
  if (newest === undefined || oldest === undefined) {
    return [];
  }
  const [calls, attempts] = await Promise.all([
    prisma.call.findMany({ where: { id: { in: [...ids] } }, orderBy: { id: "desc" } }),
    prisma.attempt.findMany({
      where: { callId: { in: [...ids] }, id: attemptIds(oldest, newest) },
      orderBy: [{ callId: "asc" }, { seq: "asc" }],
    }),
  ]);
  const byCall = groupBy(attempts, ({ callId }) => callId);
  return calls.map((call) => toCallView(call, byCall.get(call.id) ?? []));
}

/** No call takes longer than the longest stream that may be configured. */
const longestCallMs = 25 * 3_600_000;

/** Between which ids the attempts of these calls lie, so that only the days in question are looked at. */
function attemptIds(oldest: string, newest: string): { gte: string; lt: string } {
  return { gte: uuidV7Floor(uuidV7Ms(oldest)), lt: uuidV7Floor(uuidV7Ms(newest) + longestCallMs) };
}

/** Whether there is a call `id`. */
export async function isCall(db: Database, id: string): Promise<boolean> {
  return db.run(async (prisma) => (await prisma.call.count({ where: { id } })) > 0);
}

/** One call with its attempts and the plan that it followed; undefined when there is none. */
export async function findCall(
  db: Database,
  id: string,
): Promise<Omit<CallDetail, "decidedBy" | "rescueNanoUsd"> | undefined> {
  return db.run(async (prisma) => {
    const call = await prisma.call.findUnique({ where: { id } });
    if (call === null) {
      return undefined;
    }
    const attempts = await prisma.attempt.findMany({
      where: { callId: id, id: attemptIds(id, id) },
      orderBy: { seq: "asc" },
    });
    const plan =
      call.planHash === null
        ? null
        : await prisma.plan.findUnique({ where: { hash: call.planHash } });
    const body = await prisma.callBody.findFirst({
      where: { callId: id, expiresAt: { gt: new Date() } },
      select: { expiresAt: true },
    });
    return {
      ...toCallView(call, attempts),
      bodyUntil: body?.expiresAt.getTime() ?? null,
      bodyOpenings: await listBodyOpenings(prisma, id),
      needs: call.needs,
      nodeId: call.nodeId,
      traceId: call.traceId,
      plan: planEntries.parse(plan?.entries ?? []),
    };
  });
}

const openingsShown = 20;

/** Who opened the body of a call, newest first. */
async function listBodyOpenings(
  prisma: PrismaClient,
  callId: string,
): Promise<CallDetail["bodyOpenings"]> {
  const rows = await prisma.bodyOpening.findMany({
    where: { callId },
    orderBy: { id: "desc" },
    take: openingsShown,
  });
  return rows.map(({ at, actor }) => ({ at: at.getTime(), actor: Actor.parse(actor) }));
}

const planEntries = z.array(PlanEntry).catch([]);
const rescuedBy = z
  .enum(["retry", "sibling", "fallback", "resume", "avoidance"])
  .nullable()
  .catch(null);

const metadata = z.record(z.string(), z.string()).nullable().catch(null);

/** What an index leads to: everything of a span of time, what was not served, or what was rescued. */
function lookedThrough({ filter, cursor, fromMs, toMs }: CallsAsked): Prisma.Sql {
  return all([
    ...(cursor === undefined ? [] : [Prisma.sql`id < ${cursor}::uuid`]),
    ...(fromMs === undefined ? [] : [Prisma.sql`id >= ${uuidV7Floor(fromMs)}::uuid`]),
    ...(toMs === undefined ? [] : [Prisma.sql`id < ${uuidV7Floor(toMs)}::uuid`]),
    ...(isUnserved(filter) ? [Prisma.sql`outcome <> 'served'`] : []),
    ...(filter.rescued === true ? [Prisma.sql`rescued_by IS NOT NULL`] : []),
  ]);
}

/** Whether only calls that were not served match: those have an error, and a status of one. */
function isUnserved({ outcome, code, status }: CallFilter): boolean {
  return (
    code !== undefined ||
    (outcome !== undefined && outcome !== "served") ||
    (status !== undefined && statusBounds(status).least >= 400)
  );
}

function statusBounds(status: string): { readonly least: number; readonly most: number } {
  return { least: Number(status.replaceAll("x", "0")), most: Number(status.replaceAll("x", "9")) };
}

function matching(filter: CallFilter): Prisma.Sql {
  const { outcome, model, region, provider, app, code, status } = filter;
  const { rescued, stream, fallback } = filter;
  const { attemptsOver, ttftOverMs, totalOverMs, costOverNanoUsd } = filter;
  const bounds = status === undefined ? undefined : statusBounds(status);
  return all([
    ...(outcome === undefined ? [] : [outcomeIs(outcome)]),
    ...(model === undefined ? [] : [Prisma.sql`(model = ${model} OR asked_model = ${model})`]),
    ...(region === undefined ? [] : [Prisma.sql`region = ${region}`]),
    ...(provider === undefined ? [] : [Prisma.sql`provider = ${provider}`]),
    ...(rescued === undefined ? [] : [Prisma.sql`(rescued_by IS NOT NULL) = ${rescued}`]),
    ...(stream === undefined ? [] : [Prisma.sql`stream = ${stream}`]),
    ...(fallback === undefined ? [] : [Prisma.sql`fallback = ${fallback}`]),
    ...(app === undefined ? [] : [Prisma.sql`key_id = ${app}`]),
    ...(code === undefined ? [] : [Prisma.sql`error_code = ${code}`]),
    ...(bounds === undefined
      ? []
      : [Prisma.sql`status BETWEEN ${bounds.least} AND ${bounds.most}`]),
    ...(attemptsOver === undefined ? [] : [Prisma.sql`attempts > ${attemptsOver}`]),
    ...(ttftOverMs === undefined ? [] : [Prisma.sql`ttft_ms > ${ttftOverMs}`]),
    ...(totalOverMs === undefined ? [] : [Prisma.sql`total_ms > ${totalOverMs}`]),
    ...(costOverNanoUsd === undefined ? [] : [Prisma.sql`cost_nano_usd > ${costOverNanoUsd}`]),
  ]);
}

/** Of a call that a crash cut off nobody knows more than that it has not been served: it is a failed one, as in every chart. */
function outcomeIs(outcome: CallView["outcome"]): Prisma.Sql {
  return outcome === "failed"
    ? Prisma.sql`outcome IN ('failed', 'unknown_crash')`
    : Prisma.sql`outcome = ${outcome}::call_outcome`;
}

function all(conditions: readonly Prisma.Sql[]): Prisma.Sql {
  return conditions.length === 0 ? Prisma.sql`true` : Prisma.join([...conditions], " AND ");
}

function toCallView(call: Call, attempts: readonly Attempt[]): LoggedCall {
  const {
    nodeId: _nodeId,
    planHash: _planHash,
    attempts: _count,
    needs: _needs,
    traceId: _trace,
    ...rest
  } = call;
  const { firstProvider: _provider, firstRegion: _region, ...columns } = rest;
  return {
    ...columns,
    startedAt: call.startedAt.getTime(),
    rescuedBy: rescuedBy.parse(call.rescuedBy),
    metadata: metadata.parse(call.metadata),
    costNanoUsd: call.costNanoUsd === null ? null : Number(call.costNanoUsd),
    attempts: attempts.map(toAttemptView),
  };
}

function toAttemptView(attempt: Attempt): AttemptView {
  const { id: _id, callId: _callId, demo: _demo, costNanoUsd: _cost, ...columns } = attempt;
  return { ...columns, startedAt: attempt.startedAt.getTime() };
}
