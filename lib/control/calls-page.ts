import { type CallDetail, type CallsPage } from "../shared/contract";
import { GatewayError, wrongParameter } from "../shared/errors";
import { type CallFilter, findCall, listCalls, type LoggedCall } from "../store/calls";
import { findRevision } from "../store/revisions";
import { rescueNanoUsd } from "../pricing/rescue";
import { pricesAt } from "./price-book";
import { boundsOf, type MetricsRange } from "./ranges";
import { type ControlDeps, defineVerb } from "./verb";

export type CallsQuery = CallFilter & {
  /** 1 to 100. */
  readonly limit: number;
  /** `nextCursor` of the page before. */
  readonly cursor?: string;
  /** When they began; at any time, where it is not said. */
  readonly range?: MetricsRange;
};

const freshMs = 900;
const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether `text` may be a call's id. */
export function isCallId(text: string): boolean {
  return uuid.test(text);
}

/** @throws {GatewayError} `not_found`, always. */
export function throwNoCall(): never {
  throw new GatewayError("not_found", {
    message: "There is no call with this id.",
    param: "id",
    refusal: { reason: "no_such_id", values: { type: "call" } },
  });
}

/**
 * A page of the call log, newest first. It stays as it is while new calls come. A page that is not full and has a
 * `nextCursor` has looked through enough calls for one answer: older ones may follow.
 */
export const callsPage = defineVerb<CallsQuery, CallsPage>("read", async (_actor, deps, query) => {
  const { limit, cursor, range, ...filter } = query;
  if (cursor !== undefined && !isCallId(cursor)) {
    throw wrongParameter("cursor", "`cursor` is not the `nextCursor` of a page.");
  }
  return deps.cache.get(`calls ${JSON.stringify(query)}`, freshMs, async () => {
    const bounds = range === undefined ? {} : boundsOf(range, Date.now());
    const asked = { filter, limit: limit + 1, cursor, ...bounds };
    const { calls, searchedTo } = await listCalls(deps.db, asked);
    const page = await withRescuePrices(deps, calls.slice(0, limit));
    return {
      generatedAt: Date.now(),
      calls: page,
      nextCursor: calls.length > limit ? (page.at(-1)?.id ?? null) : searchedTo,
    };
  });
});

/** One call with its attempts, its plan and who decided what it followed. @throws {GatewayError} `not_found`. */
export const callDetail = defineVerb<{ readonly id: string }, CallDetail>(
  "read",
  async (_actor, deps, { id }) => {
    const { db } = deps;
    const found = (isCallId(id) ? await findCall(db, id) : undefined) ?? throwNoCall();
    const [call = throwNoCall()] = await withRescuePrices(deps, [found]);
    const revision = await db.run((prisma) => findRevision(prisma, call.revision));
    return {
      ...call,
      decidedBy:
        revision === undefined
          ? null
          : { at: revision.createdAt, actor: revision.actor, summary: { ...revision.summary } },
    };
  },
);

async function withRescuePrices<Call extends LoggedCall>(
  deps: ControlDeps,
  calls: readonly Call[],
): Promise<(Call & { rescueNanoUsd: number | null })[]> {
  const rescued = calls.filter(({ rescuedBy }) => rescuedBy !== null);
  const prices = await pricesAt(
    deps,
    rescued.map(({ revision }) => revision),
  );
  return calls.map((call) => ({
    ...call,
    rescueNanoUsd: rescueNanoUsd(call, prices.get(call.revision) ?? new Map()),
  }));
}
