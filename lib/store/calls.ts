import { z } from "zod";
import { type Attempt, type Call, type Prisma } from "./generated/client";
import { type AttemptView, type CallDetail, type CallView, PlanEntry } from "../shared/contract";
import { groupBy } from "../shared/group-by";
import { type Database } from "./database";

export type CallFilter = {
  readonly outcome?: CallView["outcome"];
  /** Asked for or answered by. */
  readonly model?: string;
  readonly region?: string;
  readonly rescued?: boolean;
};

/** At most `limit` calls with their attempts, newest first, from below the id `cursor`. */
export async function listCalls(
  db: Database,
  filter: CallFilter,
  limit: number,
  cursor?: string,
): Promise<CallView[]> {
  return db.run(async (prisma) => {
    const calls = await prisma.call.findMany({
      where: toWhere(filter, cursor),
      orderBy: { id: "desc" },
      take: limit,
    });
    const attempts = await prisma.attempt.findMany({
      where: { callId: { in: calls.map(({ id }) => id) } },
      orderBy: [{ callId: "asc" }, { seq: "asc" }],
    });
    const byCall = groupBy(attempts, ({ callId }) => callId);
    return calls.map((call) => toCallView(call, byCall.get(call.id) ?? []));
  });
}

/** One call with its attempts and the plan that it followed; undefined when there is none. */
export async function findCall(db: Database, id: string): Promise<CallDetail | undefined> {
  return db.run(async (prisma) => {
    const call = await prisma.call.findUnique({ where: { id } });
    if (call === null) {
      return undefined;
    }
    const attempts = await prisma.attempt.findMany({
      where: { callId: id },
      orderBy: { seq: "asc" },
    });
    const plan =
      call.planHash === null
        ? null
        : await prisma.plan.findUnique({ where: { hash: call.planHash } });
    return {
      ...toCallView(call, attempts),
      nodeId: call.nodeId,
      plan: planEntries.parse(plan?.entries ?? []),
    };
  });
}

const planEntries = z.array(PlanEntry).catch([]);
const rescuedBy = z
  .enum(["retry", "sibling", "fallback", "resume", "avoidance"])
  .nullable()
  .catch(null);

const metadata = z.record(z.string(), z.string()).nullable().catch(null);

function toWhere(filter: CallFilter, cursor: string | undefined): Prisma.CallWhereInput {
  const { outcome, model, region, rescued } = filter;
  return {
    ...(cursor !== undefined && { id: { lt: cursor } }),
    ...(outcome !== undefined && { outcome }),
    ...(model !== undefined && { OR: [{ model }, { askedModel: model }] }),
    ...(region !== undefined && { region }),
    ...(rescued !== undefined && { rescuedBy: rescued ? { not: null } : null }),
  };
}

function toCallView(call: Call, attempts: readonly Attempt[]): CallView {
  const { nodeId: _nodeId, planHash: _planHash, attempts: _count, ...columns } = call;
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
